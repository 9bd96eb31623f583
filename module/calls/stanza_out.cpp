#include "module/calls/stanza_out.hpp"

#include <string>

#include "module/calls/namespaces.hpp"
#include "module/jingle/namespaces.hpp"
#include "xmpp/namespaces.hpp"

namespace parley::module {

namespace {

xmpp::Element groupchat_from(const std::string& from) {
    xmpp::Element message("message", xmpp::ns::client);
    message.set_attr("type", "groupchat").set_attr("from", from);
    return message;
}

std::string occupant_jid(const RoomJid& room, const Nick& nick) {
    return room.to_string() + '/' + nick.value;
}

xmpp::Element& add_call_element(xmpp::Element& message, const CallId& id, Mode mode,
                                std::string_view name) {
    xmpp::Element& element = message.add(name, namespace_of(mode));
    element.set_attr("id", id.text());
    return element;
}

xmpp::Element& add_call_element(xmpp::Element& message, const Call& call, Action action) {
    return add_call_element(message, call.id, call.mode, to_string(action));
}

void stamp(xmpp::Element& element, const FullJid& jid, Position position) {
    element.set_attr("position", std::to_string(position.value)).set_attr("jid", jid.to_string());
}

/// A guest has no occupant JID that could say who it is.
void stamp(xmpp::Element& element, const Participant& participant) {
    stamp(element, participant.jid, participant.position);
    if (participant.is_guest) {
        element.set_attr("guest", "true").set_attr("nick", participant.nick.value);
    }
}

std::string jid_in_room(const Call& call, const Participant& participant) {
    return participant.is_guest ? call.room.to_string() : occupant_jid(call.room, participant.nick);
}

void add_descriptions(xmpp::Element& element, const Media& media) {
    if (media.audio) element.add("description", ns::jingle_rtp).set_attr("media", "audio");
    if (media.video) element.add("description", ns::jingle_rtp).set_attr("media", "video");
}

void add_delay(xmpp::Element& message, const RoomJid& room, WallTime time) {
    message.add("delay", xmpp::ns::delay)
        .set_attr("from", room.to_string())
        .set_attr("stamp", to_xmpp_datetime(time));
}

xmpp::Element replayed_propose(const Call& call, bool initiator_in_room) {
    xmpp::Element message = groupchat_from(
        initiator_in_room ? occupant_jid(call.room, call.initiator_nick) : call.room.to_string());
    xmpp::Element& propose = add_call_element(message, call, Action::propose);
    if (call.service) propose.set_attr("service", call.service->to_string());
    if (initiator_in_room) stamp(propose, call.initiator, Position{1});
    add_descriptions(propose, call.media);
    add_delay(message, call.room, call.since);
    return message;
}

xmpp::Element accept_of(const Call& call, const Participant& participant) {
    xmpp::Element message = groupchat_from(jid_in_room(call, participant));
    xmpp::Element& accept = add_call_element(message, call, Action::accept);
    stamp(accept, participant);
    add_descriptions(accept, participant.media);
    return message;
}

xmpp::Element replayed_accept(const Call& call, const Participant& participant) {
    xmpp::Element message = accept_of(call, participant);
    add_delay(message, call.room, participant.since);
    return message;
}

xmpp::Element replayed_end_of_initiator(const Call& call) {
    xmpp::Element message = groupchat_from(occupant_jid(call.room, call.initiator_nick));
    stamp(add_call_element(message, call, Action::ended), call.initiator, Position{1});
    add_delay(message, call.room, call.since);
    return message;
}

void add_participant(xmpp::Element& call, const Participant& participant) {
    xmpp::Element& element = call.add("participant");
    element.set_attr("nick", participant.nick.value)
        .set_attr("jid", participant.jid.to_string())
        .set_attr("position", std::to_string(participant.position.value))
        .set_attr("media", to_string(participant.media));
    if (participant.is_guest) element.set_attr("guest", "true");
}

}  // namespace

xmpp::Element guest_accepted_message(const Call& call, const Participant& guest) {
    return accept_of(call, guest);
}

xmpp::Element participant_ended_message(const Call& call, const Participant& participant,
                                        Reason reason) {
    xmpp::Element message = groupchat_from(jid_in_room(call, participant));
    xmpp::Element& ended = add_call_element(message, call, Action::ended);
    stamp(ended, participant);
    ended.add(reason_element(reason));
    return message;
}

xmpp::Element call_ended_message(const RoomJid& room, const CallId& id, Mode mode, Reason reason,
                                 std::string_view text) {
    xmpp::Element message = groupchat_from(room.to_string());
    add_call_element(message, id, mode, to_string(Action::ended)).add(reason_element(reason, text));
    return message;
}

xmpp::Element draining_message(const Call& call) {
    xmpp::Element message = groupchat_from(call.room.to_string());
    message.add("body").add_text(
        "The call service of this server is about to be restarted. The call in this room goes on "
        "for now, but may be ended; new calls do not start.");
    add_call_element(message, call.id, call.mode, "draining");
    return message;
}

xmpp::Element calls_element(const std::vector<const Call*>& calls) {
    xmpp::Element element("calls", ns::call);
    for (const Call* call : calls) {
        xmpp::Element& entry = element.add("call");
        entry.set_attr("id", call->id.text())
            .set_attr("mode", to_string(call->mode))
            .set_attr("state", to_string(call->phase));
        if (call->service) entry.set_attr("service", call->service->to_string());
        entry.set_attr("since", to_xmpp_datetime(call->since))
            .set_attr("initiator", call->initiator.to_string())
            .set_attr("media", to_string(call->media));
        if (call->conference) {
            entry.add("muji", ns::muji).set_attr("room", call->conference->to_string());
        }
        for (const Participant& participant : call->participants)
            add_participant(entry, participant);
    }
    return element;
}

std::vector<xmpp::Element> late_join_messages(const Call& call, bool initiator_in_room) {
    std::vector<xmpp::Element> messages;
    messages.push_back(replayed_propose(call, initiator_in_room));
    for (const Participant& participant : call.participants) {
        if (participant.position == Position{1}) continue;
        messages.push_back(replayed_accept(call, participant));
    }
    if (initiator_in_room && !call.participant(call.initiator)) {
        messages.push_back(replayed_end_of_initiator(call));
    }
    return messages;
}

xmpp::Element calls_message(const RoomJid& room, const std::vector<const Call*>& calls) {
    xmpp::Element message = groupchat_from(room.to_string());
    message.add(calls_element(calls));
    return message;
}

}  // namespace parley::module
