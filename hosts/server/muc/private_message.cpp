#include "hosts/server/muc/private_message.hpp"

#include "hosts/server/muc/groupchat.hpp"
#include "hosts/server/muc/replies.hpp"
#include "xmpp/namespaces.hpp"

namespace parley::server::muc {
namespace {

using xmpp::Condition;

bool may_send(PrivateMessages allowed, Role sender) {
    switch (allowed) {
        case PrivateMessages::anyone:
            return true;
        case PrivateMessages::participants:
            return sender >= Role::participant;
        case PrivateMessages::moderators:
            return sender >= Role::moderator;
        case PrivateMessages::none:
            break;
    }
    return false;
}

std::optional<xmpp::StanzaError> check(const Room& room, const xmpp::Element& message,
                                       const Occupant* sender, const std::string& nick) {
    if (sender == nullptr)
        return muc_error(Condition::not_acceptable,
                         "Only occupants may send messages to occupants of the room");
    if (message.attr("type") == "groupchat")
        return muc_error(Condition::bad_request,
                         "A message of type groupchat goes to the room, not to an occupant");
    if (room.occupant(nick) == nullptr)
        return muc_error(Condition::item_not_found, "Nobody in the room has this nickname");
    if (message.attr("type") != "error" && !may_send(room.config().private_messages, sender->role))
        return muc_error(Condition::forbidden, "You may not send private messages in this room");
    return std::nullopt;
}

}  // namespace

void handle_private_message(const Context& context, const Room& room, xmpp::Element message,
                            const xmpp::Jid& from, const std::string& nick) {
    const Occupant* sender = room.occupant_of(from);
    if (const auto error = check(room, message, sender, nick)) {
        refuse(context, message, *error);
        return;
    }
    bool judged = false;
    auto passed = message.attr("type") == "error"
                      ? std::optional(std::move(message))
                      : judge(context, room, *sender, from, std::move(message), judged);
    if (!passed) return;
    passed->remove_children("x", xmpp::ns::muc_user);
    passed->add("x", xmpp::ns::muc_user);
    passed->set_attr("from", room.occupant_address(sender->nick));
    for (const Session& session : room.occupant(nick)->sessions) {
        passed->set_attr("to", session.jid.to_string());
        context.sink.route(*passed);
    }
}

}  // namespace parley::server::muc
