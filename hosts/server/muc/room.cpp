#include "hosts/server/muc/room.hpp"

#include <algorithm>
#include <cassert>

namespace parley::server::muc {

Room::Room(xmpp::Jid jid, RoomRecord record, const MucLimits& limits)
    : history(limits.history_messages_max, limits.history_octets_max),
      jid_(std::move(jid)),
      address_(jid_.to_string()),
      record_(std::move(record)) {}

std::string Room::occupant_address(std::string_view nick) const {
    std::string address;
    address.reserve(address_.size() + 1 + nick.size());
    return address.append(address_).append("/").append(nick);
}

void Room::set_affiliation(const xmpp::Jid& user, AffiliationEntry entry) {
    if (entry.affiliation == Affiliation::none)
        record_.affiliations.erase(user);
    else
        record_.affiliations.insert_or_assign(user, std::move(entry));
}

Affiliation Room::affiliation(const xmpp::Jid& user) const {
    const auto found = record_.affiliations.find(user.is_bare() ? user : user.bare());
    return found == record_.affiliations.end() ? Affiliation::none : found->second.affiliation;
}

size_t Room::owner_count() const {
    return static_cast<size_t>(std::count_if(
        record_.affiliations.begin(), record_.affiliations.end(),
        [](const auto& entry) { return entry.second.affiliation == Affiliation::owner; }));
}

bool Room::nick_reserved_by_other(std::string_view nick, const xmpp::Jid& user) const {
    return std::any_of(record_.affiliations.begin(), record_.affiliations.end(),
                       [&](const auto& entry) {
                           return entry.second.affiliation > Affiliation::none &&
                                  entry.second.nick == nick && entry.first != user;
                       });
}

Role Room::default_role(Affiliation affiliation) const {
    if (affiliation >= Affiliation::admin) return Role::moderator;
    if (affiliation == Affiliation::member || !config().moderated) return Role::participant;
    return Role::visitor;
}

Occupant* Room::occupant(std::string_view nick) const {
    const auto found = occupants_.find(nick);
    return found == occupants_.end() ? nullptr : found->second.get();
}

Occupant* Room::occupant_of(const xmpp::Jid& full_jid) const {
    const auto found = by_session_.find(full_jid);
    return found == by_session_.end() ? nullptr : found->second;
}

std::vector<Occupant*> Room::occupants_of_user(const xmpp::Jid& user) const {
    std::vector<Occupant*> found;
    for (const auto& [nick, occupant] : occupants_)
        if (occupant->user == user) found.push_back(occupant.get());
    return found;
}

const Session* Room::session(const xmpp::Jid& full_jid) const {
    const Occupant* occupant = occupant_of(full_jid);
    if (occupant == nullptr) return nullptr;
    const auto found =
        std::find_if(occupant->sessions.begin(), occupant->sessions.end(),
                     [&](const Session& session) { return session.jid == full_jid; });
    return &*found;
}

Occupant& Room::enter(std::string_view nick, Session session, Role role_if_first) {
    assert(!by_session_.contains(session.jid));
    auto found = occupants_.find(nick);
    if (found == occupants_.end()) {
        auto made = std::make_unique<Occupant>(
            Occupant{std::string(nick), session.jid.bare(), role_if_first, {}});
        found = occupants_.emplace(std::string(nick), std::move(made)).first;
    }
    Occupant& occupant = *found->second;
    assert(occupant.user == session.jid.bare());
    by_session_.emplace(session.jid, &occupant);
    occupant.sessions.push_back(std::move(session));
    return occupant;
}

Session Room::leave(const xmpp::Jid& full_jid) {
    const auto entry = by_session_.find(full_jid);
    assert(entry != by_session_.end());
    Occupant& occupant = *entry->second;
    const auto found =
        std::find_if(occupant.sessions.begin(), occupant.sessions.end(),
                     [&](const Session& session) { return session.jid == full_jid; });
    Session session = std::move(*found);
    occupant.sessions.erase(found);
    by_session_.erase(entry);
    if (occupant.sessions.empty()) occupants_.erase(occupants_.find(occupant.nick));
    return session;
}

Occupant Room::take_out(std::string_view nick) {
    const auto found = occupants_.find(nick);
    assert(found != occupants_.end());
    Occupant occupant = std::move(*found->second);
    for (const Session& session : occupant.sessions)
        by_session_.erase(session.jid);
    occupants_.erase(found);
    return occupant;
}

void Room::rename(std::string_view from, std::string_view to) {
    assert(!occupants_.contains(to));
    auto node = occupants_.extract(occupants_.find(from));
    node.key() = std::string(to);
    node.mapped()->nick = std::string(to);
    occupants_.insert(std::move(node));
}

xmpp::Element Room::update_presence(const xmpp::Jid& full_jid, xmpp::Element presence) {
    Occupant* occupant = occupant_of(full_jid);
    assert(occupant != nullptr);
    auto& sessions = occupant->sessions;
    const auto found = std::find_if(sessions.begin(), sessions.end(), [&](const Session& session) {
        return session.jid == full_jid;
    });
    xmpp::Element before = std::exchange(found->presence, std::move(presence));
    std::rotate(found, found + 1, sessions.end());
    return before;
}

}  // namespace parley::server::muc
