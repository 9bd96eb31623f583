#include "module/cluster/call_record.hpp"

#include "module/calls/namespaces.hpp"

namespace parley::module {

std::string record_key(const CallId& id) {
    return id.lower();
}

xmpp::Element record_of(const Call& call) {
    xmpp::Element record("call", ns::call);
    record.set_attr("id", call.id.text())
        .set_attr("room", call.room.to_string())
        .set_attr("mode", to_string(call.mode));
    size_t octets = 0;
    for (const Participant& participant : call.participants) {
        const std::string jid = participant.jid.to_string();
        octets += jid.size();
        if (octets > record_jid_octets_max) break;
        record.add("participant").set_attr("jid", jid);
    }
    return record;
}

xmpp::Result<CallRecord> read_record(const xmpp::Element& record) {
    const auto id = CallId::parse(record.attr("id"));
    const auto room = RoomJid::parse(record.attr("room"));
    const std::string_view mode = record.attr("mode");
    const bool is_sfu = mode == to_string(Mode::sfu);
    if (!record.is("call", ns::call) || !id || !room ||
        (!is_sfu && mode != to_string(Mode::mesh))) {
        return tl::unexpected(xmpp::Error{"not the record of a call"});
    }
    CallRecord read{*id, *room, is_sfu ? Mode::sfu : Mode::mesh, {}};
    for (const xmpp::Element* child : record.elements()) {
        const auto jid = FullJid::parse(child->attr("jid"));
        if (child->is("participant", ns::call) && jid) read.participants.push_back(*jid);
    }
    return read;
}

}  // namespace parley::module
