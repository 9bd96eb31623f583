#include "module/calls/call_registry.hpp"

#include <algorithm>
#include <utility>

namespace parley::module {

namespace {

tl::unexpected<Refusal> refuse(Violation violation) {
    return tl::unexpected(Refusal{violation, {}, std::nullopt});
}

CallEvent event_of(const CallMessage& message, const Occupant& sender, const MediaStanding& media) {
    switch (message.action) {
        case Action::accept:
            return Accepted{sender.jid, sender.nick, message.media, media.has_session};
        case Action::reject:
            return Rejected{sender.jid};
        case Action::retract:
            return Retracted{sender.jid};
        case Action::propose:
        case Action::ended:
            break;
    }
    return Left{sender.jid};
}

}  // namespace

CallRegistry::CallRegistry(const CallLimits& limits)
    : limits_(limits), proposals_(limits.proposals_per_minute_max) {}

tl::expected<CallReport, Refusal> CallRegistry::handle(const RoomJid& room,
                                                       const CallMessage& message,
                                                       const Occupant& sender,
                                                       const MediaStanding& media, Now now) {
    if (message.action == Action::propose) return propose(room, message, sender, media, now);

    const auto state = std::ranges::find_if(calls_, [&](const CallState& candidate) {
        const Call& call = candidate.call();
        return call.id == message.id && call.room == room && call.mode == message.mode;
    });
    if (state == calls_.end()) {
        return refuse(has_ended(message.id) ? Violation::call_ended : Violation::unknown_call);
    }
    CallReport report = apply(*state, event_of(message, sender, media), now);
    if (const auto* refused = std::get_if<Refuse>(&report.effects.front())) {
        return refuse(refused->violation);
    }
    bury_ended(now);
    return report;
}

tl::expected<CallReport, Refusal> CallRegistry::propose(const RoomJid& room,
                                                        const CallMessage& message,
                                                        const Occupant& sender,
                                                        const MediaStanding& media, Now now) {
    const auto running = calls_of(room);
    if (running.size() >= limits_.calls_per_room_max) {
        return tl::unexpected(Refusal{Violation::active_call, {}, running.front()->id});
    }
    const bool id_is_anothers = message.mode == Mode::mesh && media.conference_exists;
    if (find(message.id) || has_ended(message.id) || id_is_anothers) {
        return refuse(Violation::id_in_use);
    }
    if (message.mode == Mode::sfu && !(media.conference_is_theirs && media.has_session)) {
        return refuse(Violation::no_conference);
    }
    if (!proposals_.take({room, sender.jid.bare()}, now.steady)) {
        return refuse(Violation::too_many_proposals);
    }
    const CallState& state =
        calls_.emplace_back(message, room, sender.jid, sender.nick, limits_, now);
    const Participant& first = state.call().participants.front();
    return CallReport{state.call(), {Relay{first.position}, ParticipantIn{first}}};
}

std::vector<CallReport> CallRegistry::occupant_lost(const RoomJid& room, const FullJid& jid,
                                                    Reason reason, Now now) {
    return apply_to_room(room, Lost{jid, reason}, now);
}

void CallRegistry::occupant_renamed(const RoomJid& room, const FullJid& jid, const Nick& nick,
                                    Now now) {
    apply_to_room(room, Renamed{jid, nick}, now);
}

std::optional<CallReport> CallRegistry::participant_lost(const CallId& id, const FullJid& jid,
                                                         Reason reason, Now now) {
    const auto state =
        std::ranges::find(calls_, id, [](const CallState& s) { return s.call().id; });
    if (state == calls_.end()) return std::nullopt;
    CallReport report = apply(*state, Lost{jid, reason}, now);
    bury_ended(now);
    return report;
}

std::vector<CallReport> CallRegistry::stop_room(const RoomJid& room, Reason reason,
                                                std::string text, Now now) {
    return apply_to_room(room, Stopped{reason, std::move(text)}, now);
}

std::vector<CallReport> CallRegistry::stop_all(Reason reason, std::string text, Now now) {
    std::vector<CallReport> reports;
    for (CallState& state : calls_)
        reports.push_back(apply(state, Stopped{reason, text}, now));
    bury_ended(now);
    return reports;
}

std::vector<CallReport> CallRegistry::time_passed(Now now) {
    std::vector<CallReport> reports;
    for (CallState& state : calls_) {
        CallReport report = apply(state, TimePassed{}, now);
        if (!report.effects.empty()) reports.push_back(std::move(report));
    }
    bury_ended(now);
    ended_.forget_old(now.steady);
    return reports;
}

std::optional<TimePoint> CallRegistry::deadline() const {
    std::optional<TimePoint> due;
    for (const CallState& state : calls_) {
        const auto candidate = state.deadline();
        if (candidate && (!due || *candidate < *due)) due = candidate;
    }
    return due;
}

const Call* CallRegistry::find(const CallId& id) const {
    const auto state =
        std::ranges::find(calls_, id, [](const CallState& s) { return s.call().id; });
    return state == calls_.end() ? nullptr : &state->call();
}

std::vector<const Call*> CallRegistry::calls_of(const RoomJid& room) const {
    std::vector<const Call*> found;
    for (const CallState& state : calls_) {
        if (state.call().room == room) found.push_back(&state.call());
    }
    return found;
}

std::vector<const Call*> CallRegistry::all() const {
    std::vector<const Call*> found;
    for (const CallState& state : calls_)
        found.push_back(&state.call());
    return found;
}

CallReport CallRegistry::apply(CallState& state, const CallEvent& event, Now now) {
    auto effects = state.handle(event, now);
    return {state.call(), std::move(effects)};
}

std::vector<CallReport> CallRegistry::apply_to_room(const RoomJid& room, const CallEvent& event,
                                                    Now now) {
    std::vector<CallReport> reports;
    for (CallState& state : calls_) {
        if (state.call().room != room) continue;
        CallReport report = apply(state, event, now);
        if (!report.effects.empty()) reports.push_back(std::move(report));
    }
    bury_ended(now);
    return reports;
}

void CallRegistry::bury_ended(Now now) {
    std::erase_if(calls_, [&](const CallState& state) {
        const bool over = state.call().phase == Phase::ended;
        if (over) ended_.remember(state.call().id, now.steady);
        return over;
    });
}

}  // namespace parley::module
