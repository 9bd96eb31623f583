#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace parley::server {

/// Where one account stands with one contact (RFC 6121 s3 and Appendix A); all nine states.
struct Subscription {
    bool to = false;           ///< the account receives the contact's presence
    bool from = false;         ///< the contact receives the account's presence
    bool pending_out = false;  ///< asked, not answered; only without `to`
    bool pending_in = false;   ///< was asked, did not answer; only without `from`

    bool operator==(const Subscription&) const = default;

    /// The roster's attribute: "none", "to", "from" or "both".
    constexpr std::string_view name() const {
        if (to) return from ? "both" : "to";
        return from ? "from" : "none";
    }
};

enum class SubscriptionStanza : uint8_t { subscribe, unsubscribe, subscribed, unsubscribed };

constexpr std::optional<SubscriptionStanza> subscription_stanza(std::string_view type) {
    if (type == "subscribe") return SubscriptionStanza::subscribe;
    if (type == "unsubscribe") return SubscriptionStanza::unsubscribe;
    if (type == "subscribed") return SubscriptionStanza::subscribed;
    if (type == "unsubscribed") return SubscriptionStanza::unsubscribed;
    return std::nullopt;
}

struct Transition {
    Subscription next;
    /// Outbound: route it to the contact. Inbound: deliver it to the account's resources.
    bool pass = false;
    /// Inbound subscribe by somebody who has the subscription: answer `subscribed` for the account.
    bool auto_reply = false;
};

/// The account sends it (RFC 6121 A.2).
constexpr Transition send_subscription(Subscription state, SubscriptionStanza stanza) {
    Transition result{state, false, false};
    switch (stanza) {
        case SubscriptionStanza::subscribe:
            result.pass = true;
            result.next.pending_out = !state.to;
            break;
        case SubscriptionStanza::unsubscribe:
            result.pass = true;
            result.next.to = result.next.pending_out = false;
            break;
        case SubscriptionStanza::subscribed:
            result.pass = state.pending_in;
            result.next.from = state.from || state.pending_in;
            result.next.pending_in = false;
            break;
        case SubscriptionStanza::unsubscribed:
            result.pass = state.from || state.pending_in;
            result.next.from = result.next.pending_in = false;
            break;
    }
    return result;
}

/// The contact sends it (RFC 6121 A.3).
constexpr Transition receive_subscription(Subscription state, SubscriptionStanza stanza) {
    Transition result{state, false, false};
    switch (stanza) {
        case SubscriptionStanza::subscribe:
            result.auto_reply = state.from;
            result.pass = !state.from && !state.pending_in;
            result.next.pending_in = !state.from;
            break;
        case SubscriptionStanza::unsubscribe:
            result.pass = state.from || state.pending_in;
            result.next.from = result.next.pending_in = false;
            break;
        case SubscriptionStanza::subscribed:
            result.pass = state.pending_out;
            result.next.to = state.to || state.pending_out;
            result.next.pending_out = false;
            break;
        case SubscriptionStanza::unsubscribed:
            result.pass = state.to || state.pending_out;
            result.next.to = result.next.pending_out = false;
            break;
    }
    return result;
}

}  // namespace parley::server
