#include "hosts/server/muc/presence.hpp"

#include <algorithm>

#include "xmpp/namespaces.hpp"

namespace parley::server::muc {
namespace {

/// For whom a presence is built.
struct View {
    bool sees_jids;
    bool is_self;
};

View view_of(const Room& room, const Occupant& who, const Occupant& viewer) {
    const bool is_self = &who == &viewer;
    return {is_self || room.config().non_anonymous || viewer.role == Role::moderator, is_self};
}

void add_item(xmpp::Element& x, const Room& room, const Occupant& who, const xmpp::Jid* jid,
              Role role, const PresenceNote& note) {
    xmpp::Element& item = x.add("item");
    const Affiliation affiliation = note.destroy ? Affiliation::none : room.affiliation(who.user);
    item.set_attr("affiliation", to_string(affiliation));
    item.set_attr("role", to_string(role));
    if (jid != nullptr) item.set_attr("jid", jid->to_string());
    if (!note.new_nick.empty()) item.set_attr("nick", note.new_nick);
    if (!note.actor_nick.empty()) item.add("actor").set_attr("nick", note.actor_nick);
    if (!note.reason.empty()) item.add("reason").add_text(note.reason);
}

void add_codes(xmpp::Element& x, const std::vector<int>& codes) {
    for (const int code : codes)
        x.add("status").set_attr("code", std::to_string(code));
}

/// The <x/> of the room: one item for each client the viewer may know of.
xmpp::Element make_x(const Room& room, const Occupant& who, std::span<const Session> sessions,
                     Role role, View view, const PresenceNote& note) {
    xmpp::Element x("x", xmpp::ns::muc_user);
    if (view.sees_jids) {
        for (const Session& session : sessions)
            add_item(x, room, who, &session.jid, role, note);
    } else {
        add_item(x, room, who, nullptr, role, note);
    }
    if (note.destroy) x.add(*note.destroy);
    add_codes(x, note.codes);
    if (view.is_self) {
        add_codes(x, {status::self});
        add_codes(x, note.self_codes);
    }
    return x;
}

xmpp::Element make_available(const Room& room, const Occupant& who, View view,
                             const PresenceNote& note) {
    xmpp::Element presence = who.shown().presence;
    presence.set_attr("from", room.occupant_address(who.nick));
    presence.add(make_x(room, who, who.sessions, who.role, view, note));
    return presence;
}

xmpp::Element make_unavailable(const Room& room, const Occupant& who, std::span<const Session> gone,
                               Role role, View view, const PresenceNote& note) {
    xmpp::Element presence("presence", xmpp::ns::client);
    presence.set_attr("type", "unavailable");
    presence.set_attr("from", room.occupant_address(who.nick));
    for (const xmpp::Element& child : note.children)
        presence.add(child);
    presence.add(make_x(room, who, gone, role, view, note));
    return presence;
}

void send(const Context& context, xmpp::Element stanza, const xmpp::Jid& to) {
    stanza.set_attr("to", to.to_string());
    context.sink.route(std::move(stanza));
}

/// Sends to every client of the room what `make` builds for it; a presence is built once for each
/// kind of view.
template <class Make>
void send_views(const Context& context, const Room& room, const Occupant& who, const Make& make) {
    std::optional<xmpp::Element> with_jids;
    std::optional<xmpp::Element> without_jids;
    for (const auto& [nick, viewer] : room.occupants()) {
        if (viewer.get() == &who) continue;
        const View view = view_of(room, who, *viewer);
        std::optional<xmpp::Element>& presence = view.sees_jids ? with_jids : without_jids;
        if (!presence) presence = make(view);
        for (const Session& session : viewer->sessions)
            send(context, *presence, session.jid);
    }
}

}  // namespace

xmpp::Element strip_presence(xmpp::Element presence) {
    presence.remove_attr("to");
    presence.remove_attr("from");
    presence.remove_attr("id");
    presence.remove_children("x", xmpp::ns::muc);
    presence.remove_children("x", xmpp::ns::muc_user);
    return presence;
}

void send_presence(const Context& context, const Room& room, const Occupant& who,
                   const Occupant& viewer, const xmpp::Jid& to, const PresenceNote& note) {
    send(context, make_available(room, who, view_of(room, who, viewer), note), to);
}

void broadcast_presence(const Context& context, const Room& room, const Occupant& who,
                        const PresenceNote& note) {
    send_views(context, room, who,
               [&](View view) { return make_available(room, who, view, note); });
    for (const Session& session : who.sessions)
        send_presence(context, room, who, who, session.jid, note);
}

void broadcast_unavailable(const Context& context, const Room& room, const Occupant& who,
                           std::span<const Session> gone, std::span<const Session> told,
                           const PresenceNote& note) {
    for (const Session& session : told)
        send_goodbye(context, room, who, gone, session.jid, note);
    send_views(context, room, who, [&](View view) {
        return make_unavailable(room, who, gone, Role::none, view, note);
    });
}

void send_goodbye(const Context& context, const Room& room, const Occupant& who,
                  std::span<const Session> gone, const xmpp::Jid& to, const PresenceNote& note) {
    send(context, make_unavailable(room, who, gone, Role::none, {true, true}, note), to);
}

void broadcast_nick_change(const Context& context, const Room& room, const Occupant& who,
                           const PresenceNote& note) {
    const auto make = [&](View view) {
        return make_unavailable(room, who, who.sessions, who.role, view, note);
    };
    send_views(context, room, who, make);
    for (const Session& session : who.sessions)
        send(context, make({true, true}), session.jid);
}

}  // namespace parley::server::muc
