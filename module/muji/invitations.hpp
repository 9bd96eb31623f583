#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "module/calls/call.hpp"
#include "module/muji/invitation.hpp"

namespace parley::module {

/// The invitations to calls that run, for who comes late. Pure.
class Invitations {
  public:
    /// Replaces what the call had.
    void remember(const CallId& call, Invitation invitation, const FullJid& inviter);

    void forget(const CallId& call) { entries_.erase(call); }

    /// Whether a reply speaks of the invitation to this call. A XEP-0482 client speaks of it by the
    /// stanza-id that the room gave the message after the module saw it; the first accept that
    /// names the conference tells which that is.
    bool is_about(const InvitationReply& reply, const Call& call);

    /// Null where nobody was invited; borrowed until the next change.
    const FullJid* inviter_of(const CallId& call) const;

    /// As its inviter sent it, but new, for the one who comes late: undelayed, because Dino takes a
    /// delayed one for history. None where nobody was invited. `from` is the inviter's occupant JID
    /// or the room's.
    std::optional<xmpp::Element> message_for_late(const Call& call, std::string_view from) const;

  private:
    struct Entry {
        Invitation invitation;
        FullJid inviter;
        std::optional<std::string> stanza_id;  ///< that the room gave it (XEP-0359)
    };

    std::map<CallId, Entry> entries_;
};

}  // namespace parley::module
