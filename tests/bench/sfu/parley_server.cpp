/// Parley's SFU as a process of its own, steered by lines on its standard input (README.md).
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <iostream>
#include <map>
#include <mutex>
#include <stdexcept>

#include "sfu/sfu.hpp"
#include "tests/bench/sfu/media.hpp"
#include "tests/bench/sfu/transport_word.hpp"

namespace parley::sfu::bench {

namespace {

constexpr std::chrono::seconds kAnswerTime{25};
constexpr const char* kAddress = "127.0.0.1";

using Words = std::vector<std::string>;

Config one_worker() {
    Config config;
    config.addresses = {kAddress};
    config.workers = 1;
    config.participants_per_conference_max = 10'000;
    config.sessions_per_participant_max = 10'000;
    return config;
}

std::vector<Content> published_contents(uint32_t publisher) {
    const std::string cname = "bench" + std::to_string(publisher);
    Content audio;
    audio.name = "0";
    audio.kind = MediaKind::audio;
    audio.codecs = {{.payload_type = kOpus,
                     .name = "opus",
                     .clock_rate = 48'000,
                     .channels = 2,
                     .parameters = {},
                     .feedback = {}}};
    audio.sources = {{audio_ssrc(publisher), {{"cname", cname}, {"msid", "stream audio"}}}};
    Content video;
    video.name = "1";
    video.kind = MediaKind::video;
    video.codecs = {{.payload_type = kVp8,
                     .name = "VP8",
                     .clock_rate = 90'000,
                     .parameters = {},
                     .feedback = {{"nack", ""}, {"nack", "pli"}, {"goog-remb", ""}}}};
    video.sources = {{video_ssrc(publisher), {{"cname", cname}, {"msid", "stream video"}}}};
    return {audio, video};
}

class ParleyServer {
  public:
    ParleyServer() : sfu_(one_worker(), [this](Event event) { on_event(std::move(event)); }) {}

    /// The answer to one line.
    std::string handle(const Words& words) {
        const auto number = static_cast<uint32_t>(std::stoul(words.at(1)));
        if (words[0] == "publish") return publish(number, words.at(2));
        if (words[0] == "subscribe") return subscribe(number, {words.begin() + 2, words.end()});
        if (words[0] == "answer") return answer(number, {words.begin() + 2, words.end()});
        throw std::runtime_error("unknown request");
    }

  private:
    static ParticipantId participant(uint32_t number) { return {std::to_string(number)}; }

    std::string publish(uint32_t number, const std::string& transport) {
        SessionDescription offer;
        offer.contents = published_contents(number);
        offer.transport = transport_of(transport, Fingerprint::Setup::active);
        const SessionId session{++sessions_};
        sfu_.publish(conference_, participant(number), session, offer);
        return ' ' + word_of(described(session).transport);
    }

    std::string subscribe(uint32_t number, const Words& sources) {
        std::string offers;
        for (const auto& source : sources) {
            const SessionId session{++sessions_};
            sfu_.subscribe(conference_, participant(number), {source}, session);
            offered_[number].push_back(session);
            offers += ' ' + word_of(described(session).transport);
        }
        return offers;
    }

    std::string answer(uint32_t number, const Words& transports) {
        const auto& sessions = offered_[number];
        for (size_t i = 0; i < sessions.size(); ++i) {
            SessionDescription answer = described(sessions[i]);
            for (Content& content : answer.contents)
                content.sources.clear();
            answer.transport = transport_of(transports.at(i), Fingerprint::Setup::active);
            sfu_.set_answer(conference_, sessions[i], answer);
        }
        return {};
    }

    SessionDescription described(SessionId session) {
        std::unique_lock lock(mutex_);
        const auto ready = [&] { return descriptions_.contains(session); };
        if (!changed_.wait_for(lock, kAnswerTime, ready)) {
            throw std::runtime_error("the SFU does not answer");
        }
        return descriptions_.at(session);
    }

    void on_event(Event event) {
        auto* ready = std::get_if<LocalDescription>(&event);
        if (ready == nullptr) return;
        {
            const std::lock_guard lock(mutex_);
            descriptions_.emplace(ready->session, std::move(ready->description));
        }
        changed_.notify_one();
    }

    const ConferenceId conference_{"bench"};
    uint64_t sessions_ = 0;
    std::map<uint32_t, std::vector<SessionId>> offered_;  ///< by participant
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<SessionId, SessionDescription> descriptions_;  ///< guarded by mutex_
    Sfu sfu_;
};

void serve() {
    ParleyServer server;
    std::cout << "ready " << getpid() << ' ' << kAddress << std::endl;
    for (std::string line; std::getline(std::cin, line);)
        std::cout << "ok" << server.handle(split(line, ' ')) << std::endl;
}

}  // namespace

}  // namespace parley::sfu::bench

int main() {
    try {
        parley::sfu::bench::serve();
    } catch (const std::exception& exception) {
        std::fprintf(stderr, "bench_sfu_parley: %s\n", exception.what());
        return 1;
    }
    return 0;
}
