/// The module behind the functions of the ABI: each line of the input is one call of a host's, made
/// of a letter and fields between tabs, whatever their bytes. What the module says must be XML.
#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include "module/composition/buffers.hpp"
#include "module/composition/entry.hpp"
#include "tests/fuzz/fuzz_check.hpp"
#include "tests/unit/module/simulated_media.hpp"
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
#include "xsm/timer.h"

using namespace parley;
using namespace parley::module;

namespace {

constexpr size_t calls_max = 64;
constexpr size_t fields_max = 8;

using Fields = std::array<std::string_view, fields_max>;

void check_xml(std::string_view xml) {
    fuzz_check(xmpp::parse_xml("<x>" + std::string(xml) + "</x>").has_value(),
               "what the module says is XML");
}

xsm_status take_list(const xsm_host*, const xsm_view*, size_t) {
    return XSM_OK;
}

xsm_status take_stanza(const xsm_host*, xsm_view stanza) {
    check_xml(text(stanza));
    return XSM_OK;
}

xsm_status take_room_stanza(const xsm_host*, xsm_view, xsm_view stanza) {
    check_xml(text(stanza));
    return XSM_OK;
}

xsm_status take_occupant_stanza(const xsm_host*, xsm_view, xsm_view, xsm_view stanza) {
    check_xml(text(stanza));
    return XSM_OK;
}

constexpr xsm_host_muc muc = {sizeof(xsm_host_muc), take_list, take_room_stanza,
                              take_occupant_stanza,
                              [](const xsm_host*, xsm_view) { return xsm_status{XSM_OK}; }};
constexpr xsm_host_stanza stanza = {sizeof(xsm_host_stanza), take_stanza};
constexpr xsm_host_service service = {
    sizeof(xsm_host_service),
    [](const xsm_host*, xsm_view, xsm_view) { return xsm_status{XSM_OK}; },
    [](const xsm_host*, xsm_view) {}};
constexpr xsm_host_timer timer = {
    sizeof(xsm_host_timer), [](const xsm_host*, uint64_t, uint64_t) { return xsm_status{XSM_OK}; },
    [](const xsm_host*, uint64_t) {}};
constexpr xsm_host_cluster cluster = {sizeof(xsm_host_cluster), "one", take_room_stanza,
                                      [](const xsm_host*, xsm_view) {}};

const void* find_extension(const xsm_host*, const char* id) {
    const std::string_view wanted(id);
    if (wanted == XSM_EXT_MUC) return &muc;
    if (wanted == XSM_EXT_STANZA) return &stanza;
    if (wanted == XSM_EXT_SERVICE) return &service;
    if (wanted == XSM_EXT_TIMER) return &timer;
    if (wanted == XSM_EXT_CLUSTER) return &cluster;
    return nullptr;
}

class SimulatedPlane : public MediaPlane {
  public:
    explicit SimulatedPlane(std::function<void(MediaEvent)> on_event)
        : on_event_(std::move(on_event)) {}

    void execute(const MediaCommand& command) override {
        for (const MediaEvent& event : media_.execute(command))
            on_event_(event);
        media_.take_log();
    }

    MediaStatistics statistics(const CallId&) const override { return media_.statistics(); }

  private:
    test::SimulatedMedia media_;
    std::function<void(MediaEvent)> on_event_;
};

class FuzzedModule {
  public:
    FuzzedModule() {
        const xsm_option options[] = {{view("sfu_jid"), view("sfu.example.org")}};
        xsm_buf error{nullptr, 0};
        const auto make_media = [](const MediaOptions&, const Settings&,
                                   std::function<void(MediaEvent)> on_event) {
            return std::make_unique<SimulatedPlane>(std::move(on_event));
        };
        create_instance(&host_, options, std::size(options), make_media, &module_, &error);
        fuzz_check(module_ && module_->start(module_, &error) == XSM_OK, "the module starts");
    }

    ~FuzzedModule() {
        module_->stop(module_);
        module_->destroy(module_);
    }

    void call(char what, const Fields& f) {
        const xsm_muc_room room = room_of(f);
        const xsm_muc_occupant who = occupant_of(f);
        switch (what) {
            case 'c':
                return rooms()->on_room_configured(module_, &room);
            case 'd':
                return rooms()->on_room_destroyed(module_, &room);
            case 's':
                return rooms()->on_room_snapshot(module_, &room, &who, 1);
            case 'j':
                return rooms()->on_occupant_joined(module_, &room, &who);
            case 'n':
                return rooms()->on_occupant_changed(module_, &room, view(f[7]), &who);
            case 'l':
                return rooms()->on_occupant_left(module_, &room, &who, number(f[7]));
            case 'm':
                return message(room, who, f[7]);
            case 'i':
                rooms()->on_room_iq(module_, &room, f[2].empty() ? nullptr : &who, view(f[7]));
                return;
            case 'p':
                return half<xsm_module_presence>(XSM_EXT_PRESENCE)
                    ->on_occupant_presence(module_, &room, &who, view(f[7]));
            default:
                return call_service(what, room, f);
        }
    }

  private:
    void call_service(char what, const xsm_muc_room& room, const Fields& f) {
        xsm_buf out{nullptr, 0};
        const xsm_option option{view(f[0]), view(f[7])};
        const xsm_cluster_record record{sizeof(xsm_cluster_record), view(f[0]), view(f[7])};
        switch (what) {
            case 'a':
                half<xsm_module_adhoc>(XSM_EXT_ADHOC)->on_command(module_, view(f[7]), &out);
                break;
            case 'v':
                half<xsm_module_service>(XSM_EXT_SERVICE)->on_stanza(module_, view(f[7]));
                break;
            case 'u':
                half<xsm_module_route>(XSM_EXT_ROUTE)->on_iq(module_, view(f[7]), &out);
                break;
            case 'r':
                half<xsm_module_disco>(XSM_EXT_DISCO)->on_room_info(module_, view(f[0]), &out);
                break;
            case 'f':
                half<xsm_module_room_config>(XSM_EXT_ROOM_CONFIG)
                    ->on_room_submitted(module_, &room, view(f[7]), &out);
                break;
            case 'w':
                half<xsm_module_room_config>(XSM_EXT_ROOM_CONFIG)
                    ->on_room_values(module_, view(f[0]), view(f[7]));
                break;
            case 'k':
                half<xsm_module_cluster>(XSM_EXT_CLUSTER)
                    ->on_node_lost(module_, view(f[1]), 1, &record, 1);
                break;
            case 'o':
                half<xsm_module_options>(XSM_EXT_OPTIONS)->on_options(module_, &option, 1, &out);
                out = forgotten(out);
                break;
            default:
                half<xsm_module_timer>(XSM_EXT_TIMER)->on_timer(module_, 1);
                module_->on_wake(module_);
        }
        check_xml({out.data, out.size});
        module_->free_buf(module_, out);
    }

    void message(const xsm_muc_room& room, const xsm_muc_occupant& who, std::string_view xml) {
        const xsm_muc_message said{sizeof(xsm_muc_message), &room, &who, view(xml)};
        xsm_muc_verdict verdict{sizeof(xsm_muc_verdict), XSM_MUC_PASS, {nullptr, 0}};
        rooms()->on_message(module_, &said, &verdict);
        fuzz_check(verdict.kind >= XSM_MUC_PASS && verdict.kind <= XSM_MUC_REPLACE,
                   "a verdict is one of three");
        fuzz_check((verdict.kind == XSM_MUC_PASS) == (verdict.xml.size == 0),
                   "a message that does not pass says why, or what instead");
        check_xml({verdict.xml.data, verdict.xml.size});
        module_->free_buf(module_, verdict.xml);
    }

    /// Text for people, not XML.
    xsm_buf forgotten(xsm_buf text) {
        module_->free_buf(module_, text);
        return {nullptr, 0};
    }

    static int32_t number(std::string_view digits) {
        return static_cast<int32_t>(std::strtol(std::string(digits).c_str(), nullptr, 10));
    }

    /// room, generation, nick, JID, affiliation, role, flags, payload
    static xsm_muc_room room_of(const Fields& f) {
        return {sizeof(xsm_muc_room), static_cast<uint32_t>(number(f[6])),
                static_cast<uint64_t>(number(f[1])), view(f[0])};
    }

    static xsm_muc_occupant occupant_of(const Fields& f) {
        return {sizeof(xsm_muc_occupant), view(f[2]), view(f[3]), number(f[4]), number(f[5])};
    }

    template <class Half>
    const Half* half(const char* id) const {
        return static_cast<const Half*>(module_->get_extension(module_, id));
    }

    const xsm_module_muc* rooms() const { return half<xsm_module_muc>(XSM_EXT_MUC); }

    xsm_host host_{sizeof(xsm_host),
                   XSM_ABI_VERSION,
                   this,
                   "fuzz",
                   "1",
                   find_extension,
                   [](const xsm_host*, xsm_log_level, xsm_view) {},
                   [](const xsm_host*) {}};
    xsm_module* module_ = nullptr;
};

Fields fields_of(std::string_view line) {
    Fields fields;
    for (std::string_view& field : fields) {
        const size_t end = &field == &fields.back() ? std::string_view::npos : line.find('\t');
        field = line.substr(0, end);
        line = end == std::string_view::npos ? std::string_view{} : line.substr(end + 1);
    }
    return fields;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::string_view rest = fuzz_text(data, size);
    FuzzedModule module;
    for (size_t i = 0; i < calls_max && !rest.empty(); ++i) {
        const size_t end = rest.find('\n');
        const std::string_view line = rest.substr(0, end);
        if (!line.empty()) module.call(line.front(), fields_of(line.substr(1)));
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    }
    return 0;
}
