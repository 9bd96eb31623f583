/// The C side of an instance: every function of the ABI, each behind a fence.
#include "module/composition/buffers.hpp"
#include "module/composition/instance.hpp"
#include "module/composition/stanza_in.hpp"
#include "xmpp/stanza_error.hpp"
#include "xmpp/xml.hpp"
#include "xsm/fence.hpp"

namespace parley::module {

namespace {

template <class Body>
xsm_status fenced(xsm_module* module, const char* function, Body&& body) {
    Instance& instance = Instance::of(module);
    return abi::fence(instance.host().raw(), function, [&] { return body(instance); });
}

/// Passes on a room event whose parts are valid; a host that sends others has a bug, and is told in
/// the log.
template <class Event, class... Rest>
void on_occupant_event(xsm_module* module, const char* function, const xsm_muc_room* room,
                       const xsm_muc_occupant* occupant, Rest... rest) {
    fenced(module, function, [&](Instance& instance) {
        const auto head = room_in(*room);
        const auto who = occupant_in(*occupant);
        if (head && who) {
            instance.on_room(Event{*head, *who, rest...});
        } else {
            instance.host().log(LogLevel::error, std::string(function) + ": " +
                                                     (head ? who.error().text : head.error().text));
        }
    });
}

template <class Event>
void on_room_event(xsm_module* module, const char* function, const xsm_muc_room* room) {
    fenced(module, function, [&](Instance& instance) {
        const auto head = room_in(*room);
        if (head) {
            instance.on_room(Event{*head});
        } else {
            instance.host().log(LogLevel::error, std::string(function) + ": " + head.error().text);
        }
    });
}

void on_room_snapshot(xsm_module* module, const xsm_muc_room* room,
                      const xsm_muc_occupant* occupants, size_t occupant_count) {
    fenced(module, "on_room_snapshot", [&](Instance& instance) {
        const auto head = room_in(*room);
        if (!head) return;
        RoomSnapshot snapshot{*head, {}};
        for (size_t i = 0; i < occupant_count; ++i) {
            if (const auto occupant = occupant_in(occupants[i])) {
                snapshot.occupants.push_back(*occupant);
            }
        }
        instance.on_room(snapshot);
    });
}

void on_room_configured(xsm_module* module, const xsm_muc_room* room) {
    on_room_event<RoomConfigured>(module, "on_room_configured", room);
}

void on_room_destroyed(xsm_module* module, const xsm_muc_room* room) {
    on_room_event<RoomDestroyed>(module, "on_room_destroyed", room);
}

void on_occupant_joined(xsm_module* module, const xsm_muc_room* room,
                        const xsm_muc_occupant* occupant) {
    on_occupant_event<OccupantJoined>(module, "on_occupant_joined", room, occupant);
}

void on_occupant_changed(xsm_module* module, const xsm_muc_room* room, xsm_view /*old_nick*/,
                         const xsm_muc_occupant* occupant) {
    on_occupant_event<OccupantChanged>(module, "on_occupant_changed", room, occupant);
}

void on_occupant_left(xsm_module* module, const xsm_muc_room* room,
                      const xsm_muc_occupant* occupant, xsm_muc_leave_reason reason) {
    on_occupant_event<OccupantLeft>(module, "on_occupant_left", room, occupant,
                                    leave_reason_in(reason));
}

void on_occupant_presence(xsm_module* module, const xsm_muc_room* room,
                          const xsm_muc_occupant* occupant, xsm_view payload_xml) {
    fenced(module, "on_occupant_presence",
           [&](Instance& instance) { instance.on_presence(*room, *occupant, payload_xml); });
}

void put_verdict(const Verdict& verdict, xsm_muc_verdict* out) {
    if (const auto* drop = std::get_if<Drop>(&verdict)) {
        out->kind = XSM_MUC_DROP;
        out->xml = make_buffer(xmpp::to_xml(drop->error));
    } else if (const auto* replace = std::get_if<Replace>(&verdict)) {
        out->kind = XSM_MUC_REPLACE;
        out->xml = make_buffer(xmpp::to_xml(replace->message));
    }
}

/// Closed until judged: what throws on the way is not broadcast.
void on_message(xsm_module* module, const xsm_muc_message* message, xsm_muc_verdict* verdict) {
    verdict->kind = XSM_MUC_DROP;
    fenced(module, "on_message", [&](Instance& instance) {
        const Verdict judged = instance.on_message(*message);
        verdict->kind = XSM_MUC_PASS;
        put_verdict(judged, verdict);
    });
}

int32_t on_room_iq(xsm_module* module, const xsm_muc_room* room, const xsm_muc_occupant* sender,
                   xsm_view stanza_xml) {
    int32_t answered = 0;
    fenced(module, "on_room_iq", [&](Instance& instance) {
        answered = instance.on_room_iq(*room, sender, stanza_xml) ? 1 : 0;
    });
    return answered;
}

void on_timer(xsm_module* module, uint64_t /*id*/) {
    fenced(module, "on_timer", [](Instance& instance) { instance.on_timer(); });
}

void on_stanza(xsm_module* module, xsm_view stanza_xml) {
    fenced(module, "on_stanza", [&](Instance& instance) { instance.on_stanza(stanza_xml); });
}

void on_room_info(xsm_module* module, xsm_view room_jid, xsm_buf* out) {
    fenced(module, "on_room_info",
           [&](const Instance& instance) { *out = make_buffer(instance.on_room_info(room_jid)); });
}

void on_command(xsm_module* module, xsm_view stanza_xml, xsm_buf* out) {
    fenced(module, "on_command",
           [&](Instance& instance) { *out = make_buffer(instance.on_command(stanza_xml)); });
}

xmpp::Element internal_error() {
    return xmpp::StanzaError{xmpp::ErrorType::cancel, xmpp::Condition::internal_server_error,
                             "The call service failed. Tell the administrator of this server.",
                             std::nullopt}
        .to_element();
}

/// Closed until judged, like on_message.
void on_room_submitted(xsm_module* module, const xsm_muc_room* room, xsm_view values_xml,
                       xsm_buf* error) {
    std::string refusal = xmpp::to_xml(internal_error());
    fenced(module, "on_room_submitted", [&](const Instance& instance) {
        refusal = instance.on_room_submitted(*room, values_xml);
    });
    *error = make_buffer(refusal);
}

void on_room_values(xsm_module* module, xsm_view room_jid, xsm_view values_xml) {
    fenced(module, "on_room_values",
           [&](Instance& instance) { instance.on_room_values(room_jid, values_xml); });
}

/// Likewise.
void on_iq(xsm_module* module, xsm_view stanza_xml, xsm_buf* error) {
    std::string refusal = xmpp::to_xml(internal_error());
    fenced(module, "on_iq",
           [&](const Instance& instance) { refusal = instance.on_user_iq(stanza_xml); });
    *error = make_buffer(refusal);
}

void on_node_lost(xsm_module* module, xsm_view node, int32_t is_elected,
                  const xsm_cluster_record* records, size_t record_count) {
    fenced(module, "on_node_lost", [&](Instance& instance) {
        instance.on_node_lost(text(node), is_elected != 0, {records, record_count});
    });
}

xsm_status on_options(xsm_module* module, const xsm_option* options, size_t option_count,
                      xsm_buf* message) {
    return fenced(module, "on_options", [&](Instance& instance) -> xsm_status {
        const auto [is_in_force, text] =
            instance.on_options(read_options(options_in({options, option_count})));
        *message = make_buffer(text);
        return is_in_force ? XSM_OK : XSM_INVALID;
    });
}

constexpr xsm_module_muc muc = {sizeof(xsm_module_muc), on_room_snapshot,   on_room_configured,
                                on_room_destroyed,      on_occupant_joined, on_occupant_changed,
                                on_occupant_left,       on_message,         on_room_iq};
constexpr xsm_module_presence presence = {sizeof(xsm_module_presence), on_occupant_presence};
constexpr xsm_module_timer timer = {sizeof(xsm_module_timer), on_timer};
constexpr xsm_module_service service = {sizeof(xsm_module_service), on_stanza};
constexpr xsm_module_disco disco = {sizeof(xsm_module_disco), on_room_info};
constexpr xsm_module_adhoc adhoc = {sizeof(xsm_module_adhoc), on_command};
constexpr xsm_module_route route = {sizeof(xsm_module_route), on_iq};
constexpr xsm_module_room_config room_config = {sizeof(xsm_module_room_config), on_room_submitted,
                                                on_room_values};
constexpr xsm_module_cluster cluster = {sizeof(xsm_module_cluster), on_node_lost};
constexpr xsm_module_options changed_options = {sizeof(xsm_module_options), on_options};

xsm_status start(xsm_module* module, xsm_buf* error) {
    return fenced(module, "start", [&](Instance& instance) -> xsm_status {
        const auto failed = instance.start();
        if (!failed) return XSM_OK;
        *error = make_buffer(*failed);
        return XSM_ERROR;
    });
}

void stop(xsm_module* module) {
    fenced(module, "stop", [](Instance& instance) { instance.stop(); });
}

void destroy(xsm_module* module) {
    const xsm_host* host = Instance::of(module).host().raw();
    abi::fence(host, "destroy", [&] { delete &Instance::of(module); });
}

void on_wake(xsm_module* module) {
    fenced(module, "on_wake", [](Instance& instance) { instance.on_wake(); });
}

void free_buf(xsm_module* /*module*/, xsm_buf buffer) {
    release(buffer);
}

const void* get_extension(xsm_module* /*module*/, const char* id) {
    const std::string_view wanted(id);
    if (wanted == XSM_EXT_MUC) return &muc;
    if (wanted == XSM_EXT_PRESENCE) return &presence;
    if (wanted == XSM_EXT_TIMER) return &timer;
    if (wanted == XSM_EXT_SERVICE) return &service;
    if (wanted == XSM_EXT_DISCO) return &disco;
    if (wanted == XSM_EXT_ADHOC) return &adhoc;
    if (wanted == XSM_EXT_ROUTE) return &route;
    if (wanted == XSM_EXT_ROOM_CONFIG) return &room_config;
    if (wanted == XSM_EXT_CLUSTER) return &cluster;
    if (wanted == XSM_EXT_OPTIONS) return &changed_options;
    return nullptr;
}

}  // namespace

xsm_module module_table(Instance& instance) {
    return {sizeof(xsm_module), &instance, start, stop, destroy, on_wake, free_buf, get_extension};
}

}  // namespace parley::module
