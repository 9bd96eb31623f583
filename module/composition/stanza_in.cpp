#include "module/composition/stanza_in.hpp"

#include <string>

#include "module/composition/buffers.hpp"
#include "xmpp/xml.hpp"

namespace parley::module {

namespace {

Affiliation affiliation_in(xsm_muc_affiliation affiliation) {
    switch (affiliation) {
        case XSM_MUC_NO_AFFILIATION:
            return Affiliation::none;
        case XSM_MUC_MEMBER:
            return Affiliation::member;
        case XSM_MUC_ADMIN:
            return Affiliation::admin;
        case XSM_MUC_OWNER:
            return Affiliation::owner;
        default:
            return Affiliation::outcast;
    }
}

Role role_in(xsm_muc_role role) {
    switch (role) {
        case XSM_MUC_VISITOR:
            return Role::visitor;
        case XSM_MUC_PARTICIPANT:
            return Role::participant;
        case XSM_MUC_MODERATOR:
            return Role::moderator;
        default:
            return Role::none;
    }
}

xmpp::Result<xmpp::Element> parsed(std::string_view xml) {
    auto stanza = xmpp::parse_xml(xml);
    if (!stanza) {
        return tl::unexpected(xmpp::Error{std::string(xmpp::to_string(stanza.error()))});
    }
    return std::move(*stanza);
}

}  // namespace

xmpp::Result<xmpp::Element> stanza_in(xsm_view xml) {
    return parsed(text(xml));
}

xmpp::Result<xmpp::Element> presence_in(xsm_view payload_xml) {
    std::string xml = "<presence xmlns='jabber:client'>";
    xml += text(payload_xml);
    return parsed(xml += "</presence>");
}

std::vector<std::pair<std::string_view, std::string_view>> options_in(
    std::span<const xsm_option> options) {
    std::vector<std::pair<std::string_view, std::string_view>> table;
    for (const xsm_option& option : options)
        table.emplace_back(text(option.key), text(option.value));
    return table;
}

xmpp::Result<RoomHead> room_in(const xsm_muc_room& room) {
    const auto jid = RoomJid::parse(text(room.jid));
    if (!jid) return tl::unexpected(jid.error());
    const RoomPrivacy privacy{(room.flags & XSM_MUC_ROOM_MEMBERS_ONLY) != 0,
                              (room.flags & XSM_MUC_ROOM_NON_ANONYMOUS) != 0};
    return RoomHead{*jid, privacy, room.generation};
}

xmpp::Result<Occupant> occupant_in(const xsm_muc_occupant& occupant) {
    const auto jid = FullJid::parse(text(occupant.real_jid));
    if (!jid) return tl::unexpected(jid.error());
    const auto occupant_jid = jid->jid().with_resource(text(occupant.nick));
    if (!occupant_jid) return tl::unexpected(occupant_jid.error());
    return Occupant{*jid, Nick{std::string(text(occupant.nick))},
                    affiliation_in(occupant.affiliation), role_in(occupant.role)};
}

LeaveReason leave_reason_in(xsm_muc_leave_reason reason) {
    switch (reason) {
        case XSM_MUC_KICKED:
            return LeaveReason::kicked;
        case XSM_MUC_BANNED:
            return LeaveReason::banned;
        case XSM_MUC_AFFILIATION_LOST:
            return LeaveReason::affiliation_lost;
        case XSM_MUC_CONNECTION_LOST:
            return LeaveReason::connection_lost;
        case XSM_MUC_SHUTDOWN:
            return LeaveReason::shutdown;
        default:
            return LeaveReason::left;
    }
}

}  // namespace parley::module
