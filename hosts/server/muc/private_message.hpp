#pragma once

#include "hosts/server/muc/context.hpp"
#include "hosts/server/muc/room.hpp"

namespace parley::server::muc {

/// A message to an occupant JID (XEP-0045 s7.5): goes to all of the occupant's clients.
void handle_private_message(const Context& context, const Room& room, xmpp::Element message,
                            const xmpp::Jid& from, const std::string& nick);

}  // namespace parley::server::muc
