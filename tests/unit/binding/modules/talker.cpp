// A module for the tests of the binding: it asks for what the newer extensions offer, and logs what
// it gets. What it makes of its options, the option "answer" says.

#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include "xsm/abi.h"
#include "xsm/adhoc.h"
#include "xsm/options.h"
#include "xsm/presence.h"
#include "xsm/storage.h"

namespace {

struct Talker {
    xsm_module module{};
    const xsm_host* host = nullptr;
    bool hears_options = true;
};

Talker& self(xsm_module* module) {
    return *static_cast<Talker*>(module->self);
}

xsm_view view(std::string_view text) {
    return {text.data(), text.size()};
}

std::string text(xsm_view v) {
    return std::string(v.data, v.size);
}

xsm_buf buffer(std::string_view content) {
    xsm_buf out{static_cast<char*>(std::malloc(content.size())), content.size()};
    std::memcpy(out.data, content.data(), content.size());
    return out;
}

void say(const xsm_host* host, const std::string& line) {
    host->log(host, XSM_LOG_DEBUG, view(line));
}

template <class Half>
const Half* half(const xsm_host* host, const char* id) {
    return static_cast<const Half*>(host->get_extension(host, id));
}

xsm_status start(xsm_module* module, xsm_buf*) {
    const xsm_host* host = self(module).host;
    const auto* presence = half<xsm_host_presence>(host, XSM_EXT_PRESENCE);
    const xsm_view interest[] = {view("urn:a"), view("urn:b")};
    const xsm_view nameless[] = {view("")};
    std::string statuses = "interest";
    for (const xsm_status status :
         {presence->set_interest(host, interest, 2), presence->set_interest(host, nameless, 1)})
        statuses += " " + std::to_string(status);
    say(host, statuses);
    const auto* storage = half<xsm_host_storage>(host, XSM_EXT_STORAGE);
    say(host, storage == nullptr ? "no storage" : std::string("storage ") + storage->directory);
    const auto* adhoc = half<xsm_host_adhoc>(host, XSM_EXT_ADHOC);
    const auto add = [&](std::string_view node, xsm_adhoc_access access) {
        return adhoc->add(host, view(node), view("Name"), access);
    };
    statuses = "commands";
    for (const xsm_status status : {add("a", XSM_ADHOC_ADMIN), add("b", XSM_ADHOC_ROOM_OWNER),
                                    add("c", XSM_ADHOC_ADMIN_EVERYWHERE), add("d", 3), add("d", -1),
                                    add("a", XSM_ADHOC_ROOM_OWNER)})
        statuses += " " + std::to_string(status);
    say(host, statuses);
    half<xsm_host_options>(host, XSM_EXT_OPTIONS)->reload(host);
    return XSM_OK;
}

void on_occupant_presence(xsm_module* module, const xsm_muc_room* room,
                          const xsm_muc_occupant* occupant, xsm_view payload_xml) {
    say(self(module).host, text(occupant->nick) + " in " + text(room->jid) + " has '" +
                               text(payload_xml) + "' at " + std::to_string(room->generation));
}

xsm_status on_options(xsm_module* module, const xsm_option* options, size_t count,
                      xsm_buf* message) {
    std::string answer;
    for (size_t i = 0; i < count; ++i) {
        say(self(module).host, text(options[i].key) + " = " + text(options[i].value));
        if (text(options[i].key) == "answer") answer = text(options[i].value);
    }
    if (answer == "throw") throw std::runtime_error("as asked");
    if (answer == "partly") *message = buffer("port is in force from the next start on");
    if (answer == "refuse") *message = buffer("answer cannot be refuse");
    return answer == "refuse" || answer == "refuse in silence" ? XSM_INVALID : XSM_OK;
}

const void* get_extension(xsm_module* module, const char* id) {
    static constexpr xsm_module_presence presence = {sizeof presence, on_occupant_presence};
    static constexpr xsm_module_options options = {sizeof options, on_options};
    if (std::strcmp(id, XSM_EXT_PRESENCE) == 0) return &presence;
    if (std::strcmp(id, XSM_EXT_OPTIONS) == 0 && self(module).hears_options) return &options;
    return nullptr;
}

xsm_status create(const xsm_host* host, const xsm_option* options, size_t count,
                  xsm_module** module, xsm_buf*) {
    auto* made = new Talker;
    made->host = host;
    for (size_t i = 0; i < count; ++i)
        if (text(options[i].key) == "deaf") made->hears_options = false;
    made->module = {sizeof(xsm_module),
                    made,
                    start,
                    [](xsm_module*) {},
                    [](xsm_module* gone) { delete &self(gone); },
                    [](xsm_module*) {},
                    [](xsm_module*, xsm_buf b) { std::free(b.data); },
                    get_extension};
    *module = &made->module;
    return XSM_OK;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const xsm_entry* xsm_get_entry(uint32_t);

const xsm_entry* xsm_get_entry(uint32_t) {
    static constexpr xsm_entry entry = {
        sizeof entry, 1, "talker", "1.0", "logs what it gets", create, [](xsm_buf b) {
            std::free(b.data);
        }};
    return &entry;
}
