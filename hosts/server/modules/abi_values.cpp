#include "hosts/server/modules/abi_values.hpp"

#include "hosts/server/muc/events.hpp"

namespace parley::server {
namespace {

xsm_muc_occupant make_occupant(const muc::OccupantInfo& info, const std::string& real_jid) {
    xsm_muc_occupant occupant{};
    occupant.struct_size = sizeof occupant;
    occupant.nick = view(info.nick);
    occupant.real_jid = view(real_jid);
    occupant.affiliation = to_abi(info.affiliation);
    occupant.role = to_abi(info.role);
    return occupant;
}

}  // namespace

xsm_muc_affiliation to_abi(muc::Affiliation affiliation) {
    using enum muc::Affiliation;
    switch (affiliation) {
        case outcast:
            return XSM_MUC_OUTCAST;
        case none:
            return XSM_MUC_NO_AFFILIATION;
        case member:
            return XSM_MUC_MEMBER;
        case admin:
            return XSM_MUC_ADMIN;
        case owner:
            return XSM_MUC_OWNER;
    }
    return XSM_MUC_NO_AFFILIATION;
}

xsm_muc_role to_abi(muc::Role role) {
    using enum muc::Role;
    switch (role) {
        case none:
            return XSM_MUC_NO_ROLE;
        case visitor:
            return XSM_MUC_VISITOR;
        case participant:
            return XSM_MUC_PARTICIPANT;
        case moderator:
            return XSM_MUC_MODERATOR;
    }
    return XSM_MUC_NO_ROLE;
}

xsm_muc_leave_reason to_abi(muc::LeaveReason reason) {
    using enum muc::LeaveReason;
    switch (reason) {
        case left:
            return XSM_MUC_LEFT;
        case kicked:
            return XSM_MUC_KICKED;
        case banned:
            return XSM_MUC_BANNED;
        case affiliation_lost:
            return XSM_MUC_AFFILIATION_LOST;
        case connection_lost:
            return XSM_MUC_CONNECTION_LOST;
        case shutdown:
            return XSM_MUC_SHUTDOWN;
    }
    return XSM_MUC_LEFT;
}

xsm_muc_room to_abi(const muc::Room& room) {
    const muc::RoomConfig& config = room.config();
    xsm_muc_room out{};
    out.struct_size = sizeof out;
    if (config.members_only) out.flags |= XSM_MUC_ROOM_MEMBERS_ONLY;
    if (config.non_anonymous) out.flags |= XSM_MUC_ROOM_NON_ANONYMOUS;
    if (config.persistent) out.flags |= XSM_MUC_ROOM_PERSISTENT;
    if (config.moderated) out.flags |= XSM_MUC_ROOM_MODERATED;
    if (config.publicly_listed) out.flags |= XSM_MUC_ROOM_PUBLIC;
    out.generation = room.generation;
    out.jid = view(room.address());
    return out;
}

AbiOccupant::AbiOccupant(const muc::OccupantInfo& info)
    : real_jid_(info.real_jid.to_string()), occupant_(make_occupant(info, real_jid_)) {}

AbiOccupants::AbiOccupants(const muc::Room& room) {
    for (const auto& [nick, occupant] : room.occupants()) {
        for (const muc::Session& session : occupant->sessions) {
            real_jids_.push_back(session.jid.to_string());
            occupants_.push_back(
                make_occupant(muc::events::info(room, *occupant, session), real_jids_.back()));
        }
    }
}

}  // namespace parley::server
