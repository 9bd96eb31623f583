#include "hosts/ejabberd/binding/erlang_values.hpp"

#include <array>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "xmpp/namespaces.hpp"

namespace parley::ejabberd {

namespace {

[[noreturn]] void refuse(const char* what, const char* expected) {
    throw std::invalid_argument(std::string(what) + ": " + expected + " expected");
}

ERL_NIF_TERM field(ErlNifEnv* env, ERL_NIF_TERM map, const char* name) {
    ERL_NIF_TERM value = 0;
    if (enif_get_map_value(env, map, make_atom(env, name), &value) == 0) {
        refuse(name, "a map with this key");
    }
    return value;
}

std::string_view string_field(ErlNifEnv* env, ERL_NIF_TERM map, const char* name) {
    return read_string(env, field(env, map, name), name);
}

xsm_view view_field(ErlNifEnv* env, ERL_NIF_TERM map, const char* name) {
    const std::string_view text = string_field(env, map, name);
    return {text.data(), text.size()};
}

bool flag_field(ErlNifEnv* env, ERL_NIF_TERM map, const char* name) {
    ERL_NIF_TERM value = 0;
    return enif_get_map_value(env, map, make_atom(env, name), &value) != 0 &&
           enif_is_identical(value, make_atom(env, "true")) != 0;
}

/// Calls `take(element)` for each element of the list.
template <class Take>
void for_each_element(ErlNifEnv* env, ERL_NIF_TERM list, const char* what, Take&& take) {
    if (enif_is_list(env, list) == 0) refuse(what, "list");
    ERL_NIF_TERM head = 0;
    while (enif_get_list_cell(env, list, &head, &list) != 0)
        take(head);
}

using Word = std::pair<const char*, int32_t>;

template <size_t size>
int32_t read_word(ErlNifEnv* env, const std::array<Word, size>& words, ERL_NIF_TERM term,
                  const char* what) {
    for (const auto& [word, value] : words) {
        if (enif_is_identical(term, make_atom(env, word)) != 0) return value;
    }
    refuse(what, "a known atom");
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

std::pair<std::string, std::string> read_pair(ErlNifEnv* env, ERL_NIF_TERM term, const char* what) {
    int arity = 0;
    const ERL_NIF_TERM* pair = nullptr;
    if (enif_get_tuple(env, term, &arity, &pair) == 0 || arity != 2) refuse(what, "a pair");
    return {std::string(read_string(env, pair[0], what)),
            std::string(read_string(env, pair[1], what))};
}

std::set<std::string, std::less<>> name_set(ErlNifEnv* env, ERL_NIF_TERM map, const char* name) {
    std::set<std::string, std::less<>> names;
    for_each_element(env, field(env, map, name), name, [&](ERL_NIF_TERM element) {
        names.emplace(read_string(env, element, "a taken name"));
    });
    return names;
}

ERL_NIF_TERM make_attribute(ErlNifEnv* env, std::string_view name, std::string_view value) {
    return enif_make_tuple2(env, make_string(env, name), make_string(env, value));
}

ERL_NIF_TERM make_attributes(ErlNifEnv* env, const xmpp::Element& element,
                             std::string_view parent_ns) {
    std::vector<ERL_NIF_TERM> attributes;
    attributes.reserve(element.attributes().size() + 1);
    if (element.ns() != parent_ns) {
        attributes.push_back(make_attribute(env, "xmlns", element.ns()));
    }
    size_t prefixes = 0;
    for (const xmpp::Attribute& attribute : element.attributes()) {
        std::string name = attribute.name;
        if (attribute.ns == xmpp::ns::xml) {
            name = "xml:" + name;
        } else if (!attribute.ns.empty()) {
            const std::string prefix = "a" + std::to_string(prefixes++);
            attributes.push_back(make_attribute(env, "xmlns:" + prefix, attribute.ns));
            name = prefix + ":" + name;
        }
        attributes.push_back(make_attribute(env, name, attribute.value));
    }
    return enif_make_list_from_array(env, attributes.data(),
                                     static_cast<unsigned>(attributes.size()));
}

ERL_NIF_TERM make_element_in(ErlNifEnv* env, const xmpp::Element& element,
                             std::string_view parent_ns) {
    std::vector<ERL_NIF_TERM> children;
    children.reserve(element.nodes().size());
    for (const xmpp::Node& node : element.nodes()) {
        if (const std::string* text = node.text()) {
            children.push_back(
                enif_make_tuple2(env, make_atom(env, "xmlcdata"), make_string(env, *text)));
        } else {
            children.push_back(make_element_in(env, *node.element(), element.ns()));
        }
    }
    return enif_make_tuple4(
        env, make_atom(env, "xmlel"), make_string(env, element.name()),
        make_attributes(env, element, parent_ns),
        enif_make_list_from_array(env, children.data(), static_cast<unsigned>(children.size())));
}

}  // namespace

std::string_view read_string(ErlNifEnv* env, ERL_NIF_TERM term, const char* what) {
    ErlNifBinary binary;
    if (enif_inspect_binary(env, term, &binary) == 0) refuse(what, "binary");
    return {reinterpret_cast<const char*>(binary.data), binary.size};
}

uint64_t read_number(ErlNifEnv* env, ERL_NIF_TERM term, const char* what) {
    ErlNifUInt64 number = 0;
    if (enif_get_uint64(env, term, &number) == 0) refuse(what, "non-negative integer");
    return number;
}

bool read_boolean(ErlNifEnv* env, ERL_NIF_TERM term, const char* what) {
    constexpr std::array booleans = {Word{"false", 0}, Word{"true", 1}};
    return read_word(env, booleans, term, what) != 0;
}

xsm_muc_room read_room(ErlNifEnv* env, ERL_NIF_TERM term) {
    xsm_muc_room room{};
    room.struct_size = sizeof room;
    room.jid = view_field(env, term, "jid");
    room.generation = read_number(env, field(env, term, "generation"), "generation");
    for (const auto& [name, flag] : room_flags) {
        if (flag_field(env, term, name)) room.flags |= static_cast<uint32_t>(flag);
    }
    return room;
}

xsm_muc_occupant read_occupant(ErlNifEnv* env, ERL_NIF_TERM term) {
    xsm_muc_occupant occupant{};
    occupant.struct_size = sizeof occupant;
    occupant.nick = view_field(env, term, "nick");
    occupant.real_jid = view_field(env, term, "real_jid");
    occupant.affiliation =
        read_word(env, affiliations, field(env, term, "affiliation"), "affiliation");
    occupant.role = read_word(env, roles, field(env, term, "role"), "role");
    return occupant;
}

std::vector<xsm_muc_occupant> read_occupants(ErlNifEnv* env, ERL_NIF_TERM term) {
    std::vector<xsm_muc_occupant> occupants;
    for_each_element(env, term, "occupants", [&](ERL_NIF_TERM element) {
        occupants.push_back(read_occupant(env, element));
    });
    return occupants;
}

xsm_muc_leave_reason read_leave_reason(ErlNifEnv* env, ERL_NIF_TERM term) {
    return read_word(env, leave_reasons, term, "reason");
}

std::vector<abi::ModuleOption> read_options(ErlNifEnv* env, ERL_NIF_TERM term) {
    std::vector<abi::ModuleOption> options;
    for_each_element(env, term, "options", [&](ERL_NIF_TERM element) {
        auto [key, value] = read_pair(env, element, "option");
        options.push_back({std::move(key), std::move(value)});
    });
    return options;
}

std::vector<ClusterRecord> read_records(ErlNifEnv* env, ERL_NIF_TERM term) {
    std::vector<ClusterRecord> records;
    for_each_element(env, term, "records", [&](ERL_NIF_TERM element) {
        records.push_back(read_pair(env, element, "record"));
    });
    return records;
}

HostIdentity read_identity(ErlNifEnv* env, ERL_NIF_TERM term) {
    return {std::string(string_field(env, term, "name")),
            std::string(string_field(env, term, "version")),
            std::string(string_field(env, term, "muc_domain")),
            std::string(string_field(env, term, "node")),
            string_field(env, term, "storage_directory")};
}

TakenNames read_taken(ErlNifEnv* env, ERL_NIF_TERM term) {
    return {name_set(env, term, "domains"), name_set(env, term, "nodes")};
}

ERL_NIF_TERM make_atom(ErlNifEnv* env, const char* name) {
    return enif_make_atom(env, name);
}

ERL_NIF_TERM make_string(ErlNifEnv* env, std::string_view text) {
    ERL_NIF_TERM term = 0;
    unsigned char* bytes = enif_make_new_binary(env, text.size(), &term);
    if (!text.empty()) std::memcpy(bytes, text.data(), text.size());
    return term;
}

ERL_NIF_TERM make_element(ErlNifEnv* env, const xmpp::Element& element) {
    return make_element_in(env, element, xmpp::ns::client);
}

}  // namespace parley::ejabberd
