#pragma once

#include <functional>
#include <string>

#include "hosts/server/muc/muc_config.hpp"
#include "hosts/server/muc/muc_hooks.hpp"
#include "hosts/server/muc/room_store.hpp"
#include "hosts/server/routing/service.hpp"

namespace parley::server::muc {

/// What the features of rooms work with. Everything is borrowed and outlives the service.
struct Context {
    const MucConfig& config;
    StanzaSink& sink;
    RoomStore& store;
    MucHooks& hooks;
    std::function<TimePoint()> now;
    std::function<std::string()> random_id;  ///< unguessable, at most 64 octets
};

}  // namespace parley::server::muc
