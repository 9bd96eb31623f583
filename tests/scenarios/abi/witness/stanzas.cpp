// Stanzas to the witness's service, IQs between users, questions of the server's own.
#include <stdexcept>
#include <utility>

#include "tests/scenarios/abi/witness/witness.hpp"
#include "xmpp/stanza_error.hpp"
#include "xmpp/xml.hpp"

namespace witness {

namespace {

void route(Witness& self, const Element& stanza) {
    const std::string xml = to_xml(stanza);
    self.stanza->route(self.host, view(xml));
}

Element report(const Witness& self, const Element& stanza) {
    Element message("message", ns::client);
    message.set_attr("from", self.sfu_jid);
    message.set_attr("to", stanza.attr("from"));
    message.set_attr("type", "headline");  // never bounced: reports about reports would not end
    Element& seen = message.add("seen", ours);
    for (const char* attribute : {"type", "to", "id"})
        seen.set_attr(attribute, stanza.attr(attribute));
    seen.set_attr("kind", stanza.name());
    if (const Element* first = stanza.first_child()) seen.add(*first);
    return message;
}

Element question(const Element& stanza) {
    Element iq("iq", ns::client);
    iq.set_attr("type", "get").set_attr("id", "asked");
    iq.set_attr("from", stanza.attr("to")).set_attr("to", stanza.attr("from"));
    iq.add("question", ours);
    return iq;
}

void on_stanza(xsm_module* module, xsm_view stanza_xml) {
    Witness& self = self_of(module);
    const auto stanza = parley::xmpp::parse_xml(text_of(stanza_xml));
    if (!stanza || stanza->attr("from").empty()) return;
    const Element* routed = stanza->child("routed", ours);
    if (stanza->name() == "iq" && routed != nullptr) {
        Element result = iq_result(*stanza);
        auto node = self.routed.extract(
            std::string(routed->has_attr("of") ? routed->attr("of") : stanza->attr("from")));
        result.add(node ? std::move(node.mapped()) : Element("routed", ours));
        return route(self, result);
    }
    route(self, report(self, *stanza));
    if (stanza->child("ask-me", ours) != nullptr) route(self, question(*stanza));
}

void on_iq(xsm_module* module, xsm_view stanza_xml, xsm_buf* error) {
    Witness& self = self_of(module);
    const auto iq = parley::xmpp::parse_xml(text_of(stanza_xml));
    if (!iq) return;
    Element& routed =
        self.routed.try_emplace(std::string(iq->attr("from")), "routed", ours).first->second;
    Element& shown = routed.add(iq->name());
    for (const char* attribute : {"type", "to", "id"})
        shown.set_attr(attribute, iq->attr(attribute));
    const Element* order = iq->child("do", ours);
    const std::string_view what = order == nullptr ? "" : order->attr("what");
    if (what == "refuse") *error = copy(refusal());
    if (what == "rubbish") *error = copy("<error");
    if (what == "no-error") *error = copy("<message xmlns='jabber:client'/>");
    if (what == "throw") throw std::runtime_error("as ordered");
}

void on_room_info(xsm_module*, xsm_view, xsm_buf* out) {
    *out = copy(
        "<feature xmlns='http://jabber.org/protocol/disco#info' var='urn:parley:witness:0#room'/>"
        "<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'>"
        "<value>urn:parley:witness:0</value></field></x>"
        "<rubbish xmlns='urn:parley:witness:0'/>");
}

void on_command(xsm_module*, xsm_view stanza_xml, xsm_buf* out) {
    const auto iq = parley::xmpp::parse_xml(text_of(stanza_xml));
    const Element* command = iq ? iq->child("command", ns::commands) : nullptr;
    if (command == nullptr) return;
    const std::string_view action = command->attr("action");
    if (action == "prev") {
        *out = copy(
            "<error xmlns='jabber:client' type='modify'><bad-request "
            "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>");
    } else if (action == "next") {
        *out = copy("<rubbish/>");
    } else {
        Element answer("command", ns::commands);
        answer.set_attr("node", command->attr("node")).set_attr("status", "completed");
        answer.add("note")
            .set_attr("type", "info")
            .add_text("hello " + std::string(iq->attr("to")));
        *out = copy(to_xml(answer));
    }
}

void on_node_lost(xsm_module* module, xsm_view node, int32_t is_elected,
                  const xsm_cluster_record* records, size_t record_count) {
    Element lost("node-lost", ours);
    lost.set_attr("node", text_of(node));
    lost.set_attr("elected", is_elected == 1 ? "yes" : "no");
    for (size_t i = 0; i < record_count; ++i) {
        Element& record = lost.add("record");
        record.set_attr("key", text_of(records[i].key));
        record.set_attr("value", text_of(records[i].value));
    }
    say_everywhere(self_of(module), lost);
}

}  // namespace

const xsm_module_service service_half = {sizeof service_half, on_stanza};
const xsm_module_disco disco_half = {sizeof disco_half, on_room_info};
const xsm_module_adhoc adhoc_half = {sizeof adhoc_half, on_command};
const xsm_module_route route_half = {sizeof route_half, on_iq};
const xsm_module_cluster cluster_half = {sizeof cluster_half, on_node_lost};

}  // namespace witness
