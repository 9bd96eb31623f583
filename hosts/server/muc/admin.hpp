#pragma once

#include "hosts/server/muc/context.hpp"
#include "hosts/server/muc/room.hpp"

namespace parley::server::muc {

/// An IQ with <query xmlns='…muc#admin'/>: the lists of affiliations and roles, and changes to them
/// (XEP-0045 s8.2 to s8.5, s9, s10.3 to s10.8). All items of a request count, or none.
void handle_admin(const Context& context, Room& room, const xmpp::Element& iq,
                  const xmpp::Jid& from);

}  // namespace parley::server::muc
