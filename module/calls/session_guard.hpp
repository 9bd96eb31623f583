#pragma once

#include <optional>

#include "module/calls/call_registry.hpp"
#include "module/calls/violation.hpp"
#include "xmpp/element.hpp"

namespace parley::module {

/// What keeps an IQ from one client to another, if anything: a Jingle session-initiate whose sid
/// names a call passes only between its participants (docs/protocol.md, "Mesh"). They may be
/// addressed by their real JIDs or as occupants of the call's room. Sids that name no call of this
/// server pass. Pure.
std::optional<Violation> session_violation(const CallRegistry& calls, const xmpp::Element& iq);

}  // namespace parley::module
