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
        published_.emplace(number, session);
        return ' ' + word_of(next_description(session).transport);
    }

    /// A publisher gets the others' media in its own session, anybody else in a new one.
    std::string subscribe(uint32_t number, const Words& sources) {
        const auto published = published_.find(number);
        if (published == published_.end()) return subscribe_anew(number, sources);
        for (const auto& source : sources)
            take(published->second, source);
        return {};
    }

    std::string subscribe_anew(uint32_t number, const Words& sources) {
        const SessionId session{++sessions_};
        sfu_.subscribe(conference_, participant(number), {sources.at(0)}, session);
        Offered offered{session, next_description(session), {sources.begin() + 1, sources.end()}};
        const Transport transport = offered.description.transport;
        offered_.emplace(number, std::move(offered));
        return ' ' + word_of(transport);
    }

    void take(SessionId session, const std::string& source) {
        sfu_.offer_media(conference_, session, {source});
        sfu_.set_answer(conference_, session, taken(next_description(session)));
    }

    std::string answer(uint32_t number, const Words& transports) {
        const auto found = offered_.find(number);
        if (found == offered_.end()) return {};
        const Offered& offered = found->second;
        SessionDescription answer = taken(offered.description);
        answer.transport = transport_of(transports.at(0), Fingerprint::Setup::active);
        sfu_.set_answer(conference_, offered.session, answer);
        for (const auto& source : offered.later)
            take(offered.session, source);
        return {};
    }

    static SessionDescription taken(SessionDescription offer) {
        for (Content& content : offer.contents)
            content.sources.clear();
        return offer;
    }

    /// What the SFU says next of a session.
    SessionDescription next_description(SessionId session) {
        std::unique_lock lock(mutex_);
        const auto ready = [&] { return descriptions_.contains(session); };
        if (!changed_.wait_for(lock, kAnswerTime, ready)) {
            throw std::runtime_error("the SFU does not answer");
        }
        return std::move(descriptions_.extract(session).mapped());
    }

    void on_event(Event event) {
        {
            const std::lock_guard lock(mutex_);
            if (auto* whole = std::get_if<LocalDescription>(&event)) {
                descriptions_.emplace(whole->session, std::move(whole->description));
            } else if (auto* part = std::get_if<LocalContents>(&event)) {
                SessionDescription description;
                description.contents = std::move(part->contents);
                descriptions_.emplace(part->session, std::move(description));
            }
        }
        changed_.notify_one();
    }

    struct Offered {
        SessionId session;
        SessionDescription description;
        Words later;  ///< sources
    };

    const ConferenceId conference_{"bench"};
    uint64_t sessions_ = 0;
    std::map<uint32_t, SessionId> published_;  ///< by participant, as the next
    std::map<uint32_t, Offered> offered_;
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
