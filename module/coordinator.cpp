#include "module/coordinator.hpp"

#include <utility>

#include "module/calls/namespaces.hpp"
#include "module/calls/room_policy.hpp"
#include "module/calls/session_guard.hpp"
#include "module/calls/stanza_out.hpp"
#include "module/discovery/discovery.hpp"
#include "module/jingle/namespaces.hpp"
#include "xmpp/stanza_error.hpp"

namespace parley::module {

namespace {

Refusal because(Violation violation) {
    return {violation, {}, std::nullopt};
}

Refusal malformed(std::string detail) {
    return {Violation::malformed, std::move(detail), std::nullopt};
}

/// What the room is told when a participant is out because its client left the room.
Reason reason_for(LeaveReason leave) {
    switch (leave) {
        case LeaveReason::left:
            return Reason::gone;
        case LeaveReason::connection_lost:
            return Reason::connectivity_error;
        case LeaveReason::shutdown:
            return Reason::gone;
        case LeaveReason::kicked:
        case LeaveReason::banned:
        case LeaveReason::affiliation_lost:
            break;
    }
    return Reason::security_error;
}

bool is_groupchat_to_room(const xmpp::Element& message, const RoomJid& room) {
    const auto to = xmpp::Jid::parse(message.attr("to"));
    return message.attr("type") == "groupchat" && to && *to == room.jid();
}

xmpp::Element orphaned_call_message(const CallRecord& record) {
    return call_ended_message(record.room, record.id, record.mode, Reason::gone,
                              "The part of the server that held the call is lost.");
}

LogLine info(std::string text) {
    return {LogLevel::info, std::move(text)};
}

}  // namespace

Coordinator::Coordinator(const Settings& settings, std::function<std::string()> make_uuid, Now now)
    : node_(settings.node),
      keeps_records_(settings.keeps_records),
      participants_max_(settings.calls.participants_max),
      guests_allowed_(settings.focus.guests_allowed),
      make_uuid_(std::move(make_uuid)),
      rooms_(settings.room_defaults),
      calls_(settings.calls),
      messages_(settings.calls.call_messages_per_minute_max) {
    counters_.since = now.wall;
    if (settings.sfu) {
        focus_.emplace(*settings.sfu, settings.focus, rooms_, calls_, forbidden_, make_uuid_);
    }
}

Outputs Coordinator::on_room(const RoomEvent& event, Now now) {
    Outputs outputs;
    apply(rooms_.handle(event), now, outputs);
    if (const auto* snapshot = std::get_if<RoomSnapshot>(&event)) compare_with(*snapshot, now);
    return outputs;
}

Coordinator::Judgement Coordinator::on_message(const RoomHead& room, const Occupant& sender,
                                               const xmpp::Element& message, size_t stanza_bytes,
                                               Now now) {
    Judgement judgement;
    apply(rooms_.observe(room, &sender), now, judgement.outputs);
    call_by_nick_in(room.jid, sender, now);
    const bool invites = has_invitation_element(message) && is_groupchat_to_room(message, room.jid);
    if (!has_call_element(message) && !invites) return judgement;

    std::optional<CallReport> report;
    if (const auto refusal =
            judge(room, sender, message, stanza_bytes, now, report, judgement.outputs)) {
        ++counters_.messages_refused;
        const xmpp::StanzaError error = to_stanza_error(*refusal);
        judgement.outputs.emplace_back(LogLine{
            LogLevel::debug, "refused a call message of " + sender.jid.to_string() + " in " +
                                 room.jid.to_string() + ": " + error.application->name()});
        judgement.verdict = Drop{error.to_element()};
        return judgement;
    }
    if (!report) return judgement;
    xmpp::Element relayed = message;
    const auto& relay = std::get<Relay>(report->effects.front());
    if (stamp(relayed, relay.position, sender.jid)) {
        judgement.verdict = Replace{std::move(relayed)};
    }
    carry_out(*report, now, judgement.outputs);
    return judgement;
}

/// The rules of docs/protocol.md in the order in which they are checked; fills the report where all
/// hold and the message is about a call of ours.
std::optional<Refusal> Coordinator::judge(const RoomHead& room, const Occupant& sender,
                                          const xmpp::Element& message, size_t stanza_bytes,
                                          Now now, std::optional<CallReport>& report,
                                          Outputs& outputs) {
    if (!messages_.take({room.jid, sender.jid}, now.steady)) {
        return because(Violation::too_many_messages);
    }
    if (!has_call_element(message)) {
        return judge_invitation(room, sender, message, stanza_bytes, now, report, outputs);
    }
    if (!is_groupchat_to_room(message, room.jid)) return because(Violation::wrong_address);
    if (stanza_bytes > call_message_bytes_max) {
        return malformed("A call message has at most 16 KiB.");
    }
    if (has_invitation_element(message)) {
        return malformed("A message says one thing about one call, not two.");
    }
    const auto parsed = parse_call_message(message);
    if (!parsed) return parsed.error();
    if (const auto violation = keeps_out(room.jid, room.privacy, sender, now)) {
        return because(*violation);
    }
    auto outcome = calls_.handle(room.jid, rooms_.settings_of(room.jid), *parsed, sender,
                                 standing(*parsed, room.jid, sender.jid), now);
    if (!outcome) return outcome.error();
    report = std::move(*outcome);
    return std::nullopt;
}

MediaStanding Coordinator::standing(const CallMessage& message, const RoomJid& room,
                                    const FullJid& sender) const {
    if (!focus_) return {};
    return focus_->standing(message.id, room, sender, message.service);
}

std::optional<Outputs> Coordinator::on_room_iq(const RoomHead& room, const Occupant* sender,
                                               const xmpp::Element& iq) {
    const xmpp::Element* payload = iq.first_child();
    if (!payload || (payload->ns() != ns::call && payload->ns() != ns::call_sfu)) {
        return std::nullopt;
    }
    const auto refuse = [&](xmpp::ErrorType type, xmpp::Condition condition, std::string text) {
        return Outputs{
            RouteStanza{xmpp::error_reply(iq, {type, condition, std::move(text), std::nullopt})}};
    };
    if (!sender) {
        return refuse(xmpp::ErrorType::auth, xmpp::Condition::forbidden,
                      "Only occupants of the room may ask for its calls.");
    }
    if (!payload->is("calls", ns::call) || iq.attr("type") != "get") {
        return refuse(xmpp::ErrorType::modify, xmpp::Condition::bad_request,
                      "A room answers an IQ get with <calls/>; everything else is a groupchat "
                      "message.");
    }
    xmpp::Element result = xmpp::iq_result(iq);
    result.add(calls_element(shown_calls(room.jid, room.privacy)));
    return Outputs{RouteStanza{std::move(result)}};
}

Outputs Coordinator::on_service_stanza(const xmpp::Element& stanza, Now now) {
    Outputs outputs;
    const auto from = xmpp::Jid::parse(stanza.attr("from"));
    const auto to = xmpp::Jid::parse(stanza.attr("to"));
    if (!focus_ || !from || !to || stanza.name() == "presence") return outputs;

    const std::string_view type = stanza.attr("type");
    if (stanza.name() == "message") {
        if (type == "error") return outputs;
        outputs.emplace_back(RouteStanza{xmpp::error_reply(
            stanza, {xmpp::ErrorType::cancel, xmpp::Condition::service_unavailable,
                     "Nobody reads messages here.", std::nullopt})});
        return outputs;
    }
    const bool response = type == "result" || type == "error";
    const bool to_conference = !to->local().empty() && Focus::understands(stanza);
    if (response || to_conference) {
        take(focus_->on_conference_iq(stanza, *from, *to, now), now, outputs);
    } else {
        outputs.emplace_back(RouteStanza{answer_sfu_iq(stanza)});
    }
    return outputs;
}

Outputs Coordinator::on_media(const MediaEvent& event, Now now) {
    Outputs outputs;
    if (focus_) take(focus_->on_media(event, now), now, outputs);
    return outputs;
}

std::optional<xmpp::StanzaError> Coordinator::on_room_submitted(const RoomJid&,
                                                                const xmpp::Element& values) const {
    const auto read = read_room_settings(values, rooms_.default_settings(), participants_max_);
    if (read) return std::nullopt;
    return xmpp::StanzaError{xmpp::ErrorType::modify, xmpp::Condition::bad_request,
                             read.error().text, std::nullopt};
}

Outputs Coordinator::on_room_values(const RoomJid& room, const xmpp::Element& values, Now now) {
    Outputs outputs;
    const RoomSettings before = rooms_.settings_of(room);
    // The server may have become stricter since they were stored; its own limit holds anyway.
    const auto read = read_room_settings(values, rooms_.default_settings(), UINT32_MAX);
    rooms_.set_settings(room, read ? *read : rooms_.default_settings());
    if (rooms_.settings_of(room).calls_allowed) {
        settle_who_may_call(room, before, now, outputs);
        return outputs;
    }
    carry_out(
        calls_.stop_room(room, Reason::decline, "The room's owners allow no calls any more.", now),
        now, outputs);
    if (focus_) take(focus_->end_all_in_room(room, Reason::decline), now, outputs);
    warn_of_calls_among_clients(room, outputs);
    return outputs;
}

/// The room's settings were others before.
void Coordinator::settle_who_may_call(const RoomJid& room, const RoomSettings& before, Now now,
                                      Outputs& outputs) {
    const Room* known = rooms_.find(room);
    if (!known) return;
    const RoomSettings& settings = rooms_.settings_of(room);
    if (!settings.guests) dismiss_guests(room, now, outputs);
    for (const auto& [jid, occupant] : known->occupants) {
        if (may_call(occupant, settings)) {
            if (!may_call(occupant, before)) help_late_joiner(room, occupant, now, outputs);
            continue;
        }
        carry_out(calls_.occupant_lost(room, jid, Reason::security_error, now), now, outputs);
        if (focus_) {
            take(focus_->dismiss_from_room(room, jid, Reason::security_error), now, outputs);
        }
    }
}

std::optional<xmpp::StanzaError> Coordinator::on_user_iq(const xmpp::Element& iq) const {
    const auto violation = session_violation(calls_, iq);
    return violation ? std::optional(to_stanza_error(because(*violation))) : std::nullopt;
}

Outputs Coordinator::restore(LeftBehind left, Now now) {
    Outputs outputs;
    forbidden_ = std::move(left.forbidden);
    for (const xmpp::Element& element : left.records) {
        auto record = read_record(element);
        if (!record) continue;
        calls_.retire(record->id, now);
        outputs.emplace_back(info("call " + record->id.text() + " in " + record->room.to_string() +
                                  " ended with the last run of the server"));
        orphaned_.remember(std::move(*record), now.steady);
    }
    return outputs;
}

void Coordinator::configure(const Settings& settings) {
    participants_max_ = settings.calls.participants_max;
    calls_.set_limits(settings.calls);
    messages_.set_rate(settings.calls.call_messages_per_minute_max);
    rooms_.set_default_settings(settings.room_defaults);
    guests_allowed_ = settings.focus.guests_allowed;
    if (focus_) focus_->set_limits(settings.focus);
}

Outputs Coordinator::on_node_lost(std::string_view node, bool is_elected,
                                  const std::vector<xmpp::Element>& records, Now now) {
    Outputs outputs;
    for (const xmpp::Element& element : records) {
        auto record = read_record(element);
        // The id may live here: nodes that cannot see each other both go on.
        if (!record || calls_.find(record->id)) continue;
        calls_.retire(record->id, now);
        outputs.emplace_back(info("call " + record->id.text() + " in " + record->room.to_string() +
                                  " is lost with the node " + std::string(node)));
        for (const FullJid& participant : record->participants) {
            if (!is_elected) break;
            xmpp::Element message = orphaned_call_message(*record);
            message.set_attr("to", participant.to_string());
            outputs.emplace_back(RouteStanza{std::move(message)});
        }
        orphaned_.remember(std::move(*record), now.steady);
    }
    return outputs;
}

Outputs Coordinator::on_time(Now now) {
    Outputs outputs;
    if (focus_) take(focus_->time_passed(now), now, outputs);
    carry_out(calls_.time_passed(now), now, outputs);
    for (const auto& [conference, jid] : unconfirmed_.take_due(now.steady))
        out_of_conference(conference, jid, Reason::gone, now, outputs);
    return outputs;
}

std::optional<TimePoint> Coordinator::deadline() const {
    std::optional<TimePoint> due = calls_.deadline();
    const auto consider = [&due](const std::optional<TimePoint>& candidate) {
        if (candidate) due = due ? std::min(*due, *candidate) : *candidate;
    };
    if (focus_) consider(focus_->deadline());
    consider(unconfirmed_.deadline());
    return due;
}

Outputs Coordinator::stop(Now now) {
    Outputs outputs;
    drain_.reset();
    carry_out(calls_.stop_all(Reason::gone, "The call service is shutting down.", now), now,
              outputs);
    if (focus_) take(focus_->end_all(Reason::gone), now, outputs);
    return outputs;
}

std::vector<xmpp::Element> Coordinator::room_info(const RoomJid& room) const {
    return module::room_info(calls_.calls_of(room), rooms_.settings_of(room),
                             focus_ ? std::optional(focus_->service()) : std::nullopt);
}

std::vector<xmpp::Element> Coordinator::room_fields() const {
    return module::room_fields(rooms_.default_settings(),
                               {focus_.has_value(), guests_allowed_, participants_max_});
}

std::vector<std::string_view> Coordinator::muc_features() const {
    return module::muc_features(focus_.has_value());
}

void Coordinator::apply(const std::vector<RoomChange>& changes, Now now, Outputs& outputs) {
    for (const RoomChange& change : changes) {
        std::visit([&](const auto& happened) { on(happened, now, outputs); }, change);
    }
}

void Coordinator::on(const PrivacyChanged& change, Now now, Outputs& outputs) {
    if (is_private(change.privacy)) return;
    carry_out(calls_.stop_room(change.room, Reason::security_error,
                               "The room is not private any more.", now),
              now, outputs);
    if (focus_) take(focus_->end_all_in_room(change.room, Reason::security_error), now, outputs);
    warn_of_calls_among_clients(change.room, outputs);
}

void Coordinator::on(const OccupantIn& change, Now now, Outputs& outputs) {
    for (const CallRecord& record : orphaned_.calls_of(change.room, now.steady)) {
        outputs.emplace_back(
            SendToOccupant{change.room, change.occupant.jid, orphaned_call_message(record)});
    }
    call_by_nick_in(change.room, change.occupant, now);
    doubt_presence(change.room, change.occupant.jid, now);
    help_late_joiner(change.room, change.occupant, now, outputs);
}

/// What keeps this occupant from taking part in the room's calls, if anything.
std::optional<Violation> Coordinator::keeps_out(const RoomJid& room, const RoomPrivacy& privacy,
                                                const Occupant& occupant, Now now) const {
    const auto violation = policy_violation(privacy, rooms_.settings_of(room), occupant);
    if (violation) return violation;
    if (forbidden_.contains(occupant.jid.bare(), now.wall)) return Violation::user_forbidden;
    return std::nullopt;
}

void Coordinator::on(const OccupantAltered& change, Now now, Outputs& outputs) {
    if (change.before.nick != change.now.nick) {
        calls_.occupant_renamed(change.room, change.now.jid, change.now.nick, now);
    }
    const RoomSettings& settings = rooms_.settings_of(change.room);
    const bool could = may_call(change.before, settings);
    const bool can = may_call(change.now, settings);
    if (can && !could) help_late_joiner(change.room, change.now, now, outputs);
    if (can || !could) return;
    carry_out(calls_.occupant_lost(change.room, change.now.jid, Reason::security_error, now), now,
              outputs);
    if (focus_) {
        take(focus_->dismiss_from_room(change.room, change.now.jid, Reason::security_error), now,
             outputs);
    }
}

void Coordinator::on(const OccupantOut& change, Now now, Outputs& outputs) {
    const Reason reason = reason_for(change.reason);
    carry_out(calls_.occupant_lost(change.room, change.occupant.jid, reason, now), now, outputs);
    out_of_conference(change.room, change.occupant.jid, reason, now, outputs);
    if (focus_) {
        take(focus_->dismiss_from_room(change.room, change.occupant.jid, reason), now, outputs);
    }
}

void Coordinator::on(const RoomGone& change, Now now, Outputs& outputs) {
    carry_out(calls_.stop_room(change.room, Reason::gone, "The room is gone.", now), now, outputs);
    conference_without_room(change.room, now, outputs);
    if (focus_) take(focus_->end_all_in_room(change.room, Reason::gone), now, outputs);
}

void Coordinator::on(const SnapshotNeeded& change, Now, Outputs& outputs) {
    outputs.emplace_back(RequestSnapshot{change.room});
}

void Coordinator::carry_out(const std::vector<CallReport>& reports, Now now, Outputs& outputs) {
    for (const CallReport& report : reports)
        carry_out(report, now, outputs);
}

void Coordinator::carry_out(const CallReport& report, Now now, Outputs& outputs) {
    for (const CallEffect& effect : report.effects) {
        if (const auto* in = std::get_if<ParticipantIn>(&effect)) {
            on(report.call, *in, now, outputs);
        } else if (const auto* out = std::get_if<ParticipantOut>(&effect)) {
            on(report.call, *out, now, outputs);
        } else if (const auto* over = std::get_if<CallOver>(&effect)) {
            on(report.call, *over, now, outputs);
        }
    }
}

void Coordinator::on(const Call& call, const ParticipantIn& effect, Now now, Outputs& outputs) {
    const bool first = effect.participant.position == Position{1};
    outputs.emplace_back(info("call " + call.id.text() + " in " + call.room.to_string() + ": " +
                              effect.participant.jid.to_string() +
                              (first ? " proposed it (" + std::string(to_string(call.mode)) + ", " +
                                           to_string(call.media) + ")"
                                     : " joined")));
    if (effect.participant.is_guest) {
        outputs.emplace_back(
            Broadcast{call.room, guest_accepted_message(call, effect.participant)});
    }
    publish(call, outputs);
    counters_.participations += 1;
    counters_.calls_proposed += first ? 1 : 0;
    counters_.calls_answered += effect.participant.position == Position{2} ? 1 : 0;
    counters_.calls_peak = std::max(counters_.calls_peak, calls_.size());
    if (focus_ && call.mode == Mode::sfu) {
        take(focus_->admit(call.id, effect.participant.jid), now, outputs);
    }
}

void Coordinator::on(const Call& call, const ParticipantOut& effect, Now now, Outputs& outputs) {
    const Participant& out = effect.participant;
    const Reason reason = effect.announce.value_or(Reason::success);
    outputs.emplace_back(info("call " + call.id.text() + " in " + call.room.to_string() + ": " +
                              out.jid.to_string() + " left (" + std::string(to_string(reason)) +
                              ")"));
    if (effect.announce && call.mode != Mode::muji) {
        outputs.emplace_back(
            Broadcast{call.room, participant_ended_message(call, out, *effect.announce)});
    }
    publish(call, outputs);
    if (focus_ && call.mode == Mode::sfu) {
        take(focus_->dismiss(call.id, out.jid, reason), now, outputs);
    }
}

void Coordinator::on(const Call& call, const CallOver& effect, Now now, Outputs& outputs) {
    outputs.emplace_back(info("call " + call.id.text() + " in " + call.room.to_string() +
                              " ended (" + std::string(to_string(effect.reason)) + ")"));
    invitations_.forget(call.id);
    if (effect.announce && call.mode != Mode::muji) {
        outputs.emplace_back(Broadcast{call.room, call_ended_message(call.room, call.id, call.mode,
                                                                     effect.reason, effect.text)});
    }
    if (is_published(call)) outputs.emplace_back(WithdrawRecord{record_key(call.id)});
    if (focus_ && call.mode == Mode::sfu) {
        take(focus_->end(call.id, effect.reason), now, outputs);
    }
    report_if_drained(outputs);
}

/// Notes who must hear of it should this process be lost.
void Coordinator::publish(const Call& call, Outputs& outputs) const {
    if (!is_published(call) || call.phase == Phase::ended) return;
    outputs.emplace_back(PublishRecord{record_key(call.id), record_of(call)});
}

/// What the focus asks for, and what its losses mean for the calls.
void Coordinator::take(Focus::Result result, Now now, Outputs& outputs) {
    for (Output& output : result.outputs)
        outputs.push_back(std::move(output));
    for (const CallId& id : result.retired)
        calls_.retire(id, now);
    for (const Focus::Guest& guest : result.guests)
        welcome(guest, now, outputs);
    for (const auto& lost : result.lost) {
        if (const auto report = calls_.participant_lost(lost.call, lost.jid, lost.reason, now)) {
            carry_out(*report, now, outputs);
        }
        take(focus_->dismiss(lost.call, lost.jid, lost.reason), now, outputs);
    }
}

}  // namespace parley::module
