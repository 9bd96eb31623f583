#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "hosts/server/config/config.hpp"
#include "hosts/server/routing/iq_handlers.hpp"
#include "hosts/server/routing/presence.hpp"
#include "hosts/server/routing/roster.hpp"
#include "hosts/server/routing/route_hooks.hpp"
#include "hosts/server/routing/server_disco.hpp"
#include "hosts/server/routing/service.hpp"
#include "hosts/server/routing/session_registry.hpp"
#include "hosts/server/storage/account_store.hpp"
#include "hosts/server/storage/roster_store.hpp"
#include "xmpp/stanza_error.hpp"

namespace parley::server {

/// Where every stanza goes (RFC 6120 s10, RFC 6121 s8): to clients, to the server itself, to
/// services, or back with an error. No federation: other domains are remote-server-not-found. No
/// sockets, no clock.
class Router : public StanzaSink {
  public:
    /// `defer` runs its argument soon, after the caller has returned; references outlive the
    /// router.
    Router(const Config& config, AccountStore& accounts, RosterStore& rosters,
           std::function<void(std::function<void()>)> defer);

    void route(xmpp::Element stanza) override;

    /// Takes a domain; false: it is taken, or the server's own. The service outlives its stay here.
    bool add_service(const std::string& domain, StanzaService& service);
    void remove_service(const std::string& domain);

    /// Whether session_started would succeed: the account's number of sessions is limited.
    bool may_start(const xmpp::Jid& full_jid);
    /// A client has bound this full JID; an older session of the same name ends with a conflict.
    /// False: the account has too many sessions, and the link was ended.
    bool session_started(const xmpp::Jid& full_jid, ClientLink& link);
    /// A stanza as C2sStream lets it through.
    void from_client(const xmpp::Jid& full_jid, xmpp::Element stanza);
    /// Ignored where another link has taken the JID over. `link` is not used afterwards.
    void session_ended(const xmpp::Jid& full_jid, const ClientLink& link, bool lost);

    SessionRegistry& sessions() { return sessions_; }

    /// IQs to the server's own domain.
    IqHandlers& iq_handlers() { return iq_handlers_; }

    ServerDisco& disco() { return disco_; }

    /// Null: nobody judges. The hooks outlive their stay here.
    void set_hooks(RouteHooks* hooks) { hooks_ = hooks; }

  private:
    /// Delivers everything that waits. Does nothing while it is at it already.
    void drain();
    void accept(const xmpp::Jid& full_jid, xmpp::Element stanza);
    void dispatch(xmpp::Element stanza);
    void to_server(const xmpp::Element& stanza, const xmpp::Jid& from);
    void to_account(xmpp::Element stanza, const xmpp::Jid& from, const xmpp::Jid& to);
    void message_to_account(const xmpp::Element& message, const xmpp::Jid& to, bool exists);
    void iq_to_account(const xmpp::Element& iq, const xmpp::Jid& from, const xmpp::Jid& to,
                       bool exists);
    void iq_to_client(const xmpp::Element& iq, const xmpp::Jid& from, ClientLink& client);
    xmpp::Element answer_for_account(const xmpp::Element& iq, const xmpp::Jid& from,
                                     const xmpp::Jid& account);
    void presence_from_client(Session& session, xmpp::Element presence);
    void leave_services(const xmpp::Jid& full_jid, bool lost);
    void bounce(const xmpp::Element& stanza, xmpp::Condition condition, std::string text);
    std::vector<ServerDisco::Item> service_items() const;

    std::string domain_;
    Limits limits_;
    AccountStore& accounts_;
    std::function<void(std::function<void()>)> defer_;
    SessionRegistry sessions_;
    Roster roster_;
    Presence presence_;
    IqHandlers iq_handlers_;
    ServerDisco disco_;
    std::map<std::string, StanzaService*> services_;
    RouteHooks* hooks_ = nullptr;
    std::deque<xmpp::Element> queue_;
    bool deferred_ = false;  ///< drain() will be called
    bool draining_ = false;
};

}  // namespace parley::server
