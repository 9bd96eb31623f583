#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hosts/server/muc/muc_config.hpp"
#include "hosts/server/muc/types.hpp"
#include "xmpp/jid.hpp"
#include "xmpp/result.hpp"

namespace parley::server::muc {

/// What a room knows of one user, in the room or not.
struct AffiliationEntry {
    Affiliation affiliation = Affiliation::none;
    std::string nick;  ///< reserved for this user (XEP-0045 s7.10); empty: none
    bool operator==(const AffiliationEntry&) const = default;
};

/// By bare JID; a user without an entry has the affiliation none.
using AffiliationMap = std::map<xmpp::Jid, AffiliationEntry>;

struct Subject {
    std::string text;
    std::string nick;        ///< who set it; empty: the room itself
    TimePoint changed_at{};  ///< the epoch: never set
    bool operator==(const Subject&) const = default;
};

/// What of a persistent room outlives the process.
struct RoomRecord {
    std::string name;  ///< local part of the room's JID
    RoomConfig config;
    AffiliationMap affiliations;
    Subject subject;
    ModuleValues module_values = {};
};

/// Where persistent rooms are kept. One thread. An error says what went wrong, for the log.
class RoomStore {
  public:
    virtual ~RoomStore() = default;
    /// The local parts of all stored rooms.
    virtual xmpp::Result<std::vector<std::string>> names() = 0;
    virtual xmpp::Result<std::optional<RoomRecord>> load(std::string_view name) = 0;
    /// Stores the whole room, replacing what was there, all or nothing.
    virtual xmpp::Result<void> save(const RoomRecord& record) = 0;
    /// Stores some affiliations of a stored room, all or nothing; an entry of none is removed.
    virtual xmpp::Result<void> save_affiliations(std::string_view name,
                                                 const AffiliationMap& changed) = 0;
    virtual xmpp::Result<void> save_subject(std::string_view name, const Subject& subject) = 0;
    /// Forgets the room; one that is not stored is no error.
    virtual xmpp::Result<void> remove(std::string_view name) = 0;
};

/// Keeps rooms in memory: for tests, and for a server that keeps nothing.
class MemoryRoomStore : public RoomStore {
  public:
    xmpp::Result<std::vector<std::string>> names() override;
    xmpp::Result<std::optional<RoomRecord>> load(std::string_view name) override;
    xmpp::Result<void> save(const RoomRecord& record) override;
    xmpp::Result<void> save_affiliations(std::string_view name,
                                         const AffiliationMap& changed) override;
    xmpp::Result<void> save_subject(std::string_view name, const Subject& subject) override;
    xmpp::Result<void> remove(std::string_view name) override;

  private:
    std::map<std::string, RoomRecord, std::less<>> rooms_;
};

}  // namespace parley::server::muc
