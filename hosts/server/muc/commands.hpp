#pragma once

#include "hosts/server/muc/context.hpp"
#include "hosts/server/muc/room.hpp"

/// The commands (XEP-0050) that modules offer on each room: to its owners, be they in it or not,
/// and to administrators of the server. For everybody else there are none.
namespace parley::server::muc {

/// disco#items of the node http://jabber.org/protocol/commands.
void answer_command_items(const Context& context, const Room& room, const xmpp::Element& iq,
                          const xmpp::Jid& from);

/// disco#info of a command's node. False: there is no such command for the one who asks.
bool answer_command_info(const Context& context, const Room& room, const xmpp::Element& iq,
                         const xmpp::Jid& from);

/// An IQ with a <command/>.
void handle_command(const Context& context, const Room& room, const xmpp::Element& iq,
                    const xmpp::Jid& from);

}  // namespace parley::server::muc
