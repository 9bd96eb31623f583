#include "hosts/server/muc/voice_request.hpp"

#include "hosts/server/muc/events.hpp"
#include "hosts/server/muc/presence.hpp"
#include "hosts/server/muc/replies.hpp"
#include "xmpp/namespaces.hpp"

namespace parley::server::muc {
namespace {

using xmpp::Condition;
using xmpp::DataForm;

void add(DataForm& form, std::string_view var, std::string_view type, std::string_view label,
         std::string_view value) {
    DataForm::Field field;
    field.var = var;
    field.type = type;
    field.label = label;
    field.values.emplace_back(value);
    form.add(std::move(field));
}

void ask_moderators(const Context& context, const Room& room, const Occupant& visitor) {
    DataForm form;
    form.title = "Voice request";
    form.instructions = {"Somebody asks for voice in the room. Grant it, or close this form."};
    add(form, "FORM_TYPE", "hidden", "", voice_form_type);
    add(form, "muc#role", "list-single", "Requested role", "participant");
    add(form, "muc#jid", "jid-single", "User", visitor.shown().jid.to_string());
    add(form, "muc#roomnick", "text-single", "Nickname", visitor.nick);
    add(form, "muc#request_allow", "boolean", "Grant voice to this person?", "0");
    xmpp::Element message("message", xmpp::ns::client);
    message.set_attr("from", room.address()).set_attr("id", context.random_id());
    message.add(form.to_element());
    for (const auto& [nick, occupant] : room.occupants()) {
        if (occupant->role != Role::moderator) continue;
        for (const Session& session : occupant->sessions) {
            message.set_attr("to", session.jid.to_string());
            context.sink.route(message);
        }
    }
}

void grant(const Context& context, Room& room, const xmpp::Element& message,
           const Occupant& moderator, const DataForm& form) {
    Occupant* visitor = room.occupant(form.value("muc#roomnick"));
    if (visitor == nullptr) {
        refuse(context, message,
               muc_error(Condition::item_not_found, "Nobody in the room has this nickname"));
        return;
    }
    if (!form.boolean("muc#request_allow", false) || visitor->role != Role::visitor) return;
    visitor->role = Role::participant;
    PresenceNote note;
    note.actor_nick = moderator.nick;
    broadcast_presence(context, room, *visitor, note);
    events::changed(context, room, visitor->nick, *visitor);
}

}  // namespace

void handle_voice_form(const Context& context, Room& room, const xmpp::Element& message,
                       const xmpp::Jid& from, const DataForm& form) {
    const Occupant& sender = *room.occupant_of(from);
    const bool answers = form.field("muc#request_allow") != nullptr;
    if (answers && sender.role == Role::moderator)
        grant(context, room, message, sender, form);
    else if (!answers && sender.role == Role::visitor)
        ask_moderators(context, room, sender);
    else if (answers)
        refuse(context, message, muc_error(Condition::forbidden, "Only moderators grant voice"));
}

}  // namespace parley::server::muc
