#pragma once

#include "hosts/server/muc/context.hpp"
#include "hosts/server/muc/room.hpp"

namespace parley::server::muc {

/// Available presence to an occupant JID (XEP-0045 s7.2): enters, or starts over for a client that
/// lost its view, or refuses with the condition of table 16. `created`: this join made the room.
void handle_join(const Context& context, Room& room, const xmpp::Element& presence,
                 const xmpp::Jid& from, const std::string& nick, bool created);

/// Available presence without <x/> from a client in the room: an update, or a change of nick (s7.6,
/// s7.7).
void handle_presence_update(const Context& context, Room& room, const xmpp::Element& presence,
                            const xmpp::Jid& from, const std::string& nick);

/// Tells a client that believes to be in the room that it is not (s7.2.2 since version 1.32).
void send_not_joined(const Context& context, const xmpp::Element& presence);

}  // namespace parley::server::muc
