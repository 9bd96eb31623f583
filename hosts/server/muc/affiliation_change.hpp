#pragma once

#include <string>
#include <vector>

#include "hosts/server/muc/context.hpp"
#include "hosts/server/muc/room.hpp"
#include "xmpp/result.hpp"
#include "xmpp/stanza_error.hpp"

namespace parley::server::muc {

/// One user gets another affiliation.
struct AffiliationChange {
    xmpp::Jid user;  ///< bare
    Affiliation affiliation = Affiliation::none;
    std::string nick;    ///< to reserve; empty: what was reserved stays
    std::string reason;  ///< for the user and the room
};

/// Stores the changes where the room is stored, applies them in order, and tells the room: updated
/// presence, and unavailable presence with 301 for who is banned, 321 for who may not be in a
/// members-only room any more. `actor_nick` may be empty. Fails with what went wrong in storage,
/// nothing changed then.
xmpp::Result<void> change_affiliations(const Context& context, Room& room,
                                       const std::vector<AffiliationChange>& changes,
                                       const std::string& actor_nick);

}  // namespace parley::server::muc
