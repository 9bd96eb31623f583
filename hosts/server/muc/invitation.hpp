#pragma once

#include "hosts/server/muc/context.hpp"
#include "hosts/server/muc/room.hpp"

namespace parley::server::muc {

/// A message to the room itself that is no groupchat: mediated invitations and their refusal
/// (XEP-0045 s7.8.2), requests for voice and their approval (s7.13, s8.6); anything else is refused
/// with bad-request.
void handle_room_message(const Context& context, Room& room, xmpp::Element message,
                         const xmpp::Jid& from);

}  // namespace parley::server::muc
