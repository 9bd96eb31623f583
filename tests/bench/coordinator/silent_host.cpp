#include "tests/bench/coordinator/silent_host.hpp"

#include <stdexcept>

#include "module/composition/buffers.hpp"
#include "xsm/stanza.h"
#include "xsm/timer.h"

namespace parley::module::bench {

namespace {

constexpr xsm_host_muc muc = {
    sizeof(xsm_host_muc), [](const xsm_host*, const xsm_view*, size_t) { return xsm_status{}; },
    [](const xsm_host*, xsm_view, xsm_view) { return xsm_status{}; },
    [](const xsm_host*, xsm_view, xsm_view, xsm_view) { return xsm_status{}; },
    [](const xsm_host*, xsm_view) { return xsm_status{}; }};
constexpr xsm_host_stanza stanza = {sizeof(xsm_host_stanza),
                                    [](const xsm_host*, xsm_view) { return xsm_status{}; }};
constexpr xsm_host_timer timer = {sizeof(xsm_host_timer),
                                  [](const xsm_host*, uint64_t, uint64_t) { return xsm_status{}; },
                                  [](const xsm_host*, uint64_t) {}};

const void* find_extension(const xsm_host*, const char* id) {
    const std::string_view wanted(id);
    if (wanted == XSM_EXT_MUC) return &muc;
    if (wanted == XSM_EXT_STANZA) return &stanza;
    if (wanted == XSM_EXT_TIMER) return &timer;
    return nullptr;
}

constexpr uint32_t private_room = XSM_MUC_ROOM_MEMBERS_ONLY | XSM_MUC_ROOM_NON_ANONYMOUS;

xsm_muc_room room_of(std::string_view jid, uint64_t generation) {
    return {sizeof(xsm_muc_room), private_room, generation, view(jid)};
}

xsm_muc_occupant occupant_of(const Client& client) {
    return {sizeof(xsm_muc_occupant), view(client.nick), view(client.jid), XSM_MUC_MEMBER,
            XSM_MUC_PARTICIPANT};
}

}  // namespace

SilentHost::SilentHost(uint32_t calls_per_room_max)
    : host_{sizeof(xsm_host),
            XSM_ABI_VERSION,
            this,
            "bench",
            "1",
            find_extension,
            [](const xsm_host*, xsm_log_level, xsm_view) {},
            [](const xsm_host*) {}} {
    const std::string calls_max = std::to_string(calls_per_room_max);
    const xsm_option options[] = {{view("calls_per_room_max"), view(calls_max)},
                                  {view("ring_timeout_s"), view("86400")},
                                  {view("proposals_per_minute_max"), view("6000")},
                                  {view("room_proposals_per_minute_max"), view("60000")},
                                  {view("call_messages_per_minute_max"), view("60000")}};
    xsm_buf error{nullptr, 0};
    create_instance(&host_, options, std::size(options), {}, &module_, &error);
    if (!module_ || module_->start(module_, &error) != XSM_OK) {
        throw std::runtime_error(std::string(error.data, error.size));
    }
    muc_ = extension<xsm_module_muc>(XSM_EXT_MUC);
}

SilentHost::~SilentHost() {
    module_->stop(module_);
    module_->destroy(module_);
}

void SilentHost::configured(std::string_view room) {
    const xsm_muc_room head = room_of(room, 1);
    muc_->on_room_configured(module_, &head);
}

void SilentHost::joined(std::string_view room, uint64_t generation, const Client& client) {
    const xsm_muc_room head = room_of(room, generation);
    const xsm_muc_occupant occupant = occupant_of(client);
    muc_->on_occupant_joined(module_, &head, &occupant);
}

xsm_muc_verdict_kind SilentHost::says(std::string_view room, uint64_t generation,
                                      const Client& client, std::string_view stanza_xml) {
    const xsm_muc_room head = room_of(room, generation);
    const xsm_muc_occupant sender = occupant_of(client);
    const xsm_muc_message message{sizeof(xsm_muc_message), &head, &sender, view(stanza_xml)};
    xsm_muc_verdict verdict{sizeof(xsm_muc_verdict), XSM_MUC_PASS, {nullptr, 0}};
    muc_->on_message(module_, &message, &verdict);
    module_->free_buf(module_, verdict.xml);
    return verdict.kind;
}

std::string SilentHost::command(std::string_view iq) {
    xsm_buf out{nullptr, 0};
    extension<xsm_module_adhoc>(XSM_EXT_ADHOC)->on_command(module_, view(iq), &out);
    std::string answer(out.data, out.size);
    module_->free_buf(module_, out);
    return answer;
}

}  // namespace parley::module::bench
