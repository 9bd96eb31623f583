#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hosts/server/muc/history.hpp"
#include "hosts/server/muc/muc_config.hpp"
#include "hosts/server/muc/room_store.hpp"
#include "hosts/server/muc/types.hpp"
#include "xmpp/element.hpp"
#include "xmpp/jid.hpp"

namespace parley::server::muc {

/// One client in a room.
struct Session {
    xmpp::Jid jid;           ///< full real JID
    xmpp::Element presence;  ///< what it last sent, without the MUC's own children and addresses
};

/// Who is in a room under a nick: one user, with one or more clients (XEP-0045 s7.2.8).
struct Occupant {
    std::string nick;
    xmpp::Jid user;  ///< bare real JID
    Role role = Role::none;
    std::vector<Session> sessions;  ///< never empty; the last one spoke last, its presence is shown

    const Session& shown() const { return sessions.back(); }
};

/// A room's state and its invariants; what happens in it is told by one file for each feature.
class Room {
  public:
    Room(xmpp::Jid jid, RoomRecord record, const MucLimits& limits);
    Room(const Room&) = delete;
    Room& operator=(const Room&) = delete;

    const xmpp::Jid& jid() const { return jid_; }

    /// "room@service", kept because every stanza needs it.
    const std::string& address() const { return address_; }

    /// "room@service/nick".
    std::string occupant_address(std::string_view nick) const;

    const RoomConfig& config() const { return record_.config; }

    const AffiliationMap& affiliations() const { return record_.affiliations; }

    const Subject& subject() const { return record_.subject; }

    const ModuleValues& module_values() const { return record_.module_values; }

    const RoomRecord& record() const { return record_; }

    void set_config(RoomConfig config) { record_.config = std::move(config); }

    /// Puts values over those that the room has.
    void set_module_values(ModuleValues changed) {
        changed.merge(record_.module_values);
        record_.module_values = std::move(changed);
    }

    void set_subject(Subject subject) { record_.subject = std::move(subject); }

    /// An entry of affiliation none is forgotten.
    void set_affiliation(const xmpp::Jid& user, AffiliationEntry entry);

    /// `user` may be bare or full.
    Affiliation affiliation(const xmpp::Jid& user) const;
    size_t owner_count() const;
    /// Whether somebody else than `user` has reserved the nick.
    bool nick_reserved_by_other(std::string_view nick, const xmpp::Jid& user) const;
    /// The role of who enters with this affiliation (XEP-0045 s5.1.2).
    Role default_role(Affiliation affiliation) const;

    /// By nick; in its order.
    const std::map<std::string, std::unique_ptr<Occupant>, std::less<>>& occupants() const {
        return occupants_;
    }

    size_t session_count() const { return by_session_.size(); }

    /// Null where there is none. Borrowed until the occupant leaves.
    Occupant* occupant(std::string_view nick) const;
    Occupant* occupant_of(const xmpp::Jid& full_jid) const;
    std::vector<Occupant*> occupants_of_user(const xmpp::Jid& user) const;
    /// The session of that full JID, or null. Borrowed until the occupant's next change.
    const Session* session(const xmpp::Jid& full_jid) const;

    /// Adds a client under a nick that is free or already its user's.
    Occupant& enter(std::string_view nick, Session session, Role role_if_first);
    /// Takes a client out; its occupant goes with the last one. Returns the session's last state.
    Session leave(const xmpp::Jid& full_jid);
    /// Takes the whole occupant out.
    Occupant take_out(std::string_view nick);
    /// `to` must be free.
    void rename(std::string_view from, std::string_view to);
    /// Puts a client's new presence in front. Returns the one it had.
    xmpp::Element update_presence(const xmpp::Jid& full_jid, xmpp::Element presence);

    History history;
    bool locked = false;      ///< created, not yet configured (XEP-0045 s10.1.3)
    bool ended = false;       ///< destroyed or empty: the service forgets it at once
    uint64_t generation = 0;  ///< grows by one with each event that modules hear of

  private:
    xmpp::Jid jid_;
    std::string address_;
    RoomRecord record_;
    std::map<std::string, std::unique_ptr<Occupant>, std::less<>> occupants_;
    std::unordered_map<xmpp::Jid, Occupant*> by_session_;
};

}  // namespace parley::server::muc
