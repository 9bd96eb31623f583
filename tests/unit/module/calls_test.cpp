/// Names, messages, times, rates and the life of one call.
#include <boost/test/unit_test.hpp>
#include <string>

#include "module/calls/call_registry.hpp"
#include "module/calls/call_state.hpp"
#include "module/calls/ended_calls.hpp"
#include "module/calls/rates.hpp"
#include "module/calls/room_policy.hpp"

namespace parley::module::test {

namespace {

constexpr std::string_view id_text = "0f3b9c1e-6d4a-4a5e-9b1f-2f7c8a1d3e50";

Now at(int seconds) {
    return {TimePoint{} + std::chrono::seconds(seconds),
            WallTime{} + std::chrono::seconds(seconds)};
}

FullJid client(const std::string& name) {
    return *FullJid::parse(name + "@example.org/phone");
}

CallState ringing(const CallLimits& limits = {}, Mode mode = Mode::mesh) {
    const CallMessage proposal{mode, Action::propose, *CallId::parse(id_text), {true, true}, {}};
    return {proposal,        *RoomJid::parse("team@conference.example.org"),
            client("alice"), Nick{"alice"},
            limits,          at(0)};
}

Accepted accepted(const std::string& name, bool session = false) {
    return {client(name), Nick{name}, {}, session};
}

/// The effects in words, such as "relay 2, in bob, ".
std::string words(const std::vector<CallEffect>& effects) {
    std::string text;
    for (const CallEffect& effect : effects) {
        if (const auto* relay = std::get_if<Relay>(&effect)) {
            text += "relay " + (relay->position ? std::to_string(relay->position->value) : "-");
        } else if (const auto* refuse = std::get_if<Refuse>(&effect)) {
            text += "refuse " + std::to_string(static_cast<int>(refuse->violation));
        } else if (const auto* in = std::get_if<ParticipantIn>(&effect)) {
            text += "in " + in->participant.nick.value;
        } else if (const auto* out = std::get_if<ParticipantOut>(&effect)) {
            text += "out " + out->participant.nick.value +
                    (out->announce ? " " + std::string(to_string(*out->announce)) : "");
        } else if (const auto* over = std::get_if<CallOver>(&effect)) {
            text += "over " + std::string(to_string(over->reason));
        }
        text += ", ";
    }
    return text;
}

std::string refusal(Violation violation) {
    return "refuse " + std::to_string(static_cast<int>(violation)) + ", ";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(names)

BOOST_AUTO_TEST_CASE(a_call_id_is_a_version_4_uuid) {
    struct Case {
        std::string text;
        bool valid;
    };

    const Case cases[] = {
        {"0f3b9c1e-6d4a-4a5e-9b1f-2f7c8a1d3e50", true},
        {"0F3B9C1E-6D4A-4A5E-8B1F-2F7C8A1D3E50", true},
        {"0f3b9c1e-6d4a-4a5e-bb1f-2f7c8a1d3e50", true},
        {"", false},
        {"0f3b9c1e-6d4a-4a5e-9b1f-2f7c8a1d3e5", false},
        {"0f3b9c1e-6d4a-4a5e-9b1f-2f7c8a1d3e500", false},
        {"0f3b9c1e-6d4a-1a5e-9b1f-2f7c8a1d3e50", false},
        {"0f3b9c1e-6d4a-4a5e-cb1f-2f7c8a1d3e50", false},
        {"0f3b9c1e-6d4a-4a5e-7b1f-2f7c8a1d3e50", false},
        {"0f3b9c1e06d4a-4a5e-9b1f-2f7c8a1d3e50", false},
        {"0f3b9c1g-6d4a-4a5e-9b1f-2f7c8a1d3e50", false},
        {"{f3b9c1e-6d4a-4a5e-9b1f-2f7c8a1d3e5}", false},
    };
    for (const Case& c : cases) {
        BOOST_TEST_CONTEXT(c.text) BOOST_TEST(CallId::parse(c.text).has_value() == c.valid);
    }
}

BOOST_AUTO_TEST_CASE(an_id_keeps_its_spelling_and_compares_by_value) {
    const auto lower = *CallId::parse("0f3b9c1e-6d4a-4a5e-9b1f-2f7c8a1d3e50");
    const auto upper = *CallId::parse("0F3B9C1E-6D4A-4A5E-9B1F-2F7C8A1D3E50");
    BOOST_TEST((lower == upper));
    BOOST_TEST(upper.text() == "0F3B9C1E-6D4A-4A5E-9B1F-2F7C8A1D3E50");
    BOOST_TEST(upper.lower() == lower.text());
}

BOOST_AUTO_TEST_CASE(rooms_are_bare_and_clients_full) {
    BOOST_TEST(RoomJid::parse("team@conference.example.org").has_value());
    BOOST_TEST(!RoomJid::parse("conference.example.org").has_value());
    BOOST_TEST(!RoomJid::parse("team@conference.example.org/alice").has_value());
    BOOST_TEST(FullJid::parse("alice@example.org/phone").has_value());
    BOOST_TEST(!FullJid::parse("alice@example.org").has_value());
}

BOOST_AUTO_TEST_CASE(times_are_written_in_utc) {
    using namespace std::chrono;
    const WallTime time =
        sys_days{year{2026} / 11 / 23} + hours(8) + minutes(5) + seconds(9) + milliseconds(999);
    BOOST_TEST(to_xmpp_datetime(time) == "2026-11-23T08:05:09Z");
    BOOST_TEST(to_xmpp_datetime(WallTime{}) == "1970-01-01T00:00:00Z");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(call_state)

BOOST_AUTO_TEST_CASE(rings_until_somebody_accepts) {
    CallState state = ringing();
    BOOST_TEST((state.call().phase == Phase::ringing));
    BOOST_TEST(words(state.handle(accepted("bob"), at(1))) == "relay 2, in bob, ");
    BOOST_TEST((state.call().phase == Phase::active));
    BOOST_TEST(!state.deadline().has_value());
}

BOOST_AUTO_TEST_CASE(nobody_is_in_twice) {
    CallState state = ringing();
    BOOST_TEST(words(state.handle(accepted("alice"), at(1))) ==
               refusal(Violation::already_participant));
    state.handle(accepted("bob"), at(1));
    BOOST_TEST(words(state.handle(accepted("bob"), at(1))) ==
               refusal(Violation::already_participant));
}

BOOST_AUTO_TEST_CASE(a_position_is_given_once) {
    CallState state = ringing();
    state.handle(accepted("bob"), at(1));
    BOOST_TEST(words(state.handle(Left{client("bob")}, at(2))) == "relay 2, out bob, ");
    BOOST_TEST(words(state.handle(accepted("bob"), at(3))) == "relay 3, in bob, ");
}

BOOST_AUTO_TEST_CASE(a_refused_accept_takes_no_position) {
    CallLimits limits;
    limits.participants_max = 2;
    CallState state = ringing(limits);
    state.handle(accepted("bob"), at(1));
    BOOST_TEST(words(state.handle(accepted("carol"), at(1))) == refusal(Violation::call_full));
    state.handle(Left{client("bob")}, at(2));
    BOOST_TEST(words(state.handle(accepted("carol"), at(2))) == "relay 3, in carol, ");
}

BOOST_AUTO_TEST_CASE(an_sfu_call_wants_a_session) {
    CallState state = ringing({}, Mode::sfu);
    BOOST_TEST(words(state.handle(accepted("bob", false), at(1))) ==
               refusal(Violation::no_session));
    BOOST_TEST(words(state.handle(accepted("bob", true), at(1))) == "relay 2, in bob, ");
}

BOOST_AUTO_TEST_CASE(time_ends_what_nobody_wants) {
    CallState unanswered = ringing();
    BOOST_TEST((unanswered.deadline() == at(60).steady));
    BOOST_TEST(words(unanswered.handle(TimePassed{}, at(59))) == "");
    BOOST_TEST(words(unanswered.handle(TimePassed{}, at(60))) == "over timeout, ");

    CallState empty = ringing();
    empty.handle(accepted("bob"), at(1));
    empty.handle(Left{client("alice")}, at(2));
    empty.handle(Left{client("bob")}, at(3));
    BOOST_TEST((empty.deadline() == at(33).steady));
    BOOST_TEST(words(empty.handle(TimePassed{}, at(33))) == "over success, ");
}

BOOST_AUTO_TEST_CASE(an_empty_call_comes_back_to_life) {
    CallState state = ringing();
    state.handle(accepted("bob"), at(1));
    state.handle(Left{client("alice")}, at(2));
    state.handle(Left{client("bob")}, at(3));
    BOOST_TEST(words(state.handle(accepted("alice"), at(10))) == "relay 3, in alice, ");
    BOOST_TEST(!state.deadline().has_value());
}

BOOST_AUTO_TEST_CASE(a_long_call_expires) {
    CallLimits limits;
    limits.call_duration_max = std::chrono::seconds(100);
    CallState state = ringing(limits);
    state.handle(accepted("bob"), at(1));
    BOOST_TEST((state.deadline() == at(100).steady));
    BOOST_TEST(words(state.handle(TimePassed{}, at(100))) == "over expired, ");
    BOOST_TEST((state.call().phase == Phase::ended));
}

BOOST_AUTO_TEST_CASE(who_was_not_in_is_not_lost) {
    CallState state = ringing();
    BOOST_TEST(words(state.handle(Lost{client("bob"), Reason::gone}, at(1))) == "");
    BOOST_TEST(words(state.handle(Lost{client("alice"), Reason::gone}, at(1))) ==
               "out alice gone, over cancel, ");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(bounds)

BOOST_AUTO_TEST_CASE(tokens_come_back_with_time) {
    RateLimiter<int> limiter(2);
    BOOST_TEST(limiter.take(1, at(0).steady));
    BOOST_TEST(limiter.take(1, at(0).steady));
    BOOST_TEST(!limiter.take(1, at(29).steady));
    BOOST_TEST(limiter.take(1, at(60).steady));
    BOOST_TEST(limiter.take(2, at(60).steady));
}

BOOST_AUTO_TEST_CASE(idle_keys_are_forgotten) {
    RateLimiter<int> limiter(10);
    for (int key = 0; key < 100'000; ++key)
        limiter.take(key, at(key).steady);
    BOOST_TEST(limiter.size() <= 2048u);
}

BOOST_AUTO_TEST_CASE(ended_calls_are_remembered_for_a_day) {
    EndedCalls ended;
    const CallId id = *CallId::parse(id_text);
    ended.remember(id, at(0).steady);
    ended.forget_old(at(24 * 3600 - 1).steady);
    BOOST_TEST(ended.contains(id));
    ended.forget_old(at(24 * 3600).steady);
    BOOST_TEST(!ended.contains(id));
}

BOOST_AUTO_TEST_CASE(ended_calls_are_remembered_up_to_a_number) {
    EndedCalls ended;
    char text[37];
    for (unsigned i = 0; i <= ended_calls_remembered_max; ++i) {
        std::snprintf(text, sizeof text, "%08x-0000-4000-8000-000000000000", i);
        ended.remember(*CallId::parse(text), at(0).steady);
    }
    BOOST_TEST(ended.size() == ended_calls_remembered_max);
    BOOST_TEST(!ended.contains(*CallId::parse("00000000-0000-4000-8000-000000000000")));
}

BOOST_AUTO_TEST_CASE(owners_decide_who_may_call) {
    struct Case {
        RoomSettings settings;
        Affiliation affiliation;
        Role role;
        std::optional<Violation> violation;
    };

    const RoomSettings none{false, CallPermission::members, CallModes::any, 50};
    const RoomSettings anyone{true, CallPermission::anyone_with_voice, CallModes::any, 50};
    const RoomSettings moderators{true, CallPermission::moderators, CallModes::any, 50};
    const Case cases[] = {
        {none, Affiliation::owner, Role::moderator, Violation::calls_disabled},
        {anyone, Affiliation::none, Role::participant, std::nullopt},
        {anyone, Affiliation::owner, Role::visitor, Violation::may_not_call},
        {anyone, Affiliation::outcast, Role::participant, Violation::may_not_call},
        {moderators, Affiliation::member, Role::moderator, std::nullopt},
        {moderators, Affiliation::owner, Role::participant, Violation::not_a_moderator},
    };
    for (const Case& c : cases) {
        const Occupant occupant{client("x"), Nick{"x"}, c.affiliation, c.role};
        BOOST_TEST((policy_violation({true, true}, c.settings, occupant) == c.violation));
    }
}

BOOST_AUTO_TEST_CASE(the_policy_is_a_table) {
    struct Case {
        bool members_only, non_anonymous;
        Affiliation affiliation;
        Role role;
        std::optional<Violation> violation;
    };

    const Case cases[] = {
        {true, true, Affiliation::member, Role::participant, std::nullopt},
        {true, true, Affiliation::owner, Role::moderator, std::nullopt},
        {false, true, Affiliation::owner, Role::moderator, Violation::room_not_private},
        {true, false, Affiliation::owner, Role::moderator, Violation::room_not_private},
        {true, true, Affiliation::none, Role::participant, Violation::may_not_call},
        {true, true, Affiliation::outcast, Role::moderator, Violation::may_not_call},
        {true, true, Affiliation::member, Role::visitor, Violation::may_not_call},
        {true, true, Affiliation::owner, Role::none, Violation::may_not_call},
    };
    for (const Case& c : cases) {
        const Occupant occupant{client("x"), Nick{"x"}, c.affiliation, c.role};
        BOOST_TEST(
            (policy_violation({c.members_only, c.non_anonymous}, {}, occupant) == c.violation));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::module::test
