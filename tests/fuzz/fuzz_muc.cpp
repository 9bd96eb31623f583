// Hostile clients of the MUC service. The input is a row of stanzas, one a line: the first octet of
// the line says who sends (three clients), the rest is the stanza. '-' ends the client's session,
// '=' lets time pass.

#include <spdlog/spdlog.h>

#include <cstdlib>

#include "hosts/binding/room_config_fields.hpp"
#include "hosts/server/muc/muc_service.hpp"
#include "xmpp/xml.hpp"

using namespace parley::server;
namespace xmpp = parley::xmpp;

namespace {

/// Everything that is sent must be routable.
class Sink : public StanzaSink {
  public:
    void route(xmpp::Element stanza) override {
        const bool valid =
            xmpp::Jid::parse(stanza.attr("from")) && xmpp::Jid::parse(stanza.attr("to"));
        if (!valid || !xmpp::parse_xml(xmpp::to_xml(stanza))) std::abort();
    }
};

/// A module with settings of its own, which refuses some, and IQs of one namespace.
class Hooks : public muc::MucHooks {
  public:
    std::optional<xmpp::Element> judge_iq(const xmpp::Element& iq) override {
        if (iq.child_ns("urn:m") == nullptr) return std::nullopt;
        return xmpp::Element("error", "jabber:client");
    }

    std::vector<xmpp::Element> config_fields(const muc::Room& room) override {
        return fields_.form(values_of(room));
    }

    muc::FormVerdict judge_form(const muc::Room& room, const xmpp::Element& form) override {
        const auto values = fields_.submit(values_of(room), form);
        if (!values || (*values && xmpp::to_xml(**values).find("refuse") != std::string::npos))
            return {{}, xmpp::Element("error", "jabber:client")};
        if (!*values) return {};
        return {{{"m", xmpp::to_xml(**values)}}, std::nullopt};
    }

  private:
    static std::string_view values_of(const muc::Room& room) {
        const auto found = room.module_values().find("m");
        return found == room.module_values().end() ? std::string_view() : found->second;
    }

    const parley::binding::RoomConfigFields fields_ =
        parley::binding::RoomConfigFields::parse(
            "<field type='boolean' var='m#flag'><value>1</value></field>"
            "<field type='list-single' var='m#level'><value>low</value>"
            "<option><value>low</value></option><option><value>high</value></option></field>"
            "<field type='text-single' var='m#text'><value/></field>")
            .value();
};

const xmpp::Jid clients[] = {*xmpp::Jid::parse("alice@example.org/1"),
                             *xmpp::Jid::parse("alice@example.org/2"),
                             *xmpp::Jid::parse("bob@example.org/1")};

/// What must hold of every room at rest.
void check(const muc::Room& room) {
    size_t sessions = 0;
    for (const auto& [nick, occupant] : room.occupants()) {
        if (occupant->nick != nick || occupant->sessions.empty()) std::abort();
        for (const auto& session : occupant->sessions)
            if (room.occupant_of(session.jid) != occupant.get()) std::abort();
        sessions += occupant->sessions.size();
        if (room.affiliation(occupant->user) == muc::Affiliation::outcast) std::abort();
    }
    if (sessions != room.session_count() || room.owner_count() == 0) std::abort();
    for (const auto& [module, values] : room.module_values())
        if (!xmpp::parse_xml(values)) std::abort();
}

void take(muc::MucService& service, std::string_view line, muc::TimePoint& now) {
    if (line.empty()) return;
    const xmpp::Jid& from = clients[static_cast<unsigned char>(line.front()) % 3];
    line.remove_prefix(1);
    if (line == "-") return service.session_ended(from, true);
    if (line == "=") {
        now += std::chrono::seconds(61);
        return;
    }
    auto stanza = xmpp::parse_xml(line);
    if (!stanza || stanza->ns() != "jabber:client") return;
    const bool known =
        stanza->name() == "iq" || stanza->name() == "message" || stanza->name() == "presence";
    const auto to = xmpp::Jid::parse(stanza->attr("to"));
    if (!known || !to) return;
    stanza->set_attr("from", from.to_string());
    service.handle(std::move(*stanza), from, *to);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    spdlog::set_level(spdlog::level::off);
    const muc::MucConfig config{.domain = *xmpp::Jid::parse("c"),
                                .name = "Rooms",
                                .restrict_creation = false,
                                .admins = {},
                                .defaults = {},
                                .limits = {}};
    Sink sink;
    muc::MemoryRoomStore store;
    Hooks hooks;
    muc::TimePoint now{std::chrono::hours(24)};
    unsigned ids = 0;
    muc::MucService service{{config, sink, store, hooks, [&] { return now; },
                             [&] { return "id" + std::to_string(++ids); }}};
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        take(service, line, now);
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        for (const muc::Room* room : service.rooms())
            check(*room);
    }
    return 0;
}
