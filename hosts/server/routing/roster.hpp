#pragma once

#include <optional>
#include <string>

#include "hosts/server/routing/service.hpp"
#include "hosts/server/routing/session_registry.hpp"
#include "hosts/server/storage/roster_store.hpp"

namespace parley::server {

inline constexpr std::string_view roster_ns = "jabber:iq:roster";

/// The roster protocol (RFC 6121 s2): get, set and remove by the account's own clients, and pushes.
class Roster {
  public:
    Roster(RosterStore& store, SessionRegistry& sessions, StanzaSink& sink, size_t items_max);

    /// Answers an IQ in jabber:iq:roster that the session sent to its own account.
    xmpp::Element handle(Session& session, const xmpp::Element& iq);
    /// Tells every interested client of the account what the item is now (RFC 6121 s2.1.6).
    void push(const xmpp::Jid& account, const RosterItem& item);

  private:
    xmpp::Element get(Session& session, const xmpp::Element& iq);
    xmpp::Element set(const xmpp::Jid& account, const xmpp::Element& iq);
    xmpp::Element remove(const xmpp::Jid& account, const xmpp::Element& iq,
                         const xmpp::Jid& contact);
    void send_push(const xmpp::Jid& account, const xmpp::Element& item);

    RosterStore& store_;
    SessionRegistry& sessions_;
    StanzaSink& sink_;
    size_t items_max_;
    uint64_t pushes_ = 0;
};

}  // namespace parley::server
