#pragma once

#include "hosts/server/muc/context.hpp"
#include "hosts/server/muc/room.hpp"
#include "xmpp/data_form.hpp"

namespace parley::server::muc {

/// A submitted muc#request form: a visitor asks for voice, or a moderator grants it (XEP-0045
/// s7.13, s8.6).
void handle_voice_form(const Context& context, Room& room, const xmpp::Element& message,
                       const xmpp::Jid& from, const xmpp::DataForm& form);

inline constexpr std::string_view voice_form_type = "http://jabber.org/protocol/muc#request";

}  // namespace parley::server::muc
