#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "module/calls/names.hpp"
#include "module/calls/time.hpp"

namespace parley::module {

/// How long a host may take to say what a client has in its presence after the event that has put
/// it in doubt. It does so at once.
inline constexpr std::chrono::seconds presence_repeat_timeout{2};

/// Participants of conferences whose presence may be another than it was: the host took a snapshot
/// of the room, or the client entered again. Who is not confirmed in time is out. Pure.
class Unconfirmed {
  public:
    using Client = std::pair<RoomJid, FullJid>;  ///< in the room of a conference

    void doubt(const Client& client, TimePoint now) {
        clients_.insert_or_assign(client, now + presence_repeat_timeout);
    }

    void confirm(const Client& client) { clients_.erase(client); }

    std::vector<Client> take_due(TimePoint now) {
        std::vector<Client> due;
        for (const auto& [client, time] : clients_) {
            if (time <= now) due.push_back(client);
        }
        for (const Client& client : due)
            clients_.erase(client);
        return due;
    }

    std::optional<TimePoint> deadline() const {
        const auto first =
            std::ranges::min_element(clients_, {}, [](const auto& entry) { return entry.second; });
        return first == clients_.end() ? std::nullopt : std::optional(first->second);
    }

  private:
    std::map<Client, TimePoint> clients_;
};

}  // namespace parley::module
