#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hosts/server/config/config.hpp"
#include "hosts/server/storage/account_store.hpp"
#include "hosts/server/storage/database.hpp"
#include "hosts/server/storage/roster_store.hpp"
#include "xmpp/result.hpp"

namespace parley::server {

struct RoomWish {
    std::string title;
    std::vector<std::string> owners;
    std::vector<std::string> members;
    bool members_only = true;
    bool non_anonymous = true;
};

/// What parleyctl does to the database; each function answers with a sentence for the terminal, and
/// takes addresses as a person types them. Throws DatabaseError.
class Administration {
  public:
    explicit Administration(const Config& config);

    using Outcome = xmpp::Result<std::string>;
    Outcome create_account(std::string_view jid, std::string_view password);
    Outcome set_password(std::string_view jid, std::string_view password);
    Outcome delete_account(std::string_view jid);
    /// One bare JID per line.
    Outcome list_accounts();
    /// Each has the other in its roster, with subscription both.
    Outcome befriend(std::string_view first, std::string_view second);
    Outcome create_room(std::string_view jid, const RoomWish& wish);
    Outcome delete_room(std::string_view jid);
    /// One room per line: its JID, what it is, and its members.
    Outcome list_rooms();

  private:
    xmpp::Result<xmpp::Jid> account_jid(std::string_view text) const;
    xmpp::Result<xmpp::Jid> existing_account(std::string_view text);
    xmpp::Result<xmpp::Jid> room_jid(std::string_view text) const;

    const Config& config_;
    Database database_;
    AccountStore accounts_;
    RosterStore rosters_;
};

}  // namespace parley::server
