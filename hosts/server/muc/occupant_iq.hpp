#pragma once

#include <list>
#include <string>
#include <unordered_map>

#include "hosts/server/muc/context.hpp"
#include "hosts/server/muc/room.hpp"

namespace parley::server::muc {

/// Relays IQs between occupants (XEP-0045 s17.4): the request goes on under an id of the service's
/// own, so that the answer comes back to the very client that asked. Bounded in number and in time.
class OccupantIqRelay {
  public:
    /// A request (get, set) to an occupant JID, or the answer to one that was relayed.
    void handle(const Context& context, const Room& room, const xmpp::Element& iq,
                const xmpp::Jid& from, const std::string& nick);

    size_t pending() const { return by_id_.size(); }

  private:
    struct Pending {
        std::string relay_id;
        xmpp::Jid answerer;     ///< who may answer: the full JID asked, or the bare one for a vCard
        std::string requester;  ///< full JID
        std::string request_id;
        std::string request_to;  ///< the occupant JID asked
        TimePoint deadline;
    };

    void relay_request(const Context& context, const Room& room, const xmpp::Element& iq,
                       const Occupant& sender, const Occupant& target);
    void relay_answer(const Context& context, const xmpp::Element& iq, const xmpp::Jid& from);
    void forget_expired(const Context& context);

    std::list<Pending> pending_;  ///< oldest first
    std::unordered_map<std::string, std::list<Pending>::iterator> by_id_;
};

}  // namespace parley::server::muc
