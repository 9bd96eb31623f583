#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "xmpp/element.hpp"

namespace parley::module {

/// Why a session, a participation or a call ended (XEP-0166 s7.4).
enum class Reason : uint8_t {
    alternative_session,
    busy,
    cancel,
    connectivity_error,
    decline,
    expired,
    failed_application,
    failed_transport,
    general_error,
    gone,
    incompatible_parameters,
    media_error,
    security_error,
    success,
    timeout,
    unsupported_applications,
    unsupported_transports,
};

/// The condition's element name: "connectivity-error", ...
std::string_view to_string(Reason reason);
std::optional<Reason> reason_from(std::string_view name);

/// <reason xmlns='urn:xmpp:jingle:1'/> with the condition and, where given, a <text/>.
xmpp::Element reason_element(Reason reason, std::string_view text = {});

}  // namespace parley::module
