#include "hosts/server/muc/subject.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "hosts/server/muc/replies.hpp"
#include "hosts/server/muc/timestamp.hpp"
#include "xmpp/namespaces.hpp"

namespace parley::server::muc {
namespace {

bool may_change(const Room& room, const Occupant& occupant) {
    return occupant.role == Role::moderator ||
           (occupant.role == Role::participant && room.config().change_subject);
}

}  // namespace

bool is_subject_change(const xmpp::Element& message) {
    return message.child("subject", xmpp::ns::client) != nullptr &&
           message.child("body", xmpp::ns::client) == nullptr &&
           message.child("thread", xmpp::ns::client) == nullptr;
}

void handle_subject(const Context& context, Room& room, const xmpp::Element& message,
                    const Occupant& sender) {
    if (!may_change(room, sender)) {
        refuse(
            context, message,
            muc_error(xmpp::Condition::forbidden, "You may not change the subject of this room"));
        return;
    }
    Subject subject{message.child("subject", xmpp::ns::client)->text(), sender.nick, context.now()};
    if (subject.text.size() > context.config.limits.subject_octets_max) {
        refuse(context, message,
               muc_error(xmpp::Condition::policy_violation,
                         "A subject may have at most " +
                             std::to_string(context.config.limits.subject_octets_max) + " octets"));
        return;
    }
    if (room.config().persistent && !room.locked) {
        if (const auto saved = context.store.save_subject(room.jid().local(), subject); !saved) {
            spdlog::error("muc: the subject of {} cannot be stored: {}", room.address(),
                          saved.error().text);
            refuse(context, message,
                   muc_error(xmpp::Condition::internal_server_error,
                             "The server could not store the subject"));
            return;
        }
    }
    room.set_subject(subject);
    xmpp::Element relayed("message", xmpp::ns::client);
    relayed.set_attr("type", "groupchat").set_attr("from", room.occupant_address(sender.nick));
    relayed.set_attr("id", message.has_attr("id") ? message.attr("id") : context.random_id());
    relayed.add("subject").add_text(subject.text);
    for (const auto& [nick, occupant] : room.occupants()) {
        for (const Session& session : occupant->sessions) {
            relayed.set_attr("to", session.jid.to_string());
            context.sink.route(relayed);
        }
    }
}

void send_subject(const Context& context, const Room& room, const xmpp::Jid& to) {
    const Subject& subject = room.subject();
    xmpp::Element message("message", xmpp::ns::client);
    message.set_attr("type", "groupchat").set_attr("to", to.to_string());
    message.set_attr("id", context.random_id());
    message.set_attr("from",
                     subject.nick.empty() ? room.address() : room.occupant_address(subject.nick));
    xmpp::Element& element = message.add("subject");
    if (!subject.text.empty()) element.add_text(subject.text);
    if (subject.changed_at != TimePoint{})
        message.add("delay", xmpp::ns::delay)
            .set_attr("from", room.address())
            .set_attr("stamp", format_timestamp(subject.changed_at));
    context.sink.route(std::move(message));
}

void send_history(const Context& context, const Room& room, const xmpp::Jid& to,
                  HistoryRequest request) {
    const size_t room_max = room.config().history_messages;
    request.stanzas_max = std::min(request.stanzas_max.value_or(room_max), room_max);
    const std::string address = to.to_string();
    for (const xmpp::Element* kept : room.history.select(request)) {
        xmpp::Element message = *kept;
        message.set_attr("to", address);
        context.sink.route(std::move(message));
    }
}

}  // namespace parley::server::muc
