#pragma once

#include <functional>
#include <vector>

#include "hosts/server/muc/context.hpp"
#include "hosts/server/muc/room.hpp"

namespace parley::server::muc {

/// disco#info of the service (XEP-0045 s6.1, s6.2).
void answer_service_info(const Context& context, const xmpp::Element& iq);

/// disco#items of the service: `rooms` are all live ones; listed are the public ones, and those the
/// asker is in (s6.3).
void answer_service_items(const Context& context, const xmpp::Element& iq, const xmpp::Jid& from,
                          const std::vector<const Room*>& rooms);

/// disco#info of a room with its roominfo form (s6.4); node x-roomuser-item tells the reserved nick
/// (s7.12).
void answer_room_info(const Context& context, const Room& room, const xmpp::Element& iq,
                      const xmpp::Jid& from);

/// disco#items of a room: its occupants, for occupants only (s6.5).
void answer_room_items(const Context& context, const Room& room, const xmpp::Element& iq,
                       const xmpp::Jid& from);

}  // namespace parley::server::muc
