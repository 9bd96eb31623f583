// The Lua C module parley_host: HostedModule's functions for mod_parley.
//
//   load(path, options, identity) -> actions, module | nil, error
//   start(module, taken) -> actions, true | nil, error
//   stop(module) -> actions
//   on_*(module, ...) -> actions, result...
//   wake_fd(module) -> number
//   wake(module)
//
// `actions` are what the module wants done, to be carried out in order once what is going on is
// over. The functions of the ABI have its names; a binding for another server has the same ones.

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hosts/binding/hosted_module.hpp"
#include "hosts/prosody/binding/lua_values.hpp"
#include "hosts/prosody/binding/wake_fd.hpp"
#include "xmpp/stanza_error.hpp"
#include "xmpp/xml.hpp"

namespace parley::prosody {

namespace {

constexpr const char* metatable_name = "parley.HostedModule";

/// What the userdata points to.
struct LuaModule {
    std::shared_ptr<WakeFd> wake_fd;  ///< the hosted module has it, too
    std::unique_ptr<HostedModule> hosted;
};

/// A Lua error is a longjmp that skips destructors: C++ code throws, and only this raises one.
template <int (*function)(lua_State*)>
int fenced(lua_State* lua) {
    try {
        return function(lua);
    } catch (const std::exception& exception) {
        lua_pushstring(lua, exception.what());
    } catch (...) {
        lua_pushliteral(lua, "not a std::exception");
    }
    return lua_error(lua);
}

LuaModule& lua_module_of(lua_State* lua) {
    void* userdata = luaL_testudata(lua, 1, metatable_name);
    auto* module = userdata == nullptr ? nullptr : *static_cast<LuaModule**>(userdata);
    if (module == nullptr) throw std::invalid_argument("module: a loaded module expected");
    return *module;
}

HostedModule& module_of(lua_State* lua) {
    return *lua_module_of(lua).hosted;
}

/// Pushes the actions, the first result of every function.
int give_actions(lua_State* lua, HostedModule& module) {
    push_actions(lua, module.take_actions());
    return 1;
}

int give_error(lua_State* lua, const abi::LoadError& error) {
    lua_pushnil(lua);
    push_string(lua, error.text);
    return 3;
}

/// -> actions, "pass" | "drop" | "replace" | "refuse", error or message or nil
int give_verdict(lua_State* lua, HostedModule& module, const Verdict& verdict) {
    constexpr const char* kinds[] = {"pass", "drop", "replace", "refuse"};
    give_actions(lua, module);
    lua_pushstring(lua, kinds[static_cast<size_t>(verdict.kind)]);
    if (!verdict.xml) return 2;
    push_element(lua, *verdict.xml);
    return 3;
}

/// -> actions, { element, ... }
int give_elements(lua_State* lua, HostedModule& module,
                  const std::vector<xmpp::Element>& elements) {
    give_actions(lua, module);
    lua_createtable(lua, static_cast<int>(elements.size()), 0);
    lua_Integer count = 0;
    for (const xmpp::Element& element : elements) {
        push_element(lua, element);
        lua_rawseti(lua, -2, ++count);
    }
    return 2;
}

int load(lua_State* lua) {
    const std::string path(read_string(lua, 1, "path"));
    const auto options = read_options(lua, 2);
    std::vector<Action> actions;
    auto module = std::make_unique<LuaModule>();
    module->wake_fd = std::make_shared<WakeFd>();
    auto hosted = HostedModule::load(
        path, options, read_identity(lua, 3), [fd = module->wake_fd] { fd->signal(); }, actions);
    if (!hosted) {
        push_actions(lua, actions);
        return give_error(lua, hosted.error());
    }
    module->hosted = std::move(*hosted);
    give_actions(lua, *module->hosted);
    auto* slot = static_cast<LuaModule**>(lua_newuserdata(lua, sizeof(LuaModule*)));
    *slot = module.release();
    luaL_setmetatable(lua, metatable_name);
    return 2;
}

int start(lua_State* lua) {
    HostedModule& module = module_of(lua);
    const auto started = module.start(read_taken(lua, 2));
    give_actions(lua, module);
    if (!started) return give_error(lua, started.error());
    lua_pushboolean(lua, 1);
    return 2;
}

int stop(lua_State* lua) {
    HostedModule& module = module_of(lua);
    module.stop();
    return give_actions(lua, module);
}

int on_wake(lua_State* lua) {
    lua_module_of(lua).wake_fd->clear();
    HostedModule& module = module_of(lua);
    module.on_wake();
    return give_actions(lua, module);
}

int on_room_snapshot(lua_State* lua) {
    HostedModule& module = module_of(lua);
    module.on_room_snapshot(read_room(lua, 2), read_occupants(lua, 3));
    return give_actions(lua, module);
}

int on_room_configured(lua_State* lua) {
    HostedModule& module = module_of(lua);
    module.on_room_configured(read_room(lua, 2));
    return give_actions(lua, module);
}

int on_room_destroyed(lua_State* lua) {
    HostedModule& module = module_of(lua);
    module.on_room_destroyed(read_room(lua, 2));
    return give_actions(lua, module);
}

int on_occupant_joined(lua_State* lua) {
    HostedModule& module = module_of(lua);
    module.on_occupant_joined(read_room(lua, 2), read_occupant(lua, 3));
    return give_actions(lua, module);
}

int on_occupant_changed(lua_State* lua) {
    HostedModule& module = module_of(lua);
    module.on_occupant_changed(read_room(lua, 2), read_string(lua, 3, "old_nick"),
                               read_occupant(lua, 4));
    return give_actions(lua, module);
}

int on_occupant_left(lua_State* lua) {
    HostedModule& module = module_of(lua);
    module.on_occupant_left(read_room(lua, 2), read_occupant(lua, 3), read_leave_reason(lua, 4));
    return give_actions(lua, module);
}

int on_message(lua_State* lua) {
    HostedModule& module = module_of(lua);
    return give_verdict(
        lua, module,
        module.on_message(read_room(lua, 2), read_occupant(lua, 3), read_string(lua, 4, "stanza")));
}

/// -> actions, true | false, or nil where the module failed
int on_room_iq(lua_State* lua) {
    HostedModule& module = module_of(lua);
    const xsm_muc_room room = read_room(lua, 2);
    xsm_muc_occupant sender{};
    const bool has_sender = !lua_isnil(lua, 3);
    if (has_sender) sender = read_occupant(lua, 3);
    const auto answers =
        module.on_room_iq(room, has_sender ? &sender : nullptr, read_string(lua, 4, "stanza"));
    give_actions(lua, module);
    if (!answers) return 1;
    lua_pushboolean(lua, *answers ? 1 : 0);
    return 2;
}

/// -> actions, true, or false where the module failed
int on_stanza(lua_State* lua) {
    HostedModule& module = module_of(lua);
    const bool taken = module.on_stanza(read_string(lua, 2, "stanza"));
    give_actions(lua, module);
    lua_pushboolean(lua, taken ? 1 : 0);
    return 2;
}

int on_room_info(lua_State* lua) {
    HostedModule& module = module_of(lua);
    return give_elements(lua, module, module.on_room_info(read_string(lua, 2, "room_jid")));
}

/// -> actions, <command/> or <error/>, or nil where the module failed
int on_command(lua_State* lua) {
    HostedModule& module = module_of(lua);
    const CommandAnswer answer = module.on_command(read_string(lua, 2, "stanza"));
    give_actions(lua, module);
    if (!answer) return 1;
    push_element(lua, *answer);
    return 2;
}

int on_timer(lua_State* lua) {
    HostedModule& module = module_of(lua);
    module.on_timer(read_number(lua, 2, "id"));
    return give_actions(lua, module);
}

int on_iq(lua_State* lua) {
    HostedModule& module = module_of(lua);
    return give_verdict(lua, module, module.on_iq(read_string(lua, 2, "stanza")));
}

int room_config_fields(lua_State* lua) {
    HostedModule& module = module_of(lua);
    return give_elements(lua, module, module.room_config_fields(read_string(lua, 2, "values")));
}

/// What Prosody reads may be beyond our limits of nesting and size.
xmpp::Element form_error() {
    return xmpp::StanzaError{xmpp::ErrorType::modify, xmpp::Condition::bad_request,
                             "The form is too big or too deeply nested.", std::nullopt}
        .to_element();
}

/// -> actions, values, <error/> or nil
int on_room_submitted(lua_State* lua) {
    HostedModule& module = module_of(lua);
    const xsm_muc_room room = read_room(lua, 2);
    const std::string_view values = read_string(lua, 3, "values");
    const auto form = xmpp::parse_xml(read_string(lua, 4, "form"));
    const RoomSubmission submission = form ? module.on_room_submitted(room, values, *form)
                                           : RoomSubmission{std::string(values), form_error()};
    give_actions(lua, module);
    push_string(lua, submission.values_xml);
    if (!submission.error) return 2;
    push_element(lua, *submission.error);
    return 3;
}

int on_occupant_presence(lua_State* lua) {
    HostedModule& module = module_of(lua);
    module.on_occupant_presence(read_room(lua, 2), read_occupant(lua, 3),
                                read_string(lua, 4, "payload"));
    return give_actions(lua, module);
}

int on_options(lua_State* lua) {
    HostedModule& module = module_of(lua);
    module.on_options(read_options(lua, 2));
    return give_actions(lua, module);
}

int on_room_values(lua_State* lua) {
    HostedModule& module = module_of(lua);
    module.on_room_values(read_string(lua, 2, "room_jid"), read_string(lua, 3, "values"));
    return give_actions(lua, module);
}

/// Has on_wake called soon.
int wake(lua_State* lua) {
    lua_module_of(lua).wake_fd->signal();
    return 0;
}

int wake_fd(lua_State* lua) {
    lua_pushinteger(lua, lua_module_of(lua).wake_fd->get());
    return 1;
}

int collect(lua_State* lua) {
    auto* slot = static_cast<LuaModule**>(luaL_testudata(lua, 1, metatable_name));
    if (slot != nullptr) delete std::exchange(*slot, nullptr);
    return 0;
}

constexpr luaL_Reg functions[] = {
    {"load", fenced<load>},
    {"start", fenced<start>},
    {"stop", fenced<stop>},
    {"on_wake", fenced<on_wake>},
    {"on_room_snapshot", fenced<on_room_snapshot>},
    {"on_room_configured", fenced<on_room_configured>},
    {"on_room_destroyed", fenced<on_room_destroyed>},
    {"on_occupant_joined", fenced<on_occupant_joined>},
    {"on_occupant_changed", fenced<on_occupant_changed>},
    {"on_occupant_left", fenced<on_occupant_left>},
    {"on_message", fenced<on_message>},
    {"on_room_iq", fenced<on_room_iq>},
    {"on_stanza", fenced<on_stanza>},
    {"on_room_info", fenced<on_room_info>},
    {"on_command", fenced<on_command>},
    {"on_timer", fenced<on_timer>},
    {"on_iq", fenced<on_iq>},
    {"room_config_fields", fenced<room_config_fields>},
    {"on_room_submitted", fenced<on_room_submitted>},
    {"on_room_values", fenced<on_room_values>},
    {"on_occupant_presence", fenced<on_occupant_presence>},
    {"on_options", fenced<on_options>},
    {"wake", fenced<wake>},
    {"wake_fd", fenced<wake_fd>},
    {"destroy", fenced<collect>},
    {nullptr, nullptr},
};

}  // namespace

}  // namespace parley::prosody

extern "C" __attribute__((visibility("default"))) int luaopen_parley_host(lua_State* lua);

int luaopen_parley_host(lua_State* lua) {
    using namespace parley::prosody;
    if (luaL_newmetatable(lua, metatable_name) != 0) {
        lua_pushcfunction(lua, fenced<collect>);
        lua_setfield(lua, -2, "__gc");
    }
    lua_pop(lua, 1);
    luaL_newlib(lua, functions);
    return 1;
}
