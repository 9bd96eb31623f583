// The witness's life.
#include <utility>

#include "tests/scenarios/abi/witness/witness.hpp"

namespace witness {

namespace {

constexpr std::string_view fields =
    "<field xmlns='jabber:x:data' type='fixed'><value>What the witness asks</value></field>"
    "<field xmlns='jabber:x:data' type='boolean' var='urn:parley:witness:0#flag' label='A flag'>"
    "<value>true</value></field>"
    "<field xmlns='jabber:x:data' type='list-single' var='urn:parley:witness:0#level' "
    "label='A level'><value>low</value><option label='Low'><value>low</value></option>"
    "<option label='High'><value>high</value></option></field>"
    "<field xmlns='jabber:x:data' type='text-single' var='urn:parley:witness:0#text' "
    "label='A text'><value>default</value></field>";

xsm_status start(xsm_module* module, xsm_buf* error) {
    Witness& self = self_of(module);
    const xsm_view name = view(ours);
    self.muc->set_interest(self.host, &name, 1);
    self.disco->set_muc_features(self.host, &name, 1);
    self.adhoc->add(self.host, view("urn:parley:witness:0#hello"), view("Hello"), XSM_ADHOC_ADMIN);
    if (self.adhoc->add(self.host, view("urn:parley:witness:0#room-hello"), view("Hello, room"),
                        XSM_ADHOC_ROOM_OWNER) == XSM_INVALID) {
        *error = copy("the host does not take the command of rooms");
        return XSM_ERROR;
    }
    if (self.service->add(self.host, view(self.sfu_jid), view("Witness")) != XSM_OK) {
        *error = copy("somebody has " + self.sfu_jid);
        return XSM_ERROR;
    }
    if (self.route != nullptr) self.route->set_interest(self.host, &name, 1);
    if (self.presence != nullptr) self.presence->set_interest(self.host, &name, 1);
    if (self.room_config != nullptr &&
        self.room_config->set_fields(self.host, view(fields)) != XSM_OK) {
        *error = copy("the host does not take the fields");
        return XSM_ERROR;
    }
    return XSM_OK;
}

void stop(xsm_module* module) {
    Witness& self = self_of(module);
    if (self.waker.joinable()) self.waker.join();
    Element did("did", ours);
    did.set_attr("what", "stop");
    say_everywhere(self, did);
}

const void* get_extension(xsm_module*, const char* id) {
    static constexpr std::pair<std::string_view, const void*> halves[] = {
        {XSM_EXT_MUC, &muc_half},           {XSM_EXT_SERVICE, &service_half},
        {XSM_EXT_DISCO, &disco_half},       {XSM_EXT_ADHOC, &adhoc_half},
        {XSM_EXT_TIMER, &timer_half},       {XSM_EXT_ROUTE, &route_half},
        {XSM_EXT_CLUSTER, &cluster_half},   {XSM_EXT_ROOM_CONFIG, &room_config_half},
        {XSM_EXT_PRESENCE, &presence_half}, {XSM_EXT_OPTIONS, &options_half},
    };
    for (const auto& [name, half] : halves) {
        if (name == id) return half;
    }
    return nullptr;
}

template <class Half>
const Half* half(const xsm_host* host, const char* id) {
    return static_cast<const Half*>(host->get_extension(host, id));
}

xsm_status create(const xsm_host* host, const xsm_option* options, size_t count,
                  xsm_module** module, xsm_buf* error) {
    auto* self = new Witness;
    for (size_t i = 0; i < count; ++i) {
        if (text_of(options[i].key) == "sfu_jid") self->sfu_jid = text_of(options[i].value);
    }
    self->host = host;
    self->muc = half<xsm_host_muc>(host, XSM_EXT_MUC);
    self->stanza = half<xsm_host_stanza>(host, XSM_EXT_STANZA);
    self->service = half<xsm_host_service>(host, XSM_EXT_SERVICE);
    self->disco = half<xsm_host_disco>(host, XSM_EXT_DISCO);
    self->adhoc = half<xsm_host_adhoc>(host, XSM_EXT_ADHOC);
    self->timer = half<xsm_host_timer>(host, XSM_EXT_TIMER);
    self->route = half<xsm_host_route>(host, XSM_EXT_ROUTE);
    self->room_config = half<xsm_host_room_config>(host, XSM_EXT_ROOM_CONFIG);
    self->cluster = half<xsm_host_cluster>(host, XSM_EXT_CLUSTER);
    self->presence = half<xsm_host_presence>(host, XSM_EXT_PRESENCE);
    self->storage = half<xsm_host_storage>(host, XSM_EXT_STORAGE);
    self->options = half<xsm_host_options>(host, XSM_EXT_OPTIONS);
    if (host->get_extension(host, "xsm.no-such-thing/1") != nullptr || !self->muc ||
        !self->stanza || !self->service || !self->disco || !self->adhoc || !self->timer) {
        *error = copy("the host lacks an extension, or has one that does not exist");
        delete self;
        return XSM_UNSUPPORTED;
    }
    self->module = {sizeof(xsm_module),
                    self,
                    start,
                    stop,
                    [](xsm_module* made) { delete &self_of(made); },
                    on_wake,
                    [](xsm_module*, xsm_buf buffer) { std::free(buffer.data); },
                    get_extension};
    *module = &self->module;
    return XSM_OK;
}

}  // namespace

}  // namespace witness

extern "C" __attribute__((visibility("default"))) const xsm_entry* xsm_get_entry(uint32_t);

const xsm_entry* xsm_get_entry(uint32_t) {
    static constexpr xsm_entry entry = {sizeof entry,
                                        1,
                                        "witness",
                                        "1.0",
                                        "does as it is told, and tells what it saw",
                                        witness::create,
                                        [](xsm_buf buffer) { std::free(buffer.data); }};
    return &entry;
}
