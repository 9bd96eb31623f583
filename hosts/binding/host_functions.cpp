#include "hosts/binding/host_functions.hpp"

#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "xmpp/jid.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/xml.hpp"
#include "xsm/adhoc.h"
#include "xsm/cluster.h"
#include "xsm/disco.h"
#include "xsm/muc.h"
#include "xsm/options.h"
#include "xsm/presence.h"
#include "xsm/room_config.h"
#include "xsm/route.h"
#include "xsm/service.h"
#include "xsm/stanza.h"
#include "xsm/storage.h"
#include "xsm/timer.h"

namespace parley::binding {

namespace {

constexpr size_t names_max = 256;         ///< in one list of namespaces or features
constexpr size_t name_bytes_max = 1'023;  ///< of a namespace, feature, node or display name
constexpr size_t log_line_bytes_max = 4'096;
constexpr size_t record_key_bytes_max = 255;
constexpr size_t record_value_bytes_max = 65'536;

using xmpp::Element;
using xmpp::Jid;

ActionQueue& queue_of(const xsm_host* host) {
    return *static_cast<ActionQueue*>(host->self);
}

std::string_view text_of(xsm_view view) {
    return view.data == nullptr ? std::string_view() : std::string_view(view.data, view.size);
}

/// Nothing throws across the boundary: what does (no memory) is XSM_ERROR.
template <class Body>
xsm_status guarded(Body&& body) noexcept {
    try {
        return body();
    } catch (...) {
        return XSM_ERROR;
    }
}

std::optional<std::string> name_of(xsm_view view) {
    const std::string_view text = text_of(view);
    if (text.empty() || text.size() > name_bytes_max) return std::nullopt;
    return std::string(text);
}

std::optional<std::vector<std::string>> names_of(const xsm_view* views, size_t count) {
    if (count > names_max || (count > 0 && views == nullptr)) return std::nullopt;
    std::vector<std::string> names;
    names.reserve(count);
    for (size_t i = 0; i < count; ++i) {
        auto name = name_of(views[i]);
        if (!name) return std::nullopt;
        names.push_back(std::move(*name));
    }
    return names;
}

std::optional<Element> stanza_of(xsm_view view) {
    auto element = xmpp::parse_xml(text_of(view));
    if (!element || element->ns() != xmpp::ns::client) return std::nullopt;
    const std::string& name = element->name();
    if (name != "message" && name != "presence" && name != "iq") return std::nullopt;
    return std::move(*element);
}

std::optional<Jid> room_of(const ActionQueue& queue, xsm_view view) {
    auto jid = Jid::parse(text_of(view));
    if (!jid || !jid->is_bare() || jid->local().empty() || jid->domain() != queue.muc_domain()) {
        return std::nullopt;
    }
    return std::move(*jid);
}

/// Whether `from` is the room's bare JID or an occupant JID of it.
bool is_from_room(const Element& stanza, const Jid& room) {
    const auto from = Jid::parse(stanza.attr("from"));
    return from && from->bare() == room;
}

// --- xsm.muc

xsm_status set_interest(const xsm_host* host, const xsm_view* namespaces, size_t count) {
    return guarded([&] {
        auto names = names_of(namespaces, count);
        if (!names) return xsm_status{XSM_INVALID};
        return queue_of(host).push(SetInterest{std::move(*names)});
    });
}

xsm_status broadcast(const xsm_host* host, xsm_view room_jid, xsm_view stanza_xml) {
    return guarded([&] {
        ActionQueue& queue = queue_of(host);
        const auto room = room_of(queue, room_jid);
        auto stanza = stanza_of(stanza_xml);
        if (!room || !stanza || stanza->name() != "message" || !is_from_room(*stanza, *room)) {
            return xsm_status{XSM_INVALID};
        }
        return queue.push(Broadcast{room->to_string(), std::move(*stanza)});
    });
}

xsm_status send_to_occupant(const xsm_host* host, xsm_view room_jid, xsm_view real_jid,
                            xsm_view stanza_xml) {
    return guarded([&] {
        ActionQueue& queue = queue_of(host);
        const auto room = room_of(queue, room_jid);
        const auto to = Jid::parse(text_of(real_jid));
        auto stanza = stanza_of(stanza_xml);
        if (!room || !to || !to->is_full() || !stanza || !is_from_room(*stanza, *room)) {
            return xsm_status{XSM_INVALID};
        }
        return queue.push(SendToOccupant{room->to_string(), to->to_string(), std::move(*stanza)});
    });
}

xsm_status request_snapshot(const xsm_host* host, xsm_view room_jid) {
    return guarded([&] {
        ActionQueue& queue = queue_of(host);
        const auto room = room_of(queue, room_jid);
        if (!room) return xsm_status{XSM_INVALID};
        return queue.push(RequestSnapshot{room->to_string()});
    });
}

constexpr xsm_host_muc muc_half = {sizeof(xsm_host_muc), set_interest, broadcast, send_to_occupant,
                                   request_snapshot};

// --- xsm.stanza

xsm_status route(const xsm_host* host, xsm_view stanza_xml) {
    return guarded([&] {
        ActionQueue& queue = queue_of(host);
        auto stanza = stanza_of(stanza_xml);
        if (!stanza) return xsm_status{XSM_INVALID};
        const auto from = Jid::parse(stanza->attr("from"));
        const auto to = Jid::parse(stanza->attr("to"));
        if (!from || !to) return xsm_status{XSM_INVALID};
        const bool is_room = from->domain() == queue.muc_domain() && !from->local().empty();
        if (!is_room && !queue.owns_domain(from->domain())) return xsm_status{XSM_INVALID};
        return queue.push(Route{std::move(*stanza)});
    });
}

constexpr xsm_host_stanza stanza_half = {sizeof(xsm_host_stanza), route};

// --- xsm.service

xsm_status add_service(const xsm_host* host, xsm_view domain, xsm_view name) {
    return guarded([&] {
        const auto jid = Jid::parse(text_of(domain));
        auto display_name = name_of(name);
        if (!jid || !jid->is_domain()) return xsm_status{XSM_INVALID};
        return queue_of(host).add_service(jid->to_string(),
                                          display_name ? std::move(*display_name) : jid->domain());
    });
}

void remove_service(const xsm_host* host, xsm_view domain) {
    guarded([&] {
        if (const auto jid = Jid::parse(text_of(domain))) {
            queue_of(host).remove_service(jid->to_string());
        }
        return xsm_status{XSM_OK};
    });
}

constexpr xsm_host_service service_half = {sizeof(xsm_host_service), add_service, remove_service};

// --- xsm.disco

xsm_status set_muc_features(const xsm_host* host, const xsm_view* features, size_t count) {
    return guarded([&] {
        auto names = names_of(features, count);
        if (!names) return xsm_status{XSM_INVALID};
        return queue_of(host).push(SetMucFeatures{std::move(*names)});
    });
}

constexpr xsm_host_disco disco_half = {sizeof(xsm_host_disco), set_muc_features};

// --- xsm.adhoc

xsm_status add_command(const xsm_host* host, xsm_view node, xsm_view name,
                       xsm_adhoc_access access) {
    return guarded([&] {
        auto node_name = name_of(node);
        auto display_name = name_of(name);
        if (!node_name || !display_name) return xsm_status{XSM_INVALID};
        if (access < XSM_ADHOC_ADMIN || access > XSM_ADHOC_ADMIN_EVERYWHERE) {
            return xsm_status{XSM_UNSUPPORTED};
        }
        return queue_of(host).add_command(std::move(*node_name), std::move(*display_name), access);
    });
}

void remove_command(const xsm_host* host, xsm_view node) {
    guarded([&] {
        queue_of(host).remove_command(text_of(node));
        return xsm_status{XSM_OK};
    });
}

constexpr xsm_host_adhoc adhoc_half = {sizeof(xsm_host_adhoc), add_command, remove_command};

// --- xsm.timer

xsm_status set_timer(const xsm_host* host, uint64_t id, uint64_t delay_ms) {
    return guarded([&] { return queue_of(host).push(SetTimer{id, delay_ms}); });
}

void cancel_timer(const xsm_host* host, uint64_t id) {
    guarded([&] { return queue_of(host).push(CancelTimer{id}); });
}

constexpr xsm_host_timer timer_half = {sizeof(xsm_host_timer), set_timer, cancel_timer};

// --- xsm.room_config

xsm_status set_room_config_fields(const xsm_host* host, xsm_view fields_xml) {
    return guarded([&] {
        auto fields = RoomConfigFields::parse(text_of(fields_xml));
        if (!fields) return xsm_status{XSM_INVALID};
        return queue_of(host).set_room_config_fields(std::move(*fields));
    });
}

constexpr xsm_host_room_config room_config_half = {sizeof(xsm_host_room_config),
                                                   set_room_config_fields};

// --- xsm.route

xsm_status set_route_interest(const xsm_host* host, const xsm_view* namespaces, size_t count) {
    return guarded([&] {
        auto names = names_of(namespaces, count);
        if (!names) return xsm_status{XSM_INVALID};
        return queue_of(host).push(SetRouteInterest{std::move(*names)});
    });
}

constexpr xsm_host_route route_half = {sizeof(xsm_host_route), set_route_interest};

// --- xsm.cluster

xsm_status publish(const xsm_host* host, xsm_view key, xsm_view value) {
    return guarded([&] {
        const std::string_view name = text_of(key);
        const std::string_view text = text_of(value);
        if (name.empty() || name.size() > record_key_bytes_max ||
            text.size() > record_value_bytes_max) {
            return xsm_status{XSM_INVALID};
        }
        return queue_of(host).push(Publish{std::string(name), std::string(text)});
    });
}

void withdraw(const xsm_host* host, xsm_view key) {
    guarded([&] { return queue_of(host).push(Withdraw{std::string(text_of(key))}); });
}

// --- xsm.presence

xsm_status set_presence_interest(const xsm_host* host, const xsm_view* namespaces, size_t count) {
    return guarded([&] {
        auto names = names_of(namespaces, count);
        if (!names) return xsm_status{XSM_INVALID};
        return queue_of(host).push(SetPresenceInterest{std::move(*names)});
    });
}

constexpr xsm_host_presence presence_half = {sizeof(xsm_host_presence), set_presence_interest};

// --- xsm.options

void reload_options(const xsm_host* host) {
    guarded([&] { return queue_of(host).push(ReloadOptions{}); });
}

constexpr xsm_host_options options_half = {sizeof(xsm_host_options), reload_options};

// --- the core

const void* get_extension(const xsm_host* host, const char* id) {
    constexpr std::pair<const char*, const void*> halves[] = {
        {XSM_EXT_MUC, &muc_half},           {XSM_EXT_STANZA, &stanza_half},
        {XSM_EXT_SERVICE, &service_half},   {XSM_EXT_DISCO, &disco_half},
        {XSM_EXT_ADHOC, &adhoc_half},       {XSM_EXT_TIMER, &timer_half},
        {XSM_EXT_ROUTE, &route_half},       {XSM_EXT_ROOM_CONFIG, &room_config_half},
        {XSM_EXT_PRESENCE, &presence_half}, {XSM_EXT_OPTIONS, &options_half},
    };
    if (id == nullptr) return nullptr;
    if (std::strcmp(id, XSM_EXT_CLUSTER) == 0) return queue_of(host).halves().cluster;
    if (std::strcmp(id, XSM_EXT_STORAGE) == 0) return queue_of(host).halves().storage;
    for (const auto& [name, half] : halves) {
        if (std::strcmp(id, name) == 0) return half;
    }
    return nullptr;
}

void log(const xsm_host* host, xsm_log_level level, xsm_view message) {
    guarded([&] {
        queue_of(host).log(level, text_of(message).substr(0, log_line_bytes_max));
        return xsm_status{XSM_OK};
    });
}

void wake(const xsm_host* host) {
    guarded([&] {
        queue_of(host).wake();
        return xsm_status{XSM_OK};
    });
}

}  // namespace

xsm_host make_host(ActionQueue& queue, const char* name, const char* version) {
    xsm_host host{};
    host.struct_size = sizeof(xsm_host);
    host.abi_version = XSM_ABI_VERSION;
    host.self = &queue;
    host.name = name;
    host.version = version;
    host.get_extension = get_extension;
    host.log = log;
    host.wake = wake;
    return host;
}

xsm_host_cluster make_cluster_half(const char* node) {
    return {sizeof(xsm_host_cluster), node, publish, withdraw};
}

xsm_host_storage make_storage_half(const char* directory) {
    return {sizeof(xsm_host_storage), directory};
}

}  // namespace parley::binding
