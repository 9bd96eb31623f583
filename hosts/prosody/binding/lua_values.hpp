#pragma once

#include <lua.hpp>
#include <string_view>
#include <vector>

#include "hosts/binding/action_queue.hpp"
#include "hosts/binding/hosted_module.hpp"
#include "plugin-abi/loader/module_instance.hpp"
#include "xmpp/element.hpp"
#include "xsm/muc.h"

// Between Lua's values and those of the ABI. Views point into strings on the Lua stack: they are
// valid until the function that took them as arguments returns. What is not as described throws
// std::invalid_argument; nothing here raises a Lua error but for want of memory.
namespace parley::prosody {

using namespace binding;

std::string_view read_string(lua_State* lua, int index, const char* what);
uint64_t read_number(lua_State* lua, int index, const char* what);

/// { jid=, generation=, members_only=, non_anonymous=, persistent=, moderated=, public= }
xsm_muc_room read_room(lua_State* lua, int index);

/// { nick=, real_jid=, affiliation="member", role="participant" }
xsm_muc_occupant read_occupant(lua_State* lua, int index);
std::vector<xsm_muc_occupant> read_occupants(lua_State* lua, int index);

/// "left", "kicked", "banned", "affiliation_lost", "connection_lost" or "shutdown"
xsm_muc_leave_reason read_leave_reason(lua_State* lua, int index);

/// { { "key", "value" }, ... }
std::vector<abi::ModuleOption> read_options(lua_State* lua, int index);

/// { name=, version=, muc_domain=, storage_directory= }
HostIdentity read_identity(lua_State* lua, int index);

/// { domains = { "a", ... }, nodes = { "b", ... } }
TakenNames read_taken(lua_State* lua, int index);

/// Pushes a stanza as util.stanza makes it from a client's stream: without xmlns where it is
/// jabber:client.
void push_element(lua_State* lua, const xmpp::Element& element);

/// Pushes { { "broadcast", room_jid, stanza }, ... }: the name of each and its arguments in order.
void push_actions(lua_State* lua, const std::vector<Action>& actions);

void push_string(lua_State* lua, std::string_view text);

}  // namespace parley::prosody
