#pragma once

#include "module/calls/call.hpp"
#include "module/focus/conference.hpp"
#include "xmpp/element.hpp"

namespace parley::module {

/// The conference information document of XEP-0298 and RFC 4575 s5: participants by user, with
/// their clients and what each of these sends. `call`: where their nicks are known.
xmpp::Element conference_roster(const Conference& conference, const xmpp::Jid& address,
                                const Call* call);

}  // namespace parley::module
