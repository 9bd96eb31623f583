#include "hosts/server/muc/join.hpp"

#include "hosts/server/muc/events.hpp"
#include "hosts/server/muc/presence.hpp"
#include "hosts/server/muc/replies.hpp"
#include "hosts/server/muc/subject.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/xml.hpp"

namespace parley::server::muc {
namespace {

using xmpp::Condition;
using xmpp::ErrorType;
using xmpp::StanzaError;

/// Owners and admins that a full room still takes (XEP-0045 s7.2.9).
constexpr size_t extra_admins_max = 10;

std::optional<StanzaError> check_size(const MucLimits& limits, const xmpp::Element& presence,
                                      const std::string& nick) {
    if (nick.size() > limits.nick_octets_max)
        return StanzaError{
            ErrorType::modify, Condition::not_acceptable,
            "A nickname may have at most " + std::to_string(limits.nick_octets_max) + " octets",
            std::nullopt};
    if (xmpp::to_xml(presence).size() > limits.presence_octets_max)
        return muc_error(Condition::policy_violation,
                         "Presence in a room may have at most " +
                             std::to_string(limits.presence_octets_max) + " octets");
    return std::nullopt;
}

std::optional<StanzaError> check_admission(const Room& room, const xmpp::Element& muc_x,
                                           Affiliation affiliation) {
    if (affiliation == Affiliation::outcast)
        return muc_error(Condition::forbidden, "You are banned from this room");
    if (room.locked && affiliation != Affiliation::owner)
        return muc_error(Condition::item_not_found, "This room is being set up by its owner");
    if (room.config().members_only && affiliation < Affiliation::member)
        return muc_error(Condition::registration_required, "This room is for its members only");
    if (!room.config().password.empty()) {
        const xmpp::Element* password = muc_x.child("password", xmpp::ns::muc);
        if (password == nullptr || password->text() != room.config().password)
            return muc_error(Condition::not_authorized, "This room asks for a password");
    }
    return std::nullopt;
}

std::optional<StanzaError> check_nick(const Room& room, const std::string& nick,
                                      const xmpp::Jid& user) {
    const Occupant* holder = room.occupant(nick);
    if ((holder != nullptr && holder->user != user) || room.nick_reserved_by_other(nick, user))
        return muc_error(Condition::conflict, "Somebody else has this nickname");
    return std::nullopt;
}

std::optional<StanzaError> check_capacity(const MucLimits& limits, const Room& room,
                                          const std::string& nick, Affiliation affiliation) {
    if (const Occupant* own = room.occupant(nick)) {
        if (own->sessions.size() < limits.sessions_per_occupant_max) return std::nullopt;
        return StanzaError{ErrorType::wait, Condition::resource_constraint,
                           "Too many of your clients share this nickname", std::nullopt};
    }
    const size_t room_max = room.config().occupants_max;
    const size_t present = room.occupants().size();
    const bool admin = affiliation >= Affiliation::admin;
    const size_t hard_max = limits.occupants_per_room_max + (admin ? extra_admins_max : 0);
    const size_t soft_max = room_max != 0 && !admin ? std::min(room_max, hard_max) : hard_max;
    if (present < soft_max) return std::nullopt;
    return StanzaError{ErrorType::wait, Condition::service_unavailable, "The room is full",
                       std::nullopt};
}

std::vector<int> entry_codes(const Room& room, bool created) {
    std::vector<int> codes;
    if (room.config().non_anonymous) codes.push_back(status::non_anonymous);
    if (created) codes.push_back(status::room_created);
    return codes;
}

/// In the order of XEP-0045 s7.1: others' presence, self-presence, history, subject.
void welcome(const Context& context, Room& room, Occupant& occupant, const xmpp::Element& presence,
             const xmpp::Jid& from, bool tell_others, bool created) {
    for (const auto& [nick, other] : room.occupants())
        if (other.get() != &occupant) send_presence(context, room, *other, occupant, from);
    PresenceNote note;
    note.self_codes = entry_codes(room, created);
    if (tell_others)
        broadcast_presence(context, room, occupant, note);
    else
        send_presence(context, room, occupant, occupant, from, note);
    const auto request = HistoryRequest::parse(*presence.child("x", xmpp::ns::muc), context.now());
    send_history(context, room, from, request);
    send_subject(context, room, from);
    events::joined(context, room, occupant, from);
    events::presence(context, room, occupant, from, nullptr);
}

void change_nick(const Context& context, Room& room, Occupant& occupant, const std::string& nick) {
    const std::string old_nick = occupant.nick;
    PresenceNote note;
    note.new_nick = nick;
    note.codes = {status::nick_changed};
    broadcast_nick_change(context, room, occupant, note);
    room.rename(old_nick, nick);
    broadcast_presence(context, room, occupant);
    events::changed(context, room, old_nick, occupant);
}

}  // namespace

void handle_join(const Context& context, Room& room, const xmpp::Element& presence,
                 const xmpp::Jid& from, const std::string& nick, bool created) {
    const MucLimits& limits = context.config.limits;
    if (const auto error = check_size(limits, presence, nick)) {
        refuse(context, presence, *error);
        return;
    }
    if (Occupant* present = room.occupant_of(from); present != nullptr) {
        if (present->nick != nick) {
            handle_presence_update(context, room, presence, from, nick);
            return;
        }
        // Movim says all it has to say in its presence by entering again.
        xmpp::Element said = strip_presence(presence);
        const bool is_news = !(said == room.session(from)->presence);
        room.update_presence(from, std::move(said));
        welcome(context, room, *present, presence, from, is_news, false);
        return;
    }
    const Affiliation affiliation = room.affiliation(from);
    auto error = check_admission(room, *presence.child("x", xmpp::ns::muc), affiliation);
    if (!error) error = check_nick(room, nick, from.bare());
    if (!error) error = check_capacity(limits, room, nick, affiliation);
    if (error) {
        refuse(context, presence, *error);
        return;
    }
    Occupant& occupant =
        room.enter(nick, {from, strip_presence(presence)}, room.default_role(affiliation));
    welcome(context, room, occupant, presence, from, true, created);
}

void handle_presence_update(const Context& context, Room& room, const xmpp::Element& presence,
                            const xmpp::Jid& from, const std::string& nick) {
    Occupant& occupant = *room.occupant_of(from);
    auto error = check_size(context.config.limits, presence, nick);
    if (!error && nick != occupant.nick) {
        error = check_nick(room, nick, occupant.user);
        if (!error && room.occupant(nick) != nullptr)
            error = muc_error(Condition::conflict, "Another client of yours has this nickname");
    }
    if (error) {
        refuse(context, presence, *error);
        return;
    }
    const xmpp::Element before = room.update_presence(from, strip_presence(presence));
    if (nick == occupant.nick)
        broadcast_presence(context, room, occupant);
    else
        change_nick(context, room, occupant, nick);
    events::presence(context, room, occupant, from, &before);
}

void send_not_joined(const Context& context, const xmpp::Element& presence) {
    xmpp::Element kick("presence", xmpp::ns::client);
    kick.set_attr("type", "unavailable");
    kick.set_attr("from", presence.attr("to"));
    kick.set_attr("to", presence.attr("from"));
    xmpp::Element& x = kick.add("x", xmpp::ns::muc_user);
    x.add("item")
        .set_attr("affiliation", "none")
        .set_attr("role", "none")
        .add("reason")
        .add_text("This client is not in the room; join it again");
    for (const int code : {status::self, status::kicked, status::technical_problem})
        x.add("status").set_attr("code", std::to_string(code));
    context.sink.route(std::move(kick));
}

}  // namespace parley::server::muc
