#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "module/calls/call.hpp"

namespace parley::module {

/// How long after a room's snapshot its host may take to repeat what clients say in their presence.
inline constexpr std::chrono::seconds presence_repeat_timeout{5};

/// Participants of conferences that a snapshot of the room has put in doubt: who is not confirmed
/// by a presence in time is out. Pure.
class Unconfirmed {
  public:
    void doubt(const Call& call, TimePoint now) {
        auto& [due, clients] = rooms_[*call.conference];
        due = now + presence_repeat_timeout;
        for (const Participant& participant : call.participants)
            clients.insert(participant.jid);
    }

    void confirm(const RoomJid& conference, const FullJid& jid) {
        const auto found = rooms_.find(conference);
        if (found != rooms_.end()) found->second.clients.erase(jid);
    }

    std::vector<std::pair<RoomJid, FullJid>> take_due(TimePoint now) {
        std::vector<std::pair<RoomJid, FullJid>> due;
        for (auto room = rooms_.begin(); room != rooms_.end();) {
            if (room->second.due > now) {
                ++room;
                continue;
            }
            for (const FullJid& jid : room->second.clients)
                due.emplace_back(room->first, jid);
            room = rooms_.erase(room);
        }
        return due;
    }

    std::optional<TimePoint> deadline() const {
        std::optional<TimePoint> first;
        for (const auto& [room, doubt] : rooms_)
            first = first ? std::min(*first, doubt.due) : doubt.due;
        return first;
    }

  private:
    struct Doubt {
        TimePoint due;
        std::set<FullJid> clients;
    };

    std::map<RoomJid, Doubt> rooms_;
};

}  // namespace parley::module
