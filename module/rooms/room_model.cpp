#include "module/rooms/room_model.hpp"

#include <algorithm>

namespace parley::module {

std::vector<RoomChange> RoomModel::handle(const RoomEvent& event) {
    Changes changes;
    std::visit([&](const auto& happened) { on(happened, changes); }, event);
    return changes;
}

std::vector<RoomChange> RoomModel::observe(const RoomHead& head, const Occupant* sender) {
    Changes changes;
    const bool known = rooms_.contains(head.jid);
    Room& room = room_of(head);
    if (!known || room.generation != head.generation) need_snapshot(head.jid, changes);
    set_privacy(room, head.privacy, changes);
    if (sender) put(room, *sender, changes);
    return changes;
}

void RoomModel::set_settings(const RoomJid& room, const RoomSettings& settings) {
    settings_.insert_or_assign(room, settings);
}

const RoomSettings& RoomModel::settings_of(const RoomJid& room) const {
    const auto found = settings_.find(room);
    return found == settings_.end() ? default_settings_ : found->second;
}

const Room* RoomModel::find(const RoomJid& jid) const {
    const auto found = rooms_.find(jid);
    return found == rooms_.end() ? nullptr : &found->second;
}

const Occupant* RoomModel::find_occupant(const RoomJid& room, const FullJid& jid) const {
    const Room* in = find(room);
    if (!in) return nullptr;
    const auto found = in->occupants.find(jid);
    return found == in->occupants.end() ? nullptr : &found->second;
}

void RoomModel::on(const RoomSnapshot& event, Changes& changes) {
    snapshots_pending_.erase(event.head.jid);
    Room& room = room_of(event.head);
    room.generation = event.head.generation;

    const auto is_in_snapshot = [&](const FullJid& jid) {
        return std::ranges::find(event.occupants, jid, &Occupant::jid) != event.occupants.end();
    };
    for (auto entry = room.occupants.begin(); entry != room.occupants.end();) {
        if (is_in_snapshot(entry->first)) {
            ++entry;
            continue;
        }
        changes.emplace_back(OccupantOut{room.jid, entry->second, LeaveReason::connection_lost});
        entry = room.occupants.erase(entry);
    }
    set_privacy(room, event.head.privacy, changes);
    for (const Occupant& occupant : event.occupants)
        put(room, occupant, changes);
}

void RoomModel::on(const RoomConfigured& event, Changes& changes) {
    set_privacy(follow(event.head, changes), event.head.privacy, changes);
}

void RoomModel::on(const RoomDestroyed& event, Changes& changes) {
    snapshots_pending_.erase(event.head.jid);
    settings_.erase(event.head.jid);
    if (rooms_.erase(event.head.jid) > 0) changes.emplace_back(RoomGone{event.head.jid});
}

void RoomModel::on(const OccupantJoined& event, Changes& changes) {
    Room& room = follow(event.head, changes);
    put(room, event.occupant, changes);  // it may send its join again, under another nick
    changes.emplace_back(OccupantIn{room.jid, event.occupant});
}

void RoomModel::on(const OccupantChanged& event, Changes& changes) {
    put(follow(event.head, changes), event.occupant, changes);
}

void RoomModel::on(const OccupantLeft& event, Changes& changes) {
    Room& room = follow(event.head, changes);
    room.occupants.erase(event.occupant.jid);
    changes.emplace_back(OccupantOut{room.jid, event.occupant, event.reason});
}

/// The room of an event, its generation moved on; a step of anything but one means that events were
/// missed.
Room& RoomModel::follow(const RoomHead& head, Changes& changes) {
    const bool known = rooms_.contains(head.jid);
    Room& room = room_of(head);
    const bool in_step = known ? head.generation == room.generation + 1 : head.generation <= 1;
    room.generation = head.generation;
    if (!in_step) need_snapshot(head.jid, changes);
    set_privacy(room, head.privacy, changes);
    return room;
}

Room& RoomModel::room_of(const RoomHead& head) {
    return rooms_.try_emplace(head.jid, Room{head.jid, head.privacy, head.generation, {}})
        .first->second;
}

void RoomModel::need_snapshot(const RoomJid& room, Changes& changes) {
    if (snapshots_pending_.insert(room).second) changes.emplace_back(SnapshotNeeded{room});
}

void RoomModel::set_privacy(Room& room, const RoomPrivacy& privacy, Changes& changes) {
    if (room.privacy == privacy) return;
    room.privacy = privacy;
    changes.emplace_back(PrivacyChanged{room.jid, privacy});
}

/// A client that only a snapshot or a message tells of has been in the room already: it is no
/// newcomer.
void RoomModel::put(Room& room, const Occupant& occupant, Changes& changes) {
    const auto [entry, inserted] = room.occupants.try_emplace(occupant.jid, occupant);
    if (inserted || entry->second == occupant) return;
    changes.emplace_back(OccupantAltered{room.jid, entry->second, occupant});
    entry->second = occupant;
}

}  // namespace parley::module
