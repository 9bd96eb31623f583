#pragma once

#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "module/rooms/room.hpp"
#include "module/rooms/room_settings.hpp"

/// The module's picture of every room, drawn from the host's events alone. Pure.
namespace parley::module {

/// Why an occupant is gone (XEP-0045 s15.6.2 status codes in brackets).
enum class LeaveReason : uint8_t {
    left,
    kicked,            ///< 307
    banned,            ///< 301
    affiliation_lost,  ///< 321, 322
    connection_lost,   ///< 333
    shutdown,          ///< 332
};

/// What a host tells.
struct RoomSnapshot {
    RoomHead head;
    std::vector<Occupant> occupants;
};

struct RoomConfigured {
    RoomHead head;
};

struct RoomDestroyed {
    RoomHead head;
};

struct OccupantJoined {
    RoomHead head;
    Occupant occupant;
};

struct OccupantChanged {
    RoomHead head;
    Occupant occupant;
};

struct OccupantLeft {
    RoomHead head;
    Occupant occupant;
    LeaveReason reason;
};

using RoomEvent = std::variant<RoomSnapshot, RoomConfigured, RoomDestroyed, OccupantJoined,
                               OccupantChanged, OccupantLeft>;

/// What that means: the difference to what was known before. Snapshots yield the same changes as
/// the events they stand for.
struct PrivacyChanged {
    RoomJid room;
    RoomPrivacy privacy;
};

struct OccupantIn {
    RoomJid room;
    Occupant occupant;
};

struct OccupantAltered {
    RoomJid room;
    Occupant before;
    Occupant now;
};

struct OccupantOut {
    RoomJid room;
    Occupant occupant;
    LeaveReason reason;
};

struct RoomGone {
    RoomJid room;
};

struct SnapshotNeeded {  ///< events were missed
    RoomJid room;
};

using RoomChange = std::variant<PrivacyChanged, OccupantIn, OccupantAltered, OccupantOut, RoomGone,
                                SnapshotNeeded>;

class RoomModel {
  public:
    explicit RoomModel(const RoomSettings& default_settings = {})
        : default_settings_(default_settings) {}

    std::vector<RoomChange> handle(const RoomEvent& event);

    /// A message or IQ shows the room as it is, without being an event: brings the model up to it.
    std::vector<RoomChange> observe(const RoomHead& head, const Occupant* sender);

    /// What the owners have set; a room may have settings before it is heard of otherwise.
    void set_settings(const RoomJid& room, const RoomSettings& settings);
    /// Borrowed until the next change.
    const RoomSettings& settings_of(const RoomJid& room) const;

    const RoomSettings& default_settings() const { return default_settings_; }

    void set_default_settings(const RoomSettings& settings) { default_settings_ = settings; }

    /// Borrowed until the next change; null for a room never heard of.
    const Room* find(const RoomJid& jid) const;
    const Occupant* find_occupant(const RoomJid& room, const FullJid& jid) const;

    size_t size() const { return rooms_.size(); }

  private:
    using Changes = std::vector<RoomChange>;

    void on(const RoomSnapshot& event, Changes& changes);
    void on(const RoomConfigured& event, Changes& changes);
    void on(const RoomDestroyed& event, Changes& changes);
    void on(const OccupantJoined& event, Changes& changes);
    void on(const OccupantChanged& event, Changes& changes);
    void on(const OccupantLeft& event, Changes& changes);

    Room& follow(const RoomHead& head, Changes& changes);
    Room& room_of(const RoomHead& head);
    void need_snapshot(const RoomJid& room, Changes& changes);
    static void set_privacy(Room& room, const RoomPrivacy& privacy, Changes& changes);
    static void put(Room& room, const Occupant& occupant, Changes& changes);

    RoomSettings default_settings_;
    std::map<RoomJid, RoomSettings> settings_;  ///< of rooms that have their own
    std::map<RoomJid, Room> rooms_;
    std::set<RoomJid> snapshots_pending_;
};

}  // namespace parley::module
