#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "hosts/server/stream/framing.hpp"
#include "xmpp/element.hpp"
#include "xmpp/jid.hpp"

namespace parley::server {

/// A connected client, as the router sees it. Neither function calls back into the router.
class ClientLink {
  public:
    virtual ~ClientLink() = default;
    virtual void deliver(const xmpp::Element& stanza) = 0;
    /// Ends the stream with the error, and the connection.
    virtual void end(const StreamError& error) = 0;
};

/// A bound resource (RFC 6120 s7).
struct Session {
    xmpp::Jid jid;  ///< full
    ClientLink* link;
    std::optional<xmpp::Element> presence;  ///< the last one broadcast; none: not available
    int priority = 0;                       ///< -128 to 127
    bool interested = false;                ///< has asked for the roster (RFC 6121 s2.2)
    std::set<xmpp::Jid> directed;           ///< accounts that got directed presence (RFC 6121 s4.6)

    bool available() const { return presence.has_value(); }
};

/// Who is connected, by account.
class SessionRegistry {
  public:
    /// Borrowed until the session's removal.
    Session& add(const xmpp::Jid& full_jid, ClientLink& link) {
        return accounts_[full_jid.local()]
            .insert_or_assign(full_jid.resource(), Session{full_jid, &link, {}, 0, false, {}})
            .first->second;
    }

    void remove(const xmpp::Jid& full_jid) {
        const auto account = accounts_.find(full_jid.local());
        if (account == accounts_.end()) return;
        account->second.erase(full_jid.resource());
        if (account->second.empty()) accounts_.erase(account);
    }

    Session* find(const xmpp::Jid& full_jid) {
        const auto account = accounts_.find(full_jid.local());
        if (account == accounts_.end()) return nullptr;
        const auto session = account->second.find(full_jid.resource());
        return session == account->second.end() ? nullptr : &session->second;
    }

    /// The account's sessions, by resource.
    std::vector<Session*> of(const std::string& local) {
        std::vector<Session*> sessions;
        if (const auto account = accounts_.find(local); account != accounts_.end()) {
            for (auto& [resource, session] : account->second)
                sessions.push_back(&session);
        }
        return sessions;
    }

    std::vector<Session*> all() {
        std::vector<Session*> sessions;
        for (auto& [local, resources] : accounts_) {
            for (auto& [resource, session] : resources)
                sessions.push_back(&session);
        }
        return sessions;
    }

  private:
    std::map<std::string, std::map<std::string, Session>> accounts_;
};

}  // namespace parley::server
