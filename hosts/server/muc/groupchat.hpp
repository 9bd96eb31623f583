#pragma once

#include "hosts/server/muc/context.hpp"
#include "hosts/server/muc/room.hpp"

namespace parley::server::muc {

/// A groupchat message to the room (XEP-0045 s7.4): with or without a body, in the order of
/// arrival, with the room's stanza-id (XEP-0359).
void handle_groupchat(const Context& context, Room& room, xmpp::Element message,
                      const xmpp::Jid& from);

/// Sends a message with its `from` already set to every client in the room.
void broadcast_message(const Context& context, const Room& room, xmpp::Element message);

/// Asks the modules about an occupant's message. Nothing: it was dropped, and the sender has been
/// told where it should be; else the message that goes on, `judged` telling whether somebody cared.
std::optional<xmpp::Element> judge(const Context& context, const Room& room, const Occupant& sender,
                                   const xmpp::Jid& from, xmpp::Element message, bool& judged);

}  // namespace parley::server::muc
