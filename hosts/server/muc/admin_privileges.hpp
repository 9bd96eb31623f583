#pragma once

#include <optional>

#include "hosts/server/muc/room.hpp"
#include "xmpp/stanza_error.hpp"

/// Who may do what to whom (XEP-0045 s5.1.1, s5.2.1). Pure.
namespace parley::server::muc {

/// Whether `actor` may see the list of users with that affiliation. In a room where everybody sees
/// real JIDs, its people see who belongs to it; the ban list is the admins'.
bool may_list_affiliation(const Room& room, const xmpp::Jid& actor, Affiliation listed);

/// Whether `actor` may see the list of occupants with that role.
bool may_list_role(const Room& room, const xmpp::Jid& actor, Role listed);

/// Why `actor` may not give `target` that affiliation, or nothing. Whether an owner stays is for
/// the whole request to see.
std::optional<xmpp::StanzaError> refuse_affiliation(const Room& room, const xmpp::Jid& actor,
                                                    const xmpp::Jid& target, Affiliation wanted);

/// Why `actor` may not give `target` that role, or nothing.
std::optional<xmpp::StanzaError> refuse_role(const Room& room, const xmpp::Jid& actor,
                                             const Occupant& target, Role wanted);

}  // namespace parley::server::muc
