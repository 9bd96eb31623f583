#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hosts/server/muc/types.hpp"
#include "xmpp/element.hpp"
#include "xmpp/jid.hpp"
#include "xmpp/stanza_error.hpp"

namespace parley::server::muc {

class Room;

/// One client in a room as it is told to others. Borrowed for the call.
struct OccupantInfo {
    std::string_view nick;
    const xmpp::Jid& real_jid;  ///< full
    Affiliation affiliation;
    Role role;
};

/// What shall become of a message.
struct MessageVerdict {
    enum class Kind : uint8_t { pass, drop, replace };
    Kind kind = Kind::pass;
    std::optional<xmpp::Element> error;  ///< drop: the <error/> for the sender; none: in silence
    std::optional<xmpp::Element> replacement;  ///< replace: the message to broadcast instead
    /// Somebody asked for it: such a message is signalling and stays out of the room's history.
    bool judged = false;
};

/// What becomes of a room's configuration form that an owner has submitted.
struct FormVerdict {
    ModuleValues changed;                ///< of the modules that shall have others in the room
    std::optional<xmpp::Element> error;  ///< the <error/> for the owner: nothing changes at all
};

/// A command (XEP-0050) of every room.
struct RoomCommand {
    std::string node;
    std::string name;
};

/// Who else takes part in what happens in rooms: the module host. Room::generation has grown by one
/// before each event. Called in the middle of the room's work: an implementation only takes note,
/// and speaks to the room in flush(). The defaults do nothing.
class MucHooks {
  public:
    virtual ~MucHooks() = default;

    /// A message of an occupant after the room's own checks, before anybody saw it.
    virtual MessageVerdict judge_message(const Room&, const OccupantInfo&, const xmpp::Element&) {
        return {};
    }

    /// An IQ get or set to the room itself; the sender is null where it is no occupant. True: taken
    /// care of.
    virtual bool take_room_iq(const Room&, const OccupantInfo*, const xmpp::Element&) {
        return false;
    }

    /// An IQ of one occupant to another (XEP-0045 s17.4) before it is relayed: the <error/> for its
    /// sender, or nothing where it may go on.
    virtual std::optional<xmpp::Element> judge_iq(const xmpp::Element&) { return std::nullopt; }

    /// Further <field/> elements for the form that owners get.
    virtual std::vector<xmpp::Element> config_fields(const Room&) { return {}; }

    /// An owner's form of type submit, otherwise in order, before anything changes.
    virtual FormVerdict judge_form(const Room&, const xmpp::Element& /*form*/) { return {}; }

    /// The values of some modules, as the room has them from now on: ahead of room_configured, and
    /// of everything else that is told of a room that was stored.
    virtual void module_values(const Room&, const ModuleValues&) {}

    /// Created, or its configuration changed.
    virtual void room_configured(const Room&) {}

    /// Destroyed, or temporary and empty.
    virtual void room_destroyed(const Room&) {}

    /// In, and has got its self-presence, the history and the subject. Again for a client that
    /// rejoined without having left.
    virtual void occupant_joined(const Room&, const OccupantInfo&) {}

    /// Nick, affiliation or role changed.
    virtual void occupant_changed(const Room&, std::string_view /*old_nick*/, const OccupantInfo&) {
    }

    /// The client says something else in its presence than `before`, which is null where it has
    /// just entered. No step of the generation.
    virtual void occupant_presence(const Room&, const OccupantInfo&,
                                   const xmpp::Element* /*before*/, const xmpp::Element& /*now*/) {}

    virtual void occupant_left(const Room&, const OccupantInfo&, LeaveReason) {}

    /// The commands (XEP-0050) that each room offers to its owners, and to administrators.
    virtual std::vector<RoomCommand> room_commands() { return {}; }

    /// An IQ with a <command/> to a room, from somebody who may run its commands: the reply.
    virtual std::optional<xmpp::Element> run_room_command(const xmpp::Element& /*iq*/) {
        return std::nullopt;
    }

    /// Further children for the disco#info of a room.
    virtual std::vector<xmpp::Element> room_info(const Room&) { return {}; }

    /// Further features of the service.
    virtual std::vector<std::string> service_features() { return {}; }

    /// The service is at rest again: what was put off can be done now.
    virtual void flush() {}
};

}  // namespace parley::server::muc
