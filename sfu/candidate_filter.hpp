#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sfu/session_description.hpp"

namespace parley::sfu {

/// Whether a peer's candidate may go to the ICE agent (RFC 8445 s5.3, RFC 8839 s5.1): component 1,
/// UDP or the kind of TCP that is taken (RFC 6544), a priority of 1 to 2^31-1, a unicast IP address
/// with a scope that needs no interface, a port, a foundation of 1 to 32 ice-chars. Host names,
/// `.local` among them (mDNS), are not resolved.
bool acceptable(const Candidate& candidate, std::optional<Candidate::Protocol> tcp = std::nullopt);

/// A unicast IP address as the system writes it (RFC 5952); nothing where the text is none.
std::optional<std::string> ip_address(const std::string& text);

/// RFC 8839 s5.4: ice-chars, 4 to 256 of the ufrag and 22 to 256 of the password.
bool acceptable_credentials(const std::string& ufrag, const std::string& pwd);

/// The local addresses to listen on where the configuration names none: those of every interface
/// that is up, of global or private scope; loopback only where there is nothing else.
std::vector<std::string> interface_addresses();

}  // namespace parley::sfu
