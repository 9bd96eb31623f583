#include "hosts/server/muc/groupchat.hpp"

#include "hosts/server/muc/events.hpp"
#include "hosts/server/muc/replies.hpp"
#include "hosts/server/muc/subject.hpp"
#include "xmpp/namespaces.hpp"

namespace parley::server::muc {
namespace {

using xmpp::Condition;

constexpr std::string_view ns_stanza_id = "urn:xmpp:sid:0";
constexpr std::string_view ns_hints = "urn:xmpp:hints";

/// Removes what only the room may say: its stanza-ids, its delays and its <x/>.
void strip_forgeries(xmpp::Element& message, const std::string& room) {
    std::erase_if(message.nodes(), [&](const xmpp::Node& node) {
        const xmpp::Element* child = node.element();
        if (child == nullptr) return false;
        if (child->is("x", xmpp::ns::muc_user)) return true;
        if (child->is("stanza-id", ns_stanza_id)) return child->attr("by") == room;
        return child->is("delay", xmpp::ns::delay) && child->attr("from") == room;
    });
}

bool belongs_in_history(const xmpp::Element& message) {
    return message.child("body", xmpp::ns::client) != nullptr &&
           message.child("no-store", ns_hints) == nullptr &&
           message.child("no-permanent-store", ns_hints) == nullptr;
}

}  // namespace

std::optional<xmpp::Element> judge(const Context& context, const Room& room, const Occupant& sender,
                                   const xmpp::Jid& from, xmpp::Element message, bool& judged) {
    MessageVerdict verdict =
        context.hooks.judge_message(room, events::info(room, sender, *room.session(from)), message);
    judged = verdict.judged;
    switch (verdict.kind) {
        case MessageVerdict::Kind::pass:
            return message;
        case MessageVerdict::Kind::replace:
            // It stands for what the client sent: the client knows it again by its id.
            for (const std::string_view kept : {"type", "id"}) {
                if (message.has_attr(kept))
                    verdict.replacement->set_attr(kept, message.attr(kept));
                else
                    verdict.replacement->remove_attr(kept);
            }
            return std::move(*verdict.replacement);
        case MessageVerdict::Kind::drop:
            break;
    }
    if (verdict.error) refuse(context, message, std::move(*verdict.error));
    return std::nullopt;
}

void broadcast_message(const Context& context, const Room& room, xmpp::Element message) {
    for (const auto& [nick, occupant] : room.occupants()) {
        for (const Session& session : occupant->sessions) {
            message.set_attr("to", session.jid.to_string());
            context.sink.route(message);
        }
    }
}

void handle_groupchat(const Context& context, Room& room, xmpp::Element message,
                      const xmpp::Jid& from) {
    const Occupant* sender = room.occupant_of(from);
    if (sender == nullptr) {
        refuse(
            context, message,
            muc_error(Condition::not_acceptable, "Only occupants may send messages to the room"));
        return;
    }
    if (sender->role < Role::participant) {
        refuse(context, message, muc_error(Condition::forbidden, "You have no voice in this room"));
        return;
    }
    if (is_subject_change(message)) {
        handle_subject(context, room, message, *sender);
        return;
    }
    bool judged = false;
    auto passed = judge(context, room, *sender, from, std::move(message), judged);
    if (!passed) return;
    strip_forgeries(*passed, room.address());
    passed->set_attr("type", "groupchat").set_attr("from", room.occupant_address(sender->nick));
    if (!passed->has_attr("id")) passed->set_attr("id", context.random_id());
    passed->add("stanza-id", ns_stanza_id)
        .set_attr("by", room.address())
        .set_attr("id", context.random_id());
    if (!judged && belongs_in_history(*passed))
        room.history.add(*passed, context.now(), room.address());
    broadcast_message(context, room, std::move(*passed));
}

}  // namespace parley::server::muc
