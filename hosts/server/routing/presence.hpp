#pragma once

#include <string_view>

#include "hosts/server/routing/roster.hpp"
#include "hosts/server/routing/service.hpp"
#include "hosts/server/routing/session_registry.hpp"
#include "hosts/server/routing/subscription.hpp"
#include "hosts/server/storage/roster_store.hpp"

namespace parley::server {

/// Presence and subscriptions of the server's accounts (RFC 6121 s3 and s4).
class Presence {
  public:
    Presence(RosterStore& store, SessionRegistry& sessions, Roster& roster, StanzaSink& sink,
             size_t directed_max);

    enum class Broadcast : uint8_t { available, unavailable, malformed };
    /// A presence without `to` from a client (s4.2, s4.4, s4.5). After `unavailable` the services
    /// must hear that the session left.
    Broadcast broadcast(Session& session, const xmpp::Element& presence);
    /// The session is gone, with or without a last word; the same as `unavailable`.
    void end(Session& session);

    /// A presence with `to` from a client; false: the session directs presence at too many.
    bool outbound(Session& session, xmpp::Element presence, const xmpp::Jid& to, bool to_account);
    /// A presence to an account of this server.
    void inbound(xmpp::Element presence, const xmpp::Jid& from, const xmpp::Jid& to,
                 bool account_exists);

  private:
    void became_available(Session& session);
    void send_to_subscribers(const Session& session, const xmpp::Element& presence);
    void send_subscription(const xmpp::Jid& account, xmpp::Element presence,
                           const xmpp::Jid& contact, SubscriptionStanza stanza);
    void receive_subscription(const xmpp::Jid& account, xmpp::Element presence,
                              const xmpp::Jid& contact, SubscriptionStanza stanza);
    void answer_probe(const xmpp::Jid& from, const xmpp::Jid& account, bool account_exists);
    void send_availability(const xmpp::Jid& account, const xmpp::Jid& to, bool available);
    void send(xmpp::Element presence, const xmpp::Jid& from, const xmpp::Jid& to);
    RosterItem item_of(const xmpp::Jid& account, const xmpp::Jid& contact);

    RosterStore& store_;
    SessionRegistry& sessions_;
    Roster& roster_;
    StanzaSink& sink_;
    size_t directed_max_;
};

}  // namespace parley::server
