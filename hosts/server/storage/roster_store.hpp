#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hosts/server/routing/subscription.hpp"
#include "hosts/server/storage/database.hpp"
#include "xmpp/jid.hpp"

namespace parley::server {

/// One contact of one account (RFC 6121 s2.1.2).
struct RosterItem {
    xmpp::Jid contact;  ///< bare
    std::string name;
    std::vector<std::string> groups;
    Subscription subscription;
    bool listed =
        false;  ///< false: only remembers a request; the account's roster does not show it
    std::string request;  ///< with pending_in: the <presence type='subscribe'/>, to deliver again
};

/// The rosters of all accounts. The Database outlives it. Throws DatabaseError.
class RosterStore {
  public:
    explicit RosterStore(Database& database);

    /// Every item of the account, also those that are not listed.
    std::vector<RosterItem> load(std::string_view local);
    std::optional<RosterItem> find(std::string_view local, const xmpp::Jid& contact);
    /// Inserts or replaces. An item that is neither listed nor pending is removed.
    void save(std::string_view local, const RosterItem& item);
    void remove(std::string_view local, const xmpp::Jid& contact);
    size_t count(std::string_view local);

  private:
    Statement load_;
    Statement find_;
    Statement save_;
    Statement remove_;
    Statement count_;
};

}  // namespace parley::server
