#include "hosts/server/muc/room_store.hpp"

namespace parley::server::muc {

xmpp::Result<std::vector<std::string>> MemoryRoomStore::names() {
    std::vector<std::string> names;
    for (const auto& [name, record] : rooms_)
        names.push_back(name);
    return names;
}

xmpp::Result<std::optional<RoomRecord>> MemoryRoomStore::load(std::string_view name) {
    const auto found = rooms_.find(name);
    if (found == rooms_.end()) return std::nullopt;
    return found->second;
}

xmpp::Result<void> MemoryRoomStore::save(const RoomRecord& record) {
    rooms_.insert_or_assign(record.name, record);
    return {};
}

xmpp::Result<void> MemoryRoomStore::save_affiliations(std::string_view name,
                                                      const AffiliationMap& changed) {
    const auto found = rooms_.find(name);
    if (found == rooms_.end())
        return tl::unexpected(xmpp::Error{"no stored room " + std::string(name)});
    for (const auto& [user, entry] : changed) {
        if (entry.affiliation == Affiliation::none)
            found->second.affiliations.erase(user);
        else
            found->second.affiliations.insert_or_assign(user, entry);
    }
    return {};
}

xmpp::Result<void> MemoryRoomStore::save_subject(std::string_view name, const Subject& subject) {
    const auto found = rooms_.find(name);
    if (found == rooms_.end())
        return tl::unexpected(xmpp::Error{"no stored room " + std::string(name)});
    found->second.subject = subject;
    return {};
}

xmpp::Result<void> MemoryRoomStore::remove(std::string_view name) {
    if (const auto found = rooms_.find(name); found != rooms_.end()) rooms_.erase(found);
    return {};
}

}  // namespace parley::server::muc
