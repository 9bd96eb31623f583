#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "hosts/server/muc/context.hpp"
#include "hosts/server/muc/occupant_iq.hpp"
#include "hosts/server/muc/room.hpp"
#include "hosts/server/routing/service.hpp"

namespace parley::server::muc {

/// Multi-user chat (XEP-0045): owns the rooms of one domain. Sans-IO: stanzas in by handle, out by
/// the sink; time and randomness come from the context. One thread, the server's event loop.
class MucService : public StanzaService {
  public:
    /// What the context borrows outlives the service.
    explicit MucService(Context context);
    ~MucService() override;

    /// Loads the stored rooms. An error says what is wrong with the store.
    xmpp::Result<void> load_rooms();

    void handle(xmpp::Element stanza, const xmpp::Jid& from, const xmpp::Jid& to) override;
    void session_ended(const xmpp::Jid& full_jid, bool lost) override;

    std::string name() const override { return context_.config.name; }

    /// Everybody out with status 332 (XEP-0045 s17.3); stored rooms stay stored.
    void shut_down();

    /// A live room by its bare JID, or null. Borrowed until the next call.
    const Room* room(const xmpp::Jid& jid) const;
    /// All live rooms, by name. Borrowed likewise.
    std::vector<const Room*> rooms() const;

    /// Sends a message whose `from` is set to every client in the room. False: no such room.
    bool broadcast(const xmpp::Jid& room, xmpp::Element message);
    /// Sends a stanza whose `from` is set to one client in the room. False: not there.
    bool send_to_occupant(const xmpp::Jid& room, const xmpp::Jid& real_jid, xmpp::Element stanza);

  private:
    Room* find_room(const std::string& name);
    Room* create_room(const xmpp::Element& presence, const xmpp::Jid& creator,
                      const xmpp::Jid& jid);
    void handle_presence(const xmpp::Element& presence, const xmpp::Jid& from, const xmpp::Jid& to);
    void handle_available(const xmpp::Element& presence, const xmpp::Jid& from,
                          const xmpp::Jid& to);
    void handle_message(xmpp::Element message, const xmpp::Jid& from, const xmpp::Jid& to);
    void handle_iq(const xmpp::Element& iq, const xmpp::Jid& from, const xmpp::Jid& to);
    void handle_room_iq(Room& room, const xmpp::Element& iq, const xmpp::Jid& from);
    void handle_service_iq(const xmpp::Element& iq, const xmpp::Jid& from);
    /// Forgets rooms that ended, and lets the hooks do what they put off.
    void settle();

    Context context_;
    OccupantIqRelay iq_relay_;
    std::map<std::string, std::unique_ptr<Room>, std::less<>> rooms_;
};

}  // namespace parley::server::muc
