#include "hosts/prosody/binding/lua_values.hpp"

#include <array>
#include <stdexcept>
#include <string>
#include <utility>

#include "xmpp/namespaces.hpp"

namespace parley::prosody {

namespace {

[[noreturn]] void refuse(const char* what, const char* expected) {
    throw std::invalid_argument(std::string(what) + ": " + expected + " expected");
}

void expect_table(lua_State* lua, int index, const char* what) {
    if (!lua_istable(lua, index)) refuse(what, "table");
}

/// Pushes the field without metamethods.
void push_field(lua_State* lua, int table, const char* name) {
    lua_pushstring(lua, name);
    lua_rawget(lua, table);
}

/// The table keeps the string alive after the pop.
std::string_view string_field(lua_State* lua, int table, const char* name) {
    push_field(lua, table, name);
    const std::string_view text = read_string(lua, -1, name);
    lua_pop(lua, 1);
    return text;
}

xsm_view view_field(lua_State* lua, int table, const char* name) {
    const std::string_view text = string_field(lua, table, name);
    return {text.data(), text.size()};
}

bool flag_field(lua_State* lua, int table, const char* name) {
    push_field(lua, table, name);
    const bool set = lua_toboolean(lua, -1) != 0;
    lua_pop(lua, 1);
    return set;
}

/// Calls `take(index of the element)` for each element of the array.
template <class Take>
void for_each_element(lua_State* lua, int table, Take&& take) {
    const auto count = static_cast<lua_Integer>(lua_rawlen(lua, table));
    for (lua_Integer i = 1; i <= count; ++i) {
        lua_rawgeti(lua, table, i);
        take(lua_gettop(lua));
        lua_pop(lua, 1);
    }
}

using Word = std::pair<std::string_view, int32_t>;

template <size_t size>
int32_t read_word(const std::array<Word, size>& words, std::string_view text, const char* what) {
    for (const auto& [word, value] : words) {
        if (word == text) return value;
    }
    throw std::invalid_argument(std::string(what) + ": \"" + std::string(text) + "\" is unknown");
}

constexpr std::array affiliations = {
    Word{"outcast", XSM_MUC_OUTCAST}, Word{"none", XSM_MUC_NO_AFFILIATION},
    Word{"member", XSM_MUC_MEMBER},   Word{"admin", XSM_MUC_ADMIN},
    Word{"owner", XSM_MUC_OWNER},
};
constexpr std::array roles = {
    Word{"none", XSM_MUC_NO_ROLE},
    Word{"visitor", XSM_MUC_VISITOR},
    Word{"participant", XSM_MUC_PARTICIPANT},
    Word{"moderator", XSM_MUC_MODERATOR},
};
constexpr std::array leave_reasons = {
    Word{"left", XSM_MUC_LEFT},
    Word{"kicked", XSM_MUC_KICKED},
    Word{"banned", XSM_MUC_BANNED},
    Word{"affiliation_lost", XSM_MUC_AFFILIATION_LOST},
    Word{"connection_lost", XSM_MUC_CONNECTION_LOST},
    Word{"shutdown", XSM_MUC_SHUTDOWN},
};
constexpr std::array room_flags = {
    std::pair{"members_only", XSM_MUC_ROOM_MEMBERS_ONLY},
    std::pair{"non_anonymous", XSM_MUC_ROOM_NON_ANONYMOUS},
    std::pair{"persistent", XSM_MUC_ROOM_PERSISTENT},
    std::pair{"moderated", XSM_MUC_ROOM_MODERATED},
    std::pair{"public", XSM_MUC_ROOM_PUBLIC},
};

std::set<std::string, std::less<>> name_set(lua_State* lua, int table, const char* name) {
    std::set<std::string, std::less<>> names;
    push_field(lua, table, name);
    const int list = lua_gettop(lua);
    expect_table(lua, list, name);
    for_each_element(lua, list,
                     [&](int index) { names.emplace(read_string(lua, index, "a taken name")); });
    lua_pop(lua, 1);
    return names;
}

/// The key that util.stanza has for an attribute.
std::string attribute_key(const xmpp::Attribute& attribute) {
    if (attribute.ns.empty()) return attribute.name;
    if (attribute.ns == xmpp::ns::xml) return "xml:" + attribute.name;
    return attribute.ns + '\1' + attribute.name;
}

void push_attributes(lua_State* lua, const xmpp::Element& element, bool with_ns) {
    lua_createtable(lua, 0, static_cast<int>(element.attributes().size() + 1));
    for (const xmpp::Attribute& attribute : element.attributes()) {
        push_string(lua, attribute_key(attribute));
        push_string(lua, attribute.value);
        lua_rawset(lua, -3);
    }
    if (!with_ns) return;
    lua_pushliteral(lua, "xmlns");
    push_string(lua, element.ns());
    lua_rawset(lua, -3);
}

void push_element_in(lua_State* lua, const xmpp::Element& element, int metatable,
                     bool parent_has_ns) {
    constexpr int slots_per_level = 6;
    if (lua_checkstack(lua, slots_per_level) == 0) throw std::length_error("Lua stack");
    const bool with_ns = parent_has_ns || element.ns() != xmpp::ns::client;
    lua_createtable(lua, static_cast<int>(element.nodes().size()), 4);
    lua_pushliteral(lua, "name");
    push_string(lua, element.name());
    lua_rawset(lua, -3);
    lua_pushliteral(lua, "attr");
    push_attributes(lua, element, with_ns);
    lua_rawset(lua, -3);
    lua_newtable(lua);  // tags: the child elements alone
    lua_Integer nodes = 0;
    lua_Integer tags = 0;
    for (const xmpp::Node& node : element.nodes()) {
        if (const std::string* text = node.text()) {
            push_string(lua, *text);
        } else {
            push_element_in(lua, *node.element(), metatable, with_ns);
            lua_pushvalue(lua, -1);
            lua_rawseti(lua, -3, ++tags);
        }
        lua_rawseti(lua, -3, ++nodes);
    }
    lua_setfield(lua, -2, "tags");
    lua_pushvalue(lua, metatable);
    lua_setmetatable(lua, -2);
}

}  // namespace

std::string_view read_string(lua_State* lua, int index, const char* what) {
    // lua_tolstring would convert a number in place.
    if (lua_type(lua, index) != LUA_TSTRING) refuse(what, "string");
    size_t size = 0;
    const char* data = lua_tolstring(lua, index, &size);
    return {data, size};
}

uint64_t read_number(lua_State* lua, int index, const char* what) {
    if (lua_isinteger(lua, index) == 0) refuse(what, "integer");
    return static_cast<uint64_t>(lua_tointeger(lua, index));
}

xsm_muc_room read_room(lua_State* lua, int index) {
    expect_table(lua, index, "room");
    xsm_muc_room room{};
    room.struct_size = sizeof room;
    room.jid = view_field(lua, index, "jid");
    push_field(lua, index, "generation");
    room.generation = read_number(lua, -1, "generation");
    lua_pop(lua, 1);
    for (const auto& [name, flag] : room_flags) {
        if (flag_field(lua, index, name)) room.flags |= static_cast<uint32_t>(flag);
    }
    return room;
}

xsm_muc_occupant read_occupant(lua_State* lua, int index) {
    expect_table(lua, index, "occupant");
    xsm_muc_occupant occupant{};
    occupant.struct_size = sizeof occupant;
    occupant.nick = view_field(lua, index, "nick");
    occupant.real_jid = view_field(lua, index, "real_jid");
    occupant.affiliation =
        read_word(affiliations, string_field(lua, index, "affiliation"), "affiliation");
    occupant.role = read_word(roles, string_field(lua, index, "role"), "role");
    return occupant;
}

std::vector<xsm_muc_occupant> read_occupants(lua_State* lua, int index) {
    expect_table(lua, index, "occupants");
    std::vector<xsm_muc_occupant> occupants;
    for_each_element(lua, index,
                     [&](int element) { occupants.push_back(read_occupant(lua, element)); });
    return occupants;
}

xsm_muc_leave_reason read_leave_reason(lua_State* lua, int index) {
    return read_word(leave_reasons, read_string(lua, index, "reason"), "reason");
}

std::vector<abi::ModuleOption> read_options(lua_State* lua, int index) {
    expect_table(lua, index, "options");
    std::vector<abi::ModuleOption> options;
    for_each_element(lua, index, [&](int pair) {
        expect_table(lua, pair, "option");
        lua_rawgeti(lua, pair, 1);
        lua_rawgeti(lua, pair, 2);
        options.push_back({std::string(read_string(lua, -2, "option's key")),
                           std::string(read_string(lua, -1, "option's value"))});
        lua_pop(lua, 2);
    });
    return options;
}

HostIdentity read_identity(lua_State* lua, int index) {
    expect_table(lua, index, "identity");
    return {std::string(string_field(lua, index, "name")),
            std::string(string_field(lua, index, "version")),
            std::string(string_field(lua, index, "muc_domain")),
            {},
            string_field(lua, index, "storage_directory")};
}

TakenNames read_taken(lua_State* lua, int index) {
    expect_table(lua, index, "taken");
    return {name_set(lua, index, "domains"), name_set(lua, index, "nodes")};
}

void push_element(lua_State* lua, const xmpp::Element& element) {
    // { stanza_mt = ... } of util.stanza, which Prosody has loaded long before.
    lua_getfield(lua, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_getfield(lua, -1, "util.stanza");
    if (!lua_istable(lua, -1)) throw std::logic_error("util.stanza is not loaded");
    lua_getfield(lua, -1, "stanza_mt");
    lua_replace(lua, -3);
    lua_pop(lua, 1);
    const int metatable = lua_gettop(lua);
    push_element_in(lua, element, metatable, false);
    lua_remove(lua, metatable);
}

void push_string(lua_State* lua, std::string_view text) {
    lua_pushlstring(lua, text.data(), text.size());
}

}  // namespace parley::prosody
