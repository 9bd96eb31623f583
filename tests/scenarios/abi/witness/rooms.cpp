// What happened in rooms, and in their configuration.
#include <array>
#include <utility>

#include "tests/scenarios/abi/witness/witness.hpp"
#include "xmpp/data_form.hpp"
#include "xmpp/stanza_error.hpp"
#include "xmpp/xml.hpp"

namespace witness {

namespace {

Room& room_of(Witness& self, std::string_view jid) {
    Room& room = self.rooms[std::string(jid)];
    room.is_gone = false;
    return room;
}

Element& note(Witness& self, std::string_view name, const xsm_muc_room& about) {
    Room& room = room_of(self, text_of(about.jid));
    Element& event = room.events.add(name);
    event.set_attr("generation", std::to_string(about.generation));
    constexpr std::array flags = {
        std::pair{XSM_MUC_ROOM_MEMBERS_ONLY, "members-only"},
        std::pair{XSM_MUC_ROOM_NON_ANONYMOUS, "non-anonymous"},
        std::pair{XSM_MUC_ROOM_PERSISTENT, "persistent"},
        std::pair{XSM_MUC_ROOM_MODERATED, "moderated"},
        std::pair{XSM_MUC_ROOM_PUBLIC, "public"},
    };
    std::string set;
    for (const auto& [flag, word] : flags) {
        if ((about.flags & flag) != 0) set += (set.empty() ? "" : " ") + std::string(word);
    }
    event.set_attr("flags", set);
    if (room.has_values) event.set_attr("has-values", "yes");
    return event;
}

void describe(Element& event, const xsm_muc_occupant& occupant) {
    constexpr const char* affiliations[] = {"outcast", "none", "member", "admin", "owner"};
    constexpr const char* roles[] = {"none", "visitor", "participant", "moderator"};
    event.set_attr("nick", text_of(occupant.nick));
    event.set_attr("jid", text_of(occupant.real_jid));
    event.set_attr("affiliation", affiliations[occupant.affiliation]);
    event.set_attr("role", roles[occupant.role]);
}

void on_room_snapshot(xsm_module* module, const xsm_muc_room* room,
                      const xsm_muc_occupant* occupants, size_t count) {
    Element& event = note(self_of(module), "snapshot", *room);
    for (size_t i = 0; i < count; ++i)
        describe(event.add("occupant"), occupants[i]);
}

void on_room_configured(xsm_module* module, const xsm_muc_room* room) {
    note(self_of(module), "configured", *room);
}

void on_room_destroyed(xsm_module* module, const xsm_muc_room* about) {
    Witness& self = self_of(module);
    note(self, "destroyed", *about);
    Room& room = room_of(self, text_of(about->jid));
    room.has_values = false;
    room.is_gone = true;
}

void on_occupant_joined(xsm_module* module, const xsm_muc_room* room,
                        const xsm_muc_occupant* occupant) {
    describe(note(self_of(module), "joined", *room), *occupant);
}

void on_occupant_changed(xsm_module* module, const xsm_muc_room* room, xsm_view old_nick,
                         const xsm_muc_occupant* occupant) {
    Element& event = note(self_of(module), "changed", *room);
    describe(event, *occupant);
    event.set_attr("old-nick", text_of(old_nick));
}

void on_occupant_left(xsm_module* module, const xsm_muc_room* room,
                      const xsm_muc_occupant* occupant, xsm_muc_leave_reason reason) {
    constexpr const char* reasons[] = {
        "left", "kicked", "banned", "affiliation-lost", "connection-lost", "shutdown"};
    Witness& self = self_of(module);
    Element& event = note(self, "left", *room);
    describe(event, *occupant);
    event.set_attr("reason", reasons[reason]);
    Element farewell("message", ns::client);
    farewell.set_attr("type", "groupchat");
    farewell.set_attr("from",
                      std::string(text_of(room->jid)) + "/" + std::string(text_of(occupant->nick)));
    farewell.add("farewell", ours);
    const std::string xml = to_xml(farewell);
    self.muc->broadcast(self.host, room->jid, view(xml));
}

void on_occupant_presence(xsm_module* module, const xsm_muc_room* room,
                          const xsm_muc_occupant* occupant, xsm_view payload_xml) {
    Element& event = note(self_of(module), "presence", *room);
    describe(event, *occupant);
    const auto payload = parley::xmpp::parse_xml("<payload xmlns='" + std::string(ours) + "'>" +
                                                 std::string(text_of(payload_xml)) + "</payload>");
    event.add(payload ? *payload : Element("rubbish", ours));
}

int32_t on_room_iq(xsm_module* module, const xsm_muc_room* room, const xsm_muc_occupant* sender,
                   xsm_view stanza_xml) {
    Witness& self = self_of(module);
    const auto iq = parley::xmpp::parse_xml(text_of(stanza_xml));
    if (!iq || iq->child("events", ours) == nullptr) return 0;
    Element result = iq_result(*iq);
    Room& known = self.rooms[std::string(text_of(room->jid))];
    Element& events = result.add(std::exchange(known.events, Element("events", ours)));
    if (sender == nullptr) events.set_attr("outsider", "yes");
    const std::string xml = to_xml(result);
    self.stanza->route(self.host, view(xml));
    return 1;
}

void on_room_submitted(xsm_module* module, const xsm_muc_room* room, xsm_view values_xml,
                       xsm_buf* error) {
    const auto values = parley::xmpp::parse_xml(text_of(values_xml));
    if (!values) return;
    note(self_of(module), "submitted", *room).add(*values);
    const auto form = parley::xmpp::DataForm::parse(*values);
    const std::string_view text = form ? form->value(std::string(ours) + "#text") : "";
    if (text == "refuse") *error = copy(refusal());
    if (text == "rubbish") *error = copy("<error");
}

void on_room_values(xsm_module* module, xsm_view room_jid, xsm_view values_xml) {
    Room& room = room_of(self_of(module), text_of(room_jid));
    Element& event = room.events.add("values");
    if (const auto values = parley::xmpp::parse_xml(text_of(values_xml))) event.add(*values);
    room.has_values = true;
}

}  // namespace

const xsm_module_muc muc_half = {sizeof muc_half,   on_room_snapshot,   on_room_configured,
                                 on_room_destroyed, on_occupant_joined, on_occupant_changed,
                                 on_occupant_left,  on_message,         on_room_iq};
const xsm_module_presence presence_half = {sizeof presence_half, on_occupant_presence};
const xsm_module_room_config room_config_half = {sizeof room_config_half, on_room_submitted,
                                                 on_room_values};

}  // namespace witness
