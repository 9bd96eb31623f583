#include "module/calls/call_state.hpp"

#include <algorithm>
#include <cassert>

namespace parley::module {

namespace {

std::vector<CallEffect> refuse(Violation violation) {
    return {Refuse{violation}};
}

Media media_or(const Media& given, const Media& fallback) {
    return given.audio || given.video ? given : fallback;
}

}  // namespace

CallState::CallState(const CallMessage& proposal, const RoomJid& room, const FullJid& initiator,
                     const Nick& nick, const CallLimits& limits, Now now)
    : limits_(limits),
      call_{proposal.id,      room,      proposal.mode, proposal.media,
            proposal.service, initiator, nick,          now.wall,
            Phase::ringing,   {},        std::nullopt},
      proposed_at_(now.steady) {
    call_.participants.push_back(
        {initiator, nick, Position{++positions_given_}, proposal.media, now.wall});
}

CallState::CallState(Call observed, const CallLimits& limits, Now now)
    : limits_(limits), call_(std::move(observed)), proposed_at_(now.steady) {
    limits_.call_duration_max = std::chrono::seconds(0);
}

std::vector<CallEffect> CallState::handle(const CallEvent& event, Now now) {
    assert(call_.phase != Phase::ended);
    return std::visit([&](const auto& happened) { return on(happened, now); }, event);
}

std::vector<CallEffect> CallState::on(const Accepted& event, Now now) {
    if (call_.participant(event.jid)) return refuse(Violation::already_participant);
    if (call_.participants.size() >= std::min(limits_.participants_max, event.participants_max)) {
        return refuse(Violation::call_full);
    }
    if (call_.mode == Mode::sfu && !event.has_media_session) return refuse(Violation::no_session);

    const Participant participant{
        event.jid, event.nick,    Position{++positions_given_}, media_or(event.media, call_.media),
        now.wall,  event.is_guest};
    call_.participants.push_back(participant);
    call_.phase = Phase::active;
    empty_since_.reset();
    if (event.jid == call_.initiator) call_.initiator_nick = event.nick;
    return {Relay{participant.position}, ParticipantIn{participant}};
}

std::vector<CallEffect> CallState::on(const Rejected& event, Now) {
    if (call_.participant(event.jid)) return refuse(Violation::rejecting_own_call);
    return {Relay{std::nullopt}};
}

std::vector<CallEffect> CallState::on(const Retracted& event, Now) {
    if (event.jid != call_.initiator) return refuse(Violation::not_initiator);
    if (call_.phase != Phase::ringing) return refuse(Violation::already_accepted);
    std::vector<CallEffect> effects{Relay{std::nullopt}};
    end(effects, {Reason::cancel, {}, false});
    return effects;
}

std::vector<CallEffect> CallState::on(const Left& event, Now now) {
    if (!call_.participant(event.jid)) return refuse(Violation::not_participant);
    const Participant out = take_out(event.jid, now);
    std::vector<CallEffect> effects{Relay{out.position}, ParticipantOut{out, std::nullopt}};
    end_if_nobody_rings(effects);
    return effects;
}

std::vector<CallEffect> CallState::on(const Lost& event, Now now) {
    if (!call_.participant(event.jid)) return {};
    std::vector<CallEffect> effects{ParticipantOut{take_out(event.jid, now), event.reason}};
    end_if_nobody_rings(effects);
    return effects;
}

std::vector<CallEffect> CallState::on(const Renamed& event, Now) {
    if (event.jid == call_.initiator) call_.initiator_nick = event.nick;
    if (Participant* participant = call_.participant(event.jid)) participant->nick = event.nick;
    return {};
}

std::vector<CallEffect> CallState::on(const Stopped& event, Now) {
    std::vector<CallEffect> effects;
    end(effects, {event.reason, event.text, true});
    return effects;
}

std::vector<CallEffect> CallState::on(const TimePassed&, Now now) {
    const auto due = deadline();
    if (!due || now.steady < *due) return {};
    std::vector<CallEffect> effects;
    if (rings_out() && now.steady >= proposed_at_ + limits_.ring_timeout) {
        end(effects, {Reason::timeout, "Nobody accepted the call.", true});
    } else if (empty_since_ && now.steady >= *empty_since_ + limits_.empty_call_timeout) {
        end(effects, {Reason::success, "Everybody has left the call.", true});
    } else {
        end(effects, {Reason::expired, "The call has reached its maximum duration.", true});
    }
    return effects;
}

std::optional<TimePoint> CallState::deadline() const {
    if (call_.phase == Phase::ended) return std::nullopt;
    std::optional<TimePoint> due;
    const auto consider = [&due](TimePoint candidate) {
        due = due ? std::min(*due, candidate) : candidate;
    };
    if (rings_out()) consider(proposed_at_ + limits_.ring_timeout);
    if (empty_since_) consider(*empty_since_ + limits_.empty_call_timeout);
    if (limits_.call_duration_max.count() > 0) consider(proposed_at_ + limits_.call_duration_max);
    return due;
}

std::vector<CallEffect> CallState::on(const Seen& event, Now now) {
    if (Participant* participant = call_.participant(event.jid)) {
        participant->media = event.media;
        return {};
    }
    const Participant participant{event.jid, event.nick, Position{++positions_given_}, event.media,
                                  now.wall};
    call_.participants.push_back(participant);
    empty_since_.reset();
    if (event.jid != call_.initiator) call_.phase = Phase::active;
    return {ParticipantIn{participant}};
}

std::vector<CallEffect> CallState::on(const Moved& event, Now) {
    call_.room = event.room;
    call_.initiator = event.initiator;
    call_.initiator_nick = event.nick;
    call_.media = event.media;
    return {};
}

/// Whether it may ring for too long: a muji call where nobody is in it yet.
bool CallState::rings_out() const {
    return call_.phase == Phase::ringing &&
           (call_.mode != Mode::muji || call_.participants.empty());
}

Participant CallState::take_out(const FullJid& jid, Now now) {
    const auto found = std::ranges::find(call_.participants, jid, &Participant::jid);
    assert(found != call_.participants.end());
    Participant out = *found;
    call_.participants.erase(found);
    if (call_.participants.empty()) empty_since_ = now.steady;
    return out;
}

/// While a call rings only its initiator is in it: without it there is nobody to reach.
void CallState::end_if_nobody_rings(std::vector<CallEffect>& effects) {
    if (call_.phase != Phase::ringing || !call_.participants.empty()) return;
    end(effects, {Reason::cancel, "The one who called has gone.", true});
}

void CallState::end(std::vector<CallEffect>& effects, CallOver over) {
    call_.phase = Phase::ended;
    call_.participants.clear();
    empty_since_.reset();
    effects.emplace_back(std::move(over));
}

}  // namespace parley::module
