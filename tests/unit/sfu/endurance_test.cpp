#include <malloc.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "tests/unit/sfu/sfu_fixture.hpp"

/// Participants join and leave a conference with media for a while, which the environment names:
/// PARLEY_ENDURANCE_S, in seconds. Nothing of it may stay: memory, descriptors, threads.
namespace parley::sfu::test {

namespace {

constexpr size_t kParticipantsMax = 5;
constexpr auto kRound = std::chrono::seconds(2);     // then everybody leaves, and is counted
constexpr auto kRoundMax = std::chrono::minutes(1);  // on a machine too slow for media until then
constexpr size_t kGrowthMax = 4 << 20;               // octets; of 5 MB, one is play
constexpr int kWarmUp = 2;                           // rounds, until pools and caches are filled

/// Sanitizers keep what is freed for a while, and look for leaks themselves.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kCountsMemory = false;
#else
constexpr bool kCountsMemory = true;
#endif

std::chrono::seconds duration() {
    const char* text = std::getenv("PARLEY_ENDURANCE_S");
    return std::chrono::seconds(text != nullptr ? std::atoi(text) : 8);
}

size_t entries(const char* folder) {
    size_t count = 0;
    for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator(folder))
        ++count;
    return count;
}

/// Once it has not changed for a second.
size_t settled_descriptors() {
    size_t count = 0;
    for (int unchanged = 0; unchanged < 20; ++unchanged) {
        const size_t now = entries("/proc/self/fd");
        if (now != count) unchanged = 0;
        count = now;
        std::this_thread::sleep_for(milliseconds(50));
    }
    return count;
}

/// Of the process's own memory: without the pages of files, and what the allocator keeps unused.
size_t resident_octets() {
    malloc_trim(0);
    std::ifstream statm("/proc/self/statm");
    size_t total = 0;
    size_t resident = 0;
    size_t shared = 0;
    statm >> total >> resident >> shared;
    return (resident - shared) * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

/// The conference, and who is in it.
class Crowd {
  public:
    void join() {
        const auto name = "p" + std::to_string(++joined_);
        auto peer = fixture_.publish(name, joined_);
        for (const auto& [other, theirs] : peers_) {
            receive(joined_, other);
            receive(sessions_[other], name);
        }
        sessions_[name] = joined_;
        peers_.emplace(name, std::move(peer));
    }

    void leave(size_t index) {
        const auto who = std::next(peers_.begin(), static_cast<ptrdiff_t>(index));
        if (joined_ % 2 == 0) {
            fixture_.sfu.remove_participant(fixture_.conference, {who->first});
        } else {
            fixture_.sfu.close_session(fixture_.conference, {sessions_[who->first]});
        }
        sessions_.erase(who->first);
        peers_.erase(who);
    }

    void talk(uint32_t number) {
        for (auto& [name, peer] : peers_)
            send_media(*peer, number * 2, 2);
    }

    size_t size() const { return peers_.size(); }

    /// The media of those who came last have arrived with somebody.
    uint64_t received() {
        uint64_t count = 0;
        for (const auto& ssrc : ssrcs_) {
            for (auto& [name, peer] : peers_)
                count += peer->received_count(ssrc);
        }
        return count;
    }

    void end() {
        while (!peers_.empty())
            leave(0);
        fixture_.sfu.end_conference(fixture_.conference);
        fixture_.forget_events();
        ssrcs_.clear();
    }

  private:
    void receive(uint64_t session, const std::string& source) {
        fixture_.forget_contents(session);
        fixture_.sfu.offer_media(fixture_.conference, {session}, {source});
        const auto offered = fixture_.expect<LocalContents>(session);
        fixture_.sfu.set_answer(fixture_.conference, {session},
                                {.contents = offered.contents, .transport = {}});
        for (const auto& content : offered.contents)
            ssrcs_.push_back(content.sources.front().ssrc);
    }

    Fixture fixture_;
    std::map<std::string, std::unique_ptr<TestPeer>> peers_;
    std::map<std::string, uint64_t> sessions_;
    std::vector<uint32_t> ssrcs_;
    uint64_t joined_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(endurance)

BOOST_AUTO_TEST_CASE(nothing_stays_of_those_who_came_and_went) {
    Crowd crowd;
    std::mt19937 random(5);
    // The libraries open something for the process when they are first used.
    crowd.join();
    crowd.end();
    const size_t descriptors = settled_descriptors();
    const size_t threads = entries("/proc/self/task");
    size_t resident = 0;
    const auto end = Clock::now() + duration();
    for (int round = 0; round <= kWarmUp || Clock::now() < end; ++round) {
        uint64_t most = 0;
        const auto begin = Clock::now();
        const auto goes_on = [&] {
            return Clock::now() < begin + (most == 0 ? kRoundMax : kRound);
        };
        for (uint32_t number = 0; goes_on(); ++number) {
            const bool joins = crowd.size() < 2 || random() % 2 == 0;
            if (joins && crowd.size() < kParticipantsMax && number % 20 == 0) crowd.join();
            if (!joins && number % 20 == 0) crowd.leave(random() % crowd.size());
            crowd.talk(number);
            most = std::max(most, crowd.received());
            std::this_thread::sleep_for(milliseconds(5));
        }
        BOOST_TEST(most > 0u);
        crowd.end();
        BOOST_TEST(wait_until([&] { return entries("/proc/self/fd") == descriptors; }));
        BOOST_TEST(entries("/proc/self/task") == threads);
        if (round == kWarmUp) resident = resident_octets();
        if (kCountsMemory && round > kWarmUp) {
            const size_t now = resident_octets();
            BOOST_TEST_MESSAGE("round " << round << ": " << now << " octets");
            BOOST_TEST(now < resident + kGrowthMax);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu::test
