#pragma once

#include "hosts/server/muc/context.hpp"
#include "hosts/server/muc/room.hpp"

namespace parley::server::muc {

/// An IQ with <query xmlns='…muc#owner'/>: the configuration form, its submission or cancellation,
/// and the room's destruction (XEP-0045 s10.1, s10.2, s10.9).
void handle_owner(const Context& context, Room& room, const xmpp::Element& iq,
                  const xmpp::Jid& from);

}  // namespace parley::server::muc
