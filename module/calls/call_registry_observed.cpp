/// The registry's calls that clients hold among themselves, in a Muji conference (XEP-0272).
#include <utility>

#include "module/calls/call_registry.hpp"

namespace parley::module {

namespace {

tl::unexpected<Refusal> refuse(Violation violation, std::string detail = {}) {
    return tl::unexpected(Refusal{violation, std::move(detail), std::nullopt});
}

}  // namespace

tl::expected<CallReport, Refusal> CallRegistry::invited(const RoomJid& room,
                                                        const RoomSettings& settings,
                                                        const Invitation& invitation,
                                                        const Occupant& sender, const CallId& fresh,
                                                        Now now) {
    if (!allows(settings, Mode::muji)) return refuse(Violation::mode_not_allowed);
    const Call* call = find_conference(invitation.conference);
    const bool is_new = !call || call->room != room;
    if (is_new) {
        if (draining_) return refuse(Violation::draining);
        const auto running = calls_of(room);
        if (running.size() >= limits_.calls_per_room_max) {
            return tl::unexpected(Refusal{Violation::active_call, {}, running.front()->id});
        }
        if (call && call->room != invitation.conference) {
            return refuse(Violation::id_in_use, "The conference is that of another room's call.");
        }
        const auto& id = invitation.id;
        if (id && (find(*id) || has_ended(*id))) return refuse(Violation::id_in_use);
    }
    if (!may_ring(room, sender.jid, now)) {
        return refuse(Violation::too_many_proposals);
    }
    if (invitation.id) retire(*invitation.id, now);
    if (is_new && call) {
        move(call->id, Moved{room, sender.jid, sender.nick, invitation.media}, now);
    } else if (is_new) {
        observe(room, invitation.conference, invitation.media, sender, fresh, now);
    }
    return CallReport{*find_conference(invitation.conference), {Relay{std::nullopt}}};
}

std::optional<CallReport> CallRegistry::seen(const RoomJid& conference, const Occupant& occupant,
                                             const Media& media, const CallId& fresh, Now now) {
    const Seen event{occupant.jid, occupant.nick, media};
    if (const Call* call = find_conference(conference)) return apply(call->id, event, now);
    if (!proposals_.take({conference, occupant.jid.bare()}, now.steady)) return std::nullopt;
    return apply(observe(conference, conference, media, occupant, fresh, now), event, now);
}

std::optional<CallReport> CallRegistry::unseen(const RoomJid& conference, const FullJid& jid,
                                               Reason reason, Now now) {
    const Call* call = find_conference(conference);
    if (!call) return std::nullopt;
    return apply(call->id, Lost{jid, reason}, now);
}

std::vector<CallReport> CallRegistry::room_gone(const RoomJid& room, Now now) {
    for (const CallId& id : ids_of(room)) {
        const Call& call = *find(id);
        if (!call.conference || *call.conference == room) continue;
        move(id, Moved{*call.conference, call.initiator, call.initiator_nick, call.media}, now);
    }
    const Call* call = find_conference(room);
    if (!call) return {};
    return apply(std::vector{call->id}, Stopped{Reason::gone, "The room is gone."}, now);
}

const Call* CallRegistry::find_conference(const RoomJid& conference) const {
    const auto found = conferences_.find(conference);
    return found == conferences_.end() ? nullptr : find(found->second);
}

const CallId& CallRegistry::observe(const RoomJid& room, const RoomJid& conference,
                                    const Media& media, const Occupant& initiator,
                                    const CallId& fresh, Now now) {
    Call call{fresh,          room,     Mode::muji,     media, std::nullopt, initiator.jid,
              initiator.nick, now.wall, Phase::ringing, {},    conference};
    CallState state(std::move(call), limits_, now);
    Entry& entry = calls_.emplace(fresh, Entry{std::move(state), std::nullopt}).first->second;
    rooms_[room].push_back(fresh);
    conferences_.insert_or_assign(conference, fresh);
    schedule(entry);
    return entry.state.call().id;
}

void CallRegistry::move(const CallId& id, const Moved& event, Now now) {
    const auto old = rooms_.find(find(id)->room);
    std::erase(old->second, id);
    if (old->second.empty()) rooms_.erase(old);
    rooms_[event.room].push_back(id);
    apply(id, event, now);
}

/// Without those that clients hold among themselves.
std::vector<CallId> CallRegistry::judged_ids_of(const RoomJid& room) const {
    std::vector<CallId> ids = ids_of(room);
    std::erase_if(ids, [&](const CallId& id) { return find(id)->mode == Mode::muji; });
    return ids;
}

}  // namespace parley::module
