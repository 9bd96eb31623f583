#include "tests/unit/module/recording_host.hpp"

#include <utility>

#include "module/composition/buffers.hpp"

namespace parley::module::test {

namespace {

constexpr std::string_view room_jid = "team@conference.example.org";

std::string text_of(xsm_view view) {
    return std::string(text(view));
}

}  // namespace

/// The host's halves of the extensions.
struct HostFunctions {
    static void log(const xsm_host* host, xsm_log_level, xsm_view message) {
        RecordingHost::of(host).logged.push_back(text_of(message));
    }

    static void wake(const xsm_host* host) { RecordingHost::of(host).woken_ = true; }

    static xsm_status set_interest(const xsm_host* host, const xsm_view* list, size_t count) {
        std::string line = "interest";
        for (size_t i = 0; i < count; ++i)
            line += ' ' + text_of(list[i]);
        RecordingHost::of(host).note(line);
        return XSM_OK;
    }

    static xsm_status set_presence_interest(const xsm_host* host, const xsm_view* list,
                                            size_t count) {
        std::string line = "presence";
        for (size_t i = 0; i < count; ++i)
            line += ' ' + text_of(list[i]);
        RecordingHost::of(host).note(line);
        return XSM_OK;
    }

    static xsm_status broadcast(const xsm_host* host, xsm_view, xsm_view stanza) {
        RecordingHost::of(host).note("broadcast " + text_of(stanza));
        return XSM_OK;
    }

    static xsm_status send_to_occupant(const xsm_host* host, xsm_view, xsm_view jid,
                                       xsm_view stanza) {
        RecordingHost::of(host).note("send " + text_of(jid) + ' ' + text_of(stanza));
        return XSM_OK;
    }

    static xsm_status request_snapshot(const xsm_host* host, xsm_view room) {
        RecordingHost::of(host).note("snapshot " + text_of(room));
        return XSM_OK;
    }

    static xsm_status route(const xsm_host* host, xsm_view stanza) {
        RecordingHost::of(host).note("route " + text_of(stanza));
        return XSM_OK;
    }

    static xsm_status add_service(const xsm_host* host, xsm_view domain, xsm_view) {
        if (text(domain) == "taken.example.org") return XSM_INVALID;
        RecordingHost::of(host).note("service " + text_of(domain));
        return XSM_OK;
    }

    static void remove_service(const xsm_host* host, xsm_view domain) {
        RecordingHost::of(host).note("no service " + text_of(domain));
    }

    static xsm_status set_timer(const xsm_host* host, uint64_t id, uint64_t delay_ms) {
        RecordingHost::of(host).timers[id] = delay_ms;
        return XSM_OK;
    }

    static void cancel_timer(const xsm_host* host, uint64_t id) {
        RecordingHost::of(host).timers.erase(id);
    }

    static xsm_status set_muc_features(const xsm_host* host, const xsm_view* list, size_t count) {
        std::string line = "features";
        for (size_t i = 0; i < count; ++i)
            line += ' ' + text_of(list[i]);
        RecordingHost::of(host).note(line);
        return XSM_OK;
    }

    static xsm_status add_command(const xsm_host* host, xsm_view node, xsm_view,
                                  xsm_adhoc_access access) {
        const std::string whose = access == XSM_ADHOC_ROOM_OWNER ? "owners' " : "";
        RecordingHost::of(host).note(whose + "command " + text_of(node));
        return XSM_OK;
    }

    static void remove_command(const xsm_host* host, xsm_view node) {
        RecordingHost::of(host).note("no command " + text_of(node));
    }

    static xsm_status set_route_interest(const xsm_host* host, const xsm_view* list, size_t count) {
        std::string line = "IQs";
        for (size_t i = 0; i < count; ++i)
            line += ' ' + text_of(list[i]);
        RecordingHost::of(host).note(line);
        return XSM_OK;
    }

    static xsm_status set_fields(const xsm_host* host, xsm_view fields) {
        RecordingHost::of(host).note("fields " + text_of(fields).substr(0, 28));
        return XSM_OK;
    }

    static void reload(const xsm_host* host) { RecordingHost::of(host).note("reload"); }

    static constexpr xsm_host_muc muc = {sizeof(xsm_host_muc), set_interest, broadcast,
                                         send_to_occupant, request_snapshot};
    static constexpr xsm_host_presence presence = {sizeof(xsm_host_presence),
                                                   set_presence_interest};
    static constexpr xsm_host_stanza stanza = {sizeof(xsm_host_stanza), route};
    static constexpr xsm_host_service service = {sizeof(xsm_host_service), add_service,
                                                 remove_service};
    static constexpr xsm_host_timer timer = {sizeof(xsm_host_timer), set_timer, cancel_timer};
    static constexpr xsm_host_disco disco = {sizeof(xsm_host_disco), set_muc_features};
    static constexpr xsm_host_adhoc adhoc = {sizeof(xsm_host_adhoc), add_command, remove_command};
    static constexpr xsm_host_options options = {sizeof(xsm_host_options), reload};
    static constexpr xsm_host_room_config room_config = {sizeof(xsm_host_room_config), set_fields};
    static constexpr xsm_host_route route_iqs = {sizeof(xsm_host_route), set_route_interest};
};

class RecordingHost::SimulatedPlane : public MediaPlane {
  public:
    SimulatedPlane(RecordingHost& host, std::function<void(MediaEvent)> on_event)
        : host_(host), on_event_(std::move(on_event)) {}

    ~SimulatedPlane() override { host_.note("media joined"); }

    void execute(const MediaCommand& command) override {
        for (const MediaEvent& event : host_.media.execute(command))
            on_event_(event);
        for (const std::string& line : host_.media.take_log())
            host_.note("media " + line);
    }

    MediaStatistics statistics(const CallId&) const override { return host_.media.statistics(); }

  private:
    RecordingHost& host_;
    std::function<void(MediaEvent)> on_event_;
};

MediaPlaneFactory RecordingHost::simulated_plane() {
    return [this](const MediaOptions& options, const Settings&,
                  std::function<void(MediaEvent)> on_event) -> std::unique_ptr<MediaPlane> {
        if (options.workers == 13) throw std::runtime_error("no thread can be started");
        return std::make_unique<SimulatedPlane>(*this, std::move(on_event));
    };
}

RecordingHost::RecordingHost(const Options& options, std::string_view missing,
                             std::string_view storage)
    : missing_(missing),
      directory_(storage),
      storage_{sizeof(xsm_host_storage), directory_.c_str()},
      host_{sizeof(xsm_host),   XSM_ABI_VERSION,    this, "recording", "1", find_extension,
            HostFunctions::log, HostFunctions::wake} {
    std::vector<xsm_option> table;
    for (const auto& [key, value] : options)
        table.push_back({view(key), view(value)});
    xsm_buf error{nullptr, 0};
    create_instance(&host_, table.data(), table.size(), simulated_plane(), &module_, &error);
    if (error.size > 0) create_error.assign(error.data, error.size);
    release(error);
}

RecordingHost::~RecordingHost() {
    if (module_) module_->destroy(module_);
}

const void* RecordingHost::find_extension(const xsm_host* host, const char* id) {
    const std::string_view wanted(id);
    if (wanted == of(host).missing_) return nullptr;
    if (wanted == XSM_EXT_MUC) return &HostFunctions::muc;
    if (wanted == XSM_EXT_PRESENCE) return &HostFunctions::presence;
    if (wanted == XSM_EXT_STANZA) return &HostFunctions::stanza;
    if (wanted == XSM_EXT_SERVICE) return &HostFunctions::service;
    if (wanted == XSM_EXT_TIMER) return &HostFunctions::timer;
    if (wanted == XSM_EXT_DISCO) return &HostFunctions::disco;
    if (wanted == XSM_EXT_ADHOC) return &HostFunctions::adhoc;
    if (wanted == XSM_EXT_OPTIONS) return &HostFunctions::options;
    if (wanted == XSM_EXT_STORAGE) {
        return of(host).directory_.empty() ? nullptr : &of(host).storage_;
    }
    if (wanted == XSM_EXT_ROUTE) return &HostFunctions::route_iqs;
    if (wanted == XSM_EXT_ROOM_CONFIG) return &HostFunctions::room_config;
    return nullptr;
}

std::string RecordingHost::reads_options(const Options& options) {
    std::vector<xsm_option> table;
    for (const auto& [key, value] : options)
        table.push_back({view(key), view(value)});
    xsm_buf message{nullptr, 0};
    const xsm_status status = extension<xsm_module_options>(XSM_EXT_OPTIONS)
                                  ->on_options(module_, table.data(), table.size(), &message);
    std::string said = status == XSM_OK ? "in force" : "refused";
    if (message.size > 0) said += ": " + std::string(message.data, message.size);
    module_->free_buf(module_, message);
    return said;
}

std::string RecordingHost::start() {
    xsm_buf error{nullptr, 0};
    const xsm_status status = module_->start(module_, &error);
    std::string why = error.size > 0 ? std::string(error.data, error.size) : "";
    module_->free_buf(module_, error);
    return status == XSM_OK ? "" : "failed: " + why;
}

void RecordingHost::wake_if_asked() {
    while (std::exchange(woken_, false))
        module_->on_wake(module_);
}

xsm_muc_room RecordingHost::room() const {
    return {sizeof(xsm_muc_room), flags_, generation_, view(room_jid)};
}

xsm_muc_room RecordingHost::next_room() {
    ++generation_;
    return room();
}

void RecordingHost::configured(uint32_t flags) {
    flags_ = flags;
    const xsm_muc_room now = next_room();
    extension<xsm_module_muc>(XSM_EXT_MUC)->on_room_configured(module_, &now);
}

void RecordingHost::joined(const std::string& name, xsm_muc_affiliation affiliation) {
    occupants_[name] = affiliation;
    const std::string jid = name + "@example.org/phone";
    const xsm_muc_occupant occupant{sizeof(xsm_muc_occupant), view(name), view(jid), affiliation,
                                    XSM_MUC_PARTICIPANT};
    const xsm_muc_room now = next_room();
    extension<xsm_module_muc>(XSM_EXT_MUC)->on_occupant_joined(module_, &now, &occupant);
}

void RecordingHost::presence(const std::string& name, const std::string& payload) {
    const std::string jid = name + "@example.org/phone";
    const xsm_muc_occupant occupant{sizeof(xsm_muc_occupant), view(name), view(jid),
                                    occupants_[name], XSM_MUC_PARTICIPANT};
    const xsm_muc_room now = room();
    extension<xsm_module_presence>(XSM_EXT_PRESENCE)
        ->on_occupant_presence(module_, &now, &occupant, view(payload));
}

void RecordingHost::left(const std::string& name, xsm_muc_leave_reason reason) {
    const std::string jid = name + "@example.org/phone";
    const xsm_muc_occupant occupant{sizeof(xsm_muc_occupant), view(name), view(jid),
                                    occupants_[name], XSM_MUC_PARTICIPANT};
    const xsm_muc_room now = next_room();
    extension<xsm_module_muc>(XSM_EXT_MUC)->on_occupant_left(module_, &now, &occupant, reason);
    occupants_.erase(name);
}

void RecordingHost::destroyed() {
    const xsm_muc_room now = next_room();
    extension<xsm_module_muc>(XSM_EXT_MUC)->on_room_destroyed(module_, &now);
}

std::string RecordingHost::says(const std::string& name, const std::string& stanza) {
    const std::string jid = name + "@example.org/phone";
    const xsm_muc_occupant sender{sizeof(xsm_muc_occupant), view(name), view(jid), occupants_[name],
                                  XSM_MUC_PARTICIPANT};
    const xsm_muc_room now = room();
    const xsm_muc_message message{sizeof(xsm_muc_message), &now, &sender, view(stanza)};
    xsm_muc_verdict verdict{sizeof(xsm_muc_verdict), XSM_MUC_PASS, {nullptr, 0}};
    extension<xsm_module_muc>(XSM_EXT_MUC)->on_message(module_, &message, &verdict);
    const std::string xml(verdict.xml.size ? std::string(verdict.xml.data, verdict.xml.size) : "");
    module_->free_buf(module_, verdict.xml);
    if (verdict.kind == XSM_MUC_PASS) return "pass";
    return (verdict.kind == XSM_MUC_DROP ? "drop " : "replace ") + xml;
}

int32_t RecordingHost::asks(const std::string& name, const std::string& iq) {
    const std::string jid = name + "@example.org/phone";
    const xsm_muc_occupant sender{sizeof(xsm_muc_occupant), view(name), view(jid), occupants_[name],
                                  XSM_MUC_PARTICIPANT};
    const xsm_muc_room now = room();
    return extension<xsm_module_muc>(XSM_EXT_MUC)->on_room_iq(module_, &now, &sender, view(iq));
}

void RecordingHost::to_service(const std::string& stanza) {
    extension<xsm_module_service>(XSM_EXT_SERVICE)->on_stanza(module_, view(stanza));
}

void RecordingHost::timer() {
    const auto timers_due = std::exchange(timers, {});
    for (const auto& [id, delay] : timers_due) {
        extension<xsm_module_timer>(XSM_EXT_TIMER)->on_timer(module_, id);
    }
}

std::string RecordingHost::room_info() {
    xsm_buf out{nullptr, 0};
    extension<xsm_module_disco>(XSM_EXT_DISCO)->on_room_info(module_, view(room_jid), &out);
    std::string xml(out.data, out.size);
    module_->free_buf(module_, out);
    return xml;
}

std::string RecordingHost::command(const std::string& iq) {
    xsm_buf out{nullptr, 0};
    extension<xsm_module_adhoc>(XSM_EXT_ADHOC)->on_command(module_, view(iq), &out);
    std::string xml(out.data, out.size);
    module_->free_buf(module_, out);
    return xml;
}

std::string RecordingHost::submits(const std::string& values) {
    const auto* room_config = extension<xsm_module_room_config>(XSM_EXT_ROOM_CONFIG);
    const xsm_muc_room now = room();
    xsm_buf error{nullptr, 0};
    room_config->on_room_submitted(module_, &now, view(values), &error);
    std::string xml(error.data, error.size);
    module_->free_buf(module_, error);
    if (xml.empty()) room_config->on_room_values(module_, view(room_jid), view(values));
    return xml;
}

std::string RecordingHost::user_iq(const std::string& iq) {
    xsm_buf error{nullptr, 0};
    extension<xsm_module_route>(XSM_EXT_ROUTE)->on_iq(module_, view(iq), &error);
    std::string xml(error.data, error.size);
    module_->free_buf(module_, error);
    return xml;
}

void RecordingHost::lost_node(const std::string& node, const std::string& record) {
    const xsm_cluster_record records[] = {{sizeof(xsm_cluster_record), view("key"), view(record)}};
    extension<xsm_module_cluster>(XSM_EXT_CLUSTER)
        ->on_node_lost(module_, view(node), 1, records, 1);
}

std::vector<std::string> RecordingHost::take() {
    return std::exchange(done_, {});
}

}  // namespace parley::module::test
