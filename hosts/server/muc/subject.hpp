#pragma once

#include "hosts/server/muc/context.hpp"
#include "hosts/server/muc/history.hpp"
#include "hosts/server/muc/room.hpp"

namespace parley::server::muc {

/// A <subject/> and neither <body/> nor <thread/>: a change of the subject (XEP-0045 s8.1).
bool is_subject_change(const xmpp::Element& message);

/// Changes the room's subject and tells everybody, or refuses with forbidden.
void handle_subject(const Context& context, Room& room, const xmpp::Element& message,
                    const Occupant& sender);

/// The subject as a newcomer gets it; an empty one where there is none (s7.2.15).
void send_subject(const Context& context, const Room& room, const xmpp::Jid& to);

/// The history as the newcomer asked for it, within the room's bounds (s7.2.13, s7.2.14).
void send_history(const Context& context, const Room& room, const xmpp::Jid& to,
                  HistoryRequest request);

}  // namespace parley::server::muc
