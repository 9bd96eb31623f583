#include "module/calls/call_registry.hpp"

#include <algorithm>
#include <utility>

namespace parley::module {

namespace {

tl::unexpected<Refusal> refuse(Violation violation) {
    return tl::unexpected(Refusal{violation, {}, std::nullopt});
}

CallEvent event_of(const CallMessage& message, const RoomSettings& settings, const Occupant& sender,
                   const MediaStanding& media) {
    switch (message.action) {
        case Action::accept:
            return Accepted{sender.jid, sender.nick, message.media, media.has_session,
                            settings.participants_max};
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
    : limits_(limits),
      proposals_(limits.proposals_per_minute_max),
      room_proposals_(limits.room_proposals_per_minute_max) {}

bool CallRegistry::may_ring(const RoomJid& room, const FullJid& client, Now now) {
    return proposals_.take({room, client.bare()}, now.steady) &&
           room_proposals_.take(room, now.steady);
}

tl::expected<CallReport, Refusal> CallRegistry::handle(const RoomJid& room,
                                                       const RoomSettings& settings,
                                                       const CallMessage& message,
                                                       const Occupant& sender,
                                                       const MediaStanding& media, Now now) {
    if (message.action == Action::propose) {
        if (!allows(settings, message.mode)) return refuse(Violation::mode_not_allowed);
        return propose(room, message, sender, media, now);
    }

    const Call* call = find(message.id);
    if (!call || call->room != room || call->mode != message.mode) {
        return refuse(has_ended(message.id) ? Violation::call_ended : Violation::unknown_call);
    }
    CallReport report = apply(message.id, event_of(message, settings, sender, media), now);
    if (const auto* refused = std::get_if<Refuse>(&report.effects.front())) {
        return refuse(refused->violation);
    }
    return report;
}

tl::expected<CallReport, Refusal> CallRegistry::propose(const RoomJid& room,
                                                        const CallMessage& message,
                                                        const Occupant& sender,
                                                        const MediaStanding& media, Now now) {
    if (draining_) return refuse(Violation::draining);
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
    if (!may_ring(room, sender.jid, now)) {
        return refuse(Violation::too_many_proposals);
    }
    CallState state(message, room, sender.jid, sender.nick, limits_, now);
    Entry& entry = calls_.emplace(message.id, Entry{std::move(state), std::nullopt}).first->second;
    rooms_[room].push_back(message.id);
    schedule(entry);
    const Call& call = entry.state.call();
    const Participant& first = call.participants.front();
    return CallReport{call, {Relay{first.position}, ParticipantIn{first}}};
}

std::optional<CallReport> CallRegistry::guest_in(const CallId& id, const FullJid& jid,
                                                 uint32_t participants_max, Now now) {
    if (!find(id)) return std::nullopt;
    const Nick nick{jid.bare().to_string()};
    CallReport report = apply(id, Accepted{jid, nick, {}, true, participants_max, true}, now);
    if (std::holds_alternative<Refuse>(report.effects.front())) return std::nullopt;
    return report;
}

std::vector<CallReport> CallRegistry::occupant_lost(const RoomJid& room, const FullJid& jid,
                                                    Reason reason, Now now) {
    return apply(judged_ids_of(room), Lost{jid, reason}, now);
}

void CallRegistry::occupant_renamed(const RoomJid& room, const FullJid& jid, const Nick& nick,
                                    Now now) {
    apply(ids_of(room), Renamed{jid, nick}, now);
}

std::optional<CallReport> CallRegistry::participant_lost(const CallId& id, const FullJid& jid,
                                                         Reason reason, Now now) {
    if (!find(id)) return std::nullopt;
    return apply(id, Lost{jid, reason}, now);
}

std::vector<CallReport> CallRegistry::user_lost(const xmpp::Jid& user, Reason reason, Now now) {
    std::vector<std::pair<CallId, FullJid>> found;
    for (const auto& [id, entry] : calls_) {
        if (entry.state.call().mode == Mode::muji) continue;
        for (const Participant& participant : entry.state.call().participants) {
            if (participant.jid.bare() == user) found.emplace_back(id, participant.jid);
        }
    }
    std::vector<CallReport> reports;
    for (const auto& [id, jid] : found) {
        if (auto report = participant_lost(id, jid, reason, now)) {
            reports.push_back(std::move(*report));
        }
    }
    return reports;
}

std::optional<CallReport> CallRegistry::stop(const CallId& id, Reason reason, std::string text,
                                             Now now) {
    if (!find(id)) return std::nullopt;
    return apply(id, Stopped{reason, std::move(text)}, now);
}

std::vector<CallReport> CallRegistry::stop_room(const RoomJid& room, Reason reason,
                                                std::string text, Now now) {
    return apply(judged_ids_of(room), Stopped{reason, std::move(text)}, now);
}

std::vector<CallReport> CallRegistry::stop_all(Reason reason, std::string text, Now now) {
    std::vector<CallId> ids;
    for (const auto& [id, entry] : calls_)
        ids.push_back(id);
    return apply(ids, Stopped{reason, std::move(text)}, now);
}

std::vector<CallReport> CallRegistry::time_passed(Now now) {
    std::vector<CallId> due;
    for (const auto& [time, id] : deadlines_) {
        if (time > now.steady) break;
        due.push_back(id);
    }
    ended_.forget_old(now.steady);
    return apply(due, TimePassed{}, now);
}

std::optional<TimePoint> CallRegistry::deadline() const {
    return deadlines_.empty() ? std::nullopt : std::optional(deadlines_.begin()->first);
}

const Call* CallRegistry::find(const CallId& id) const {
    const Entry* entry = entry_of(id);
    return entry ? &entry->state.call() : nullptr;
}

std::vector<const Call*> CallRegistry::calls_of(const RoomJid& room) const {
    std::vector<const Call*> found;
    for (const CallId& id : ids_of(room))
        found.push_back(find(id));
    return found;
}

std::vector<const Call*> CallRegistry::all() const {
    std::vector<const Call*> found;
    for (const auto& [id, entry] : calls_)
        found.push_back(&entry.state.call());
    return found;
}

std::vector<const Call*> CallRegistry::after(const std::optional<CallId>& id, size_t max) const {
    std::vector<const Call*> found;
    auto next = id ? calls_.upper_bound(*id) : calls_.begin();
    for (; next != calls_.end() && found.size() < max; ++next)
        found.push_back(&next->second.state.call());
    return found;
}

std::vector<const Call*> CallRegistry::before(const std::optional<CallId>& id, size_t max) const {
    std::vector<const Call*> found;
    auto next = id ? calls_.lower_bound(*id) : calls_.end();
    while (next != calls_.begin() && found.size() < max)
        found.push_back(&(--next)->second.state.call());
    std::ranges::reverse(found);
    return found;
}

const CallRegistry::Entry* CallRegistry::entry_of(const CallId& id) const {
    const auto found = calls_.find(id);
    return found == calls_.end() ? nullptr : &found->second;
}

CallReport CallRegistry::apply(const CallId& id, const CallEvent& event, Now now) {
    Entry& entry = calls_.at(id);
    auto effects = entry.state.handle(event, now);
    CallReport report{entry.state.call(), std::move(effects)};
    schedule(entry);
    if (report.call.phase == Phase::ended) bury(report.call.id, now);
    return report;
}

std::vector<CallReport> CallRegistry::apply(const std::vector<CallId>& ids, const CallEvent& event,
                                            Now now) {
    std::vector<CallReport> reports;
    for (const CallId& id : ids) {
        CallReport report = apply(id, event, now);
        if (!report.effects.empty()) reports.push_back(std::move(report));
    }
    return reports;
}

std::vector<CallId> CallRegistry::ids_of(const RoomJid& room) const {
    const auto found = rooms_.find(room);
    return found == rooms_.end() ? std::vector<CallId>{} : found->second;
}

void CallRegistry::schedule(Entry& entry) {
    const CallId& id = entry.state.call().id;
    if (entry.due) deadlines_.erase({*entry.due, id});
    entry.due = entry.state.deadline();
    if (entry.due) deadlines_.emplace(*entry.due, id);
}

void CallRegistry::bury(const CallId& id, Now now) {
    const auto found = calls_.find(id);
    const Call& call = found->second.state.call();
    if (call.conference) conferences_.erase(*call.conference);
    const auto room = rooms_.find(call.room);
    std::erase(room->second, id);
    if (room->second.empty()) rooms_.erase(room);
    calls_.erase(found);
    ended_.remember(id, now.steady);
}

}  // namespace parley::module
