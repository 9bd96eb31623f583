/// Stanzas of any shape, one a line, from two occupants of a private room: call messages,
/// invitations, presence, IQs to the room, to each other and to the server, Jingle to the SFU;
/// values of the room's settings; records of a lost node. No participant is in a call twice, and
/// what is broadcast has passed the parser.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "module/calls/call_message.hpp"
#include "module/coordinator.hpp"
#include "module/jingle/namespaces.hpp"
#include "tests/fuzz/fuzz_check.hpp"
#include "tests/unit/module/simulated_media.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/xml.hpp"

using namespace parley;
using namespace parley::module;

namespace {

constexpr std::string_view sfu_domain = "sfu.example.org";
constexpr size_t stanzas_max = 64;

class FuzzedRoom {
  public:
    FuzzedRoom()
        : coordinator_(
              settings(), [this] { return uuid(); }, now_) {
        take(coordinator_.on_room(RoomSnapshot{head_, {alice_, bob_}}, now_));
    }

    void hear(std::string_view line, const Occupant& sender) {
        auto stanza = xmpp::parse_xml(line);
        if (!stanza) return;
        stanza->set_attr("from", sender.jid.to_string());
        const auto to = xmpp::Jid::parse(stanza->attr("to"));
        now_.steady += std::chrono::seconds(1);
        if (stanza->name() == "presence") {
            take(coordinator_.on_presence(head_, sender, *stanza, now_));
        } else if (stanza->is("x", xmpp::ns::data_form)) {
            if (!coordinator_.on_room_submitted(head_.jid, *stanza)) {
                take(coordinator_.on_room_values(head_.jid, *stanza, now_));
            }
        } else if (stanza->name() == "call") {
            take(coordinator_.on_node_lost("other", true, {*stanza}, now_));
        } else if (to && to->domain() == sfu_domain) {
            take(coordinator_.on_service_stanza(*stanza, now_));
        } else if (to && to->is_domain()) {
            take(coordinator_.on_admin_command(*stanza, now_).outputs);
        } else if (stanza->name() == "iq" && to && to->is_full()) {
            fuzz_check(!coordinator_.on_user_iq(*stanza) || stanza->child_ns(ns::jingle),
                       "only Jingle is refused");
        } else if (stanza->name() == "iq") {
            if (auto outputs = coordinator_.on_room_iq(head_, &sender, *stanza)) take(*outputs);
        } else {
            hear_message(*stanza, sender, line.size());
        }
        take(coordinator_.on_time(now_));
        check();
    }

    const Occupant& alice() const { return alice_; }

    const Occupant& bob() const { return bob_; }

  private:
    static Settings settings() {
        Settings settings;
        settings.sfu = *xmpp::Jid::parse(sfu_domain);
        return settings;
    }

    static Occupant occupant(const std::string& name) {
        return {*FullJid::parse(name + "@example.org/phone"), Nick{name}, Affiliation::member,
                Role::participant};
    }

    std::string uuid() {
        char text[37];
        std::snprintf(text, sizeof text, "%08x-0000-4000-8000-000000000000", ++uuids_);
        return text;
    }

    void hear_message(const xmpp::Element& message, const Occupant& sender, size_t size) {
        auto judgement = coordinator_.on_message(head_, sender, message, size, now_);
        if (!std::holds_alternative<Drop>(judgement.verdict) && has_call_element(message)) {
            fuzz_check(parse_call_message(message).has_value(), "what passes is well-formed");
        }
        take(judgement.outputs);
    }

    void take(const Outputs& outputs) {
        for (const Output& output : outputs) {
            const auto* command = std::get_if<MediaCommand>(&output);
            if (!command) continue;
            for (const MediaEvent& event : media_.execute(*command)) {
                take(coordinator_.on_media(event, now_));
            }
        }
    }

    void check() const {
        for (const Call* call : coordinator_.calls().all()) {
            std::set<FullJid> seen;
            for (const Participant& participant : call->participants) {
                fuzz_check(seen.insert(participant.jid).second, "nobody is in twice");
            }
            fuzz_check(!coordinator_.calls().has_ended(call->id), "ended is for ever");
        }
    }

    unsigned uuids_ = 0;
    Now now_{TimePoint{} + std::chrono::hours(1), WallTime{}};
    Coordinator coordinator_;
    test::SimulatedMedia media_;
    const RoomHead head_{*RoomJid::parse("team@conference.example.org"), {true, true}, 1};
    const Occupant alice_ = occupant("alice");
    const Occupant bob_ = occupant("bob");
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::string_view rest = fuzz_text(data, size);
    FuzzedRoom room;
    for (size_t i = 0; i < stanzas_max && !rest.empty(); ++i) {
        const size_t end = rest.find('\n');
        room.hear(rest.substr(0, end), i % 2 == 0 ? room.alice() : room.bob());
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    }
    return 0;
}
