#pragma once

#include "module/focus/media_port.hpp"
#include "xmpp/element.hpp"
#include "xmpp/result.hpp"

/// <subscription xmlns='urn:parley:sfu:0'/>: what a participant wants to get (docs/protocol.md
/// s7.9). Pure.
namespace parley::module {

inline constexpr size_t subscription_participants_max = 256;
inline constexpr uint32_t subscription_count_max = 256;
inline constexpr uint16_t subscription_height_min = 16;  ///< pixels
inline constexpr uint16_t subscription_height_max = 8192;

/// Errors say in English what is wrong.
xmpp::Result<MediaSubscription> parse_subscription(const xmpp::Element& element);

xmpp::Element to_element(const MediaSubscription& subscription);

}  // namespace parley::module
