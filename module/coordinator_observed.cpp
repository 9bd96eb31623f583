/// The coordinator and the calls that clients hold among themselves: Muji (XEP-0272) and the
/// invitations to them (XEP-0482).
#include <utility>

#include "module/calls/room_policy.hpp"
#include "module/coordinator.hpp"
#include "module/muji/muji_presence.hpp"

namespace parley::module {

namespace {

CallId id_from(const std::string& uuid) {
    return CallId::parse(uuid).value();
}

}  // namespace

Outputs Coordinator::on_presence(const RoomHead& room, const Occupant& occupant,
                                 const xmpp::Element& presence, Now now) {
    Outputs outputs;
    apply(rooms_.observe(room, &occupant), now, outputs);
    call_by_nick_in(room.jid, occupant, now);
    unconfirmed_.confirm({room.jid, occupant.jid});
    const MujiPresence said = muji_presence(presence);
    if (said.is_in()) {
        const auto report = calls_.seen(room.jid, occupant, said.media, id_from(make_uuid_()), now);
        if (!report) return outputs;
        call_by_nicks_of(report->call, now);
        carry_out(*report, now, outputs);
    } else if (said.is_out()) {
        out_of_conference(room.jid, occupant.jid, Reason::success, now, outputs);
    }
    return outputs;
}

/// The invitations of a room are gone with it; the conferences to which they invited are not.
void Coordinator::conference_without_room(const RoomJid& room, Now now, Outputs& outputs) {
    std::vector<CallId> ids;
    for (const Call* call : calls_.calls_of(room))
        ids.push_back(call->id);
    carry_out(calls_.room_gone(room, now), now, outputs);
    for (const CallId& id : ids) {
        invitations_.forget(id);
        if (const Call* call = calls_.find(id)) call_by_nicks_of(*call, now);
    }
}

void Coordinator::compare_with(const RoomSnapshot& snapshot, Now now) {
    for (const Occupant& occupant : snapshot.occupants) {
        call_by_nick_in(snapshot.head.jid, occupant, now);
        doubt_presence(snapshot.head.jid, occupant.jid, now);
    }
}

void Coordinator::doubt_presence(const RoomJid& conference, const FullJid& jid, Now now) {
    const Call* call = calls_.find_conference(conference);
    if (call && call->participant(jid)) unconfirmed_.doubt({conference, jid}, now.steady);
}

void Coordinator::out_of_conference(const RoomJid& conference, const FullJid& jid, Reason reason,
                                    Now now, Outputs& outputs) {
    const auto report = calls_.unseen(conference, jid, reason, now);
    if (report) carry_out(*report, now, outputs);
}

/// In a conference's own room (Dino's) a client has another nick than in the room of the call,
/// which it may enter later, or never.
void Coordinator::call_by_nicks_of(const Call& call, Now now) {
    for (const Participant& participant : call.participants) {
        const Occupant* occupant = rooms_.find_occupant(call.room, participant.jid);
        if (occupant) call_by_nick_in(call.room, *occupant, now);
    }
}

void Coordinator::call_by_nick_in(const RoomJid& room, const Occupant& occupant, Now now) {
    calls_.occupant_renamed(room, occupant.jid, occupant.nick, now);
}

/// An invitation to a Muji conference is judged as a proposal of a mesh call would be; what else
/// is said of invitations passes: it may be about calls of two.
std::optional<Refusal> Coordinator::judge_invitation(const RoomHead& room, const Occupant& sender,
                                                     const xmpp::Element& message,
                                                     size_t stanza_bytes, Now now,
                                                     std::optional<CallReport>& report,
                                                     Outputs& outputs) {
    auto parsed = parse_invitation_message(message);
    if (!parsed) return parsed.error();
    if (const auto* reply = std::get_if<InvitationReply>(&*parsed)) {
        heed(*reply, room.jid, sender, now, outputs);
        return std::nullopt;
    }
    auto* invitation = std::get_if<Invitation>(&*parsed);
    if (!invitation) return std::nullopt;
    if (stanza_bytes > call_message_bytes_max) {
        return Refusal{Violation::malformed, "A call message has at most 16 KiB.", std::nullopt};
    }
    if (const auto violation = keeps_out(room.jid, room.privacy, sender, now)) {
        return Refusal{*violation, {}, std::nullopt};
    }
    auto outcome = calls_.invited(room.jid, rooms_.settings_of(room.jid), *invitation, sender,
                                  id_from(make_uuid_()), now);
    if (!outcome) return outcome.error();
    call_by_nicks_of(outcome->call, now);
    invitations_.remember(outcome->call.id, std::move(*invitation), sender.jid);
    report = std::move(*outcome);
    return std::nullopt;
}

/// Presence decides who is in. A reply changes only one thing: who has invited may take it back.
void Coordinator::heed(const InvitationReply& reply, const RoomJid& room, const Occupant& sender,
                       Now now, Outputs& outputs) {
    for (const Call* call : calls_.calls_of(room)) {
        if (!invitations_.is_about(reply, *call)) continue;
        if (!reply.is_retract || sender.jid != *invitations_.inviter_of(call->id)) return;
        const CallId id = call->id;
        invitations_.forget(id);
        if (!call->participants.empty()) return;
        if (const auto report = calls_.stop(id, Reason::cancel, {}, now)) {
            carry_out(*report, now, outputs);
        }
        return;
    }
}

/// What occupants may know of: a room that hides addresses, or lets anybody in, does not tell who
/// is in a call, which the module could not keep its clients from holding.
std::vector<const Call*> Coordinator::shown_calls(const RoomJid& room,
                                                  const RoomPrivacy& privacy) const {
    auto calls = calls_.calls_of(room);
    if (is_private(privacy)) return calls;
    std::erase_if(calls, [](const Call* call) { return call->mode == Mode::muji; });
    return calls;
}

/// Nobody ends a muji call for its clients: nobody else need know of it.
bool Coordinator::is_published(const Call& call) const {
    return keeps_records_ && call.mode != Mode::muji;
}

void Coordinator::warn_of_calls_among_clients(const RoomJid& room, Outputs& outputs) const {
    for (const Call* call : calls_.calls_of(room)) {
        if (call->mode != Mode::muji) continue;
        outputs.emplace_back(LogLine{
            LogLevel::warning, "call " + call->id.text() + " in " + room.to_string() +
                                   " goes on among its clients although the room may hold none "
                                   "any more: the module cannot end it"});
    }
}

}  // namespace parley::module
