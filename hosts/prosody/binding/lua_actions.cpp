#include <algorithm>
#include <limits>
#include <string_view>
#include <variant>

#include "hosts/prosody/binding/lua_values.hpp"

namespace parley::prosody {

namespace {

std::string_view level_name(xsm_log_level level) {
    switch (level) {
        case XSM_LOG_DEBUG:
            return "debug";
        case XSM_LOG_INFO:
            return "info";
        case XSM_LOG_WARNING:
            return "warn";
        default:
            return "error";
    }
}

/// Pushes the arguments of one action; returns its name.
struct PushArguments {
    lua_State* lua;

    std::string_view operator()(const Log& action) const {
        push_string(lua, level_name(action.level));
        push_string(lua, action.line);
        return "log";
    }

    std::string_view operator()(const OutOfService&) const { return "out_of_service"; }

    std::string_view operator()(const SetInterest& action) const {
        push_list(action.namespaces);
        return "set_interest";
    }

    std::string_view operator()(const Broadcast& action) const {
        push_string(lua, action.room_jid);
        push_element(lua, action.stanza);
        return "broadcast";
    }

    std::string_view operator()(const SendToOccupant& action) const {
        push_string(lua, action.room_jid);
        push_string(lua, action.real_jid);
        push_element(lua, action.stanza);
        return "send_to_occupant";
    }

    std::string_view operator()(const RequestSnapshot& action) const {
        push_string(lua, action.room_jid);
        return "request_snapshot";
    }

    std::string_view operator()(const Route& action) const {
        push_element(lua, action.stanza);
        return "route";
    }

    std::string_view operator()(const AddService& action) const {
        push_string(lua, action.domain);
        push_string(lua, action.name);
        return "add_service";
    }

    std::string_view operator()(const RemoveService& action) const {
        push_string(lua, action.domain);
        return "remove_service";
    }

    std::string_view operator()(const SetMucFeatures& action) const {
        push_list(action.features);
        return "set_muc_features";
    }

    std::string_view operator()(const AddCommand& action) const {
        push_string(lua, action.node);
        push_string(lua, action.name);
        push_string(lua, action.access == XSM_ADHOC_ROOM_OWNER ? "room_owner" : "admin");
        return "add_command";
    }

    std::string_view operator()(const RemoveCommand& action) const {
        push_string(lua, action.node);
        return "remove_command";
    }

    std::string_view operator()(const SetTimer& action) const {
        // An id is 64 opaque bits to Lua. A delay beyond what Lua's integers hold never comes.
        constexpr uint64_t delay_ms_max = std::numeric_limits<int64_t>::max();
        lua_pushinteger(lua, static_cast<lua_Integer>(action.id));
        lua_pushinteger(lua, static_cast<lua_Integer>(std::min(action.delay_ms, delay_ms_max)));
        return "set_timer";
    }

    std::string_view operator()(const CancelTimer& action) const {
        lua_pushinteger(lua, static_cast<lua_Integer>(action.id));
        return "cancel_timer";
    }

    std::string_view operator()(const SetRouteInterest& action) const {
        push_list(action.namespaces);
        return "set_route_interest";
    }

    // Prosody is one process, so the module has no xsm.cluster to ask for these.
    std::string_view operator()(const Publish&) const { return "publish"; }

    std::string_view operator()(const Withdraw&) const { return "withdraw"; }

    std::string_view operator()(const SetPresenceInterest& action) const {
        push_list(action.namespaces);
        return "set_presence_interest";
    }

    std::string_view operator()(const ReloadOptions&) const { return "reload_options"; }

    void push_list(const std::vector<std::string>& list) const {
        lua_createtable(lua, static_cast<int>(list.size()), 0);
        lua_Integer count = 0;
        for (const std::string& text : list) {
            push_string(lua, text);
            lua_rawseti(lua, -2, ++count);
        }
    }
};

}  // namespace

void push_actions(lua_State* lua, const std::vector<Action>& actions) {
    lua_createtable(lua, static_cast<int>(actions.size()), 0);
    lua_Integer count = 0;
    for (const Action& action : actions) {
        lua_createtable(lua, 4, 0);
        const int entry = lua_gettop(lua);
        push_string(lua, std::visit(PushArguments{lua}, action));
        lua_rawseti(lua, entry, 1);
        for (int arguments = lua_gettop(lua) - entry; arguments > 0; --arguments) {
            lua_rawseti(lua, entry, arguments + 1);
        }
        lua_rawseti(lua, -2, ++count);
    }
}

}  // namespace parley::prosody
