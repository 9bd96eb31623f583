#pragma once

#include "hosts/server/muc/room_store.hpp"
#include "hosts/server/storage/database.hpp"

namespace parley::server::muc {

/// Persistent rooms in parleyd's database. Borrows the database, which must outlive it.
class SqliteRoomStore : public RoomStore {
  public:
    explicit SqliteRoomStore(Database& database) : database_(database) {}

    xmpp::Result<std::vector<std::string>> names() override;
    xmpp::Result<std::optional<RoomRecord>> load(std::string_view name) override;
    xmpp::Result<void> save(const RoomRecord& record) override;
    xmpp::Result<void> save_affiliations(std::string_view name,
                                         const AffiliationMap& changed) override;
    xmpp::Result<void> save_subject(std::string_view name, const Subject& subject) override;
    xmpp::Result<void> remove(std::string_view name) override;

  private:
    void write_room(const RoomRecord& record);
    void write_module_values(const RoomRecord& record);
    void write_affiliations(std::string_view name, const AffiliationMap& changed);

    Database& database_;
};

}  // namespace parley::server::muc
