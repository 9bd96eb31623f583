#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "module/jingle/description.hpp"
#include "module/jingle/reason.hpp"
#include "xmpp/element.hpp"
#include "xmpp/result.hpp"

namespace parley::module::jingle {

/// XEP-0166 s7.2.
enum class Action : uint8_t {
    content_accept,
    content_add,
    content_modify,
    content_reject,
    content_remove,
    description_info,
    security_info,
    session_accept,
    session_info,
    session_initiate,
    session_terminate,
    transport_accept,
    transport_info,
    transport_reject,
    transport_replace,
};

std::string_view to_string(Action action);
std::optional<Action> action_from(std::string_view name);

/// XEP-0166 s7.3.
enum class Party : uint8_t { initiator, responder };
enum class Senders : uint8_t { both, initiator, responder, none };

struct Content {
    Party creator = Party::initiator;
    std::string name;
    Senders senders = Senders::both;
    std::optional<RtpDescription> description;
    std::optional<IceTransport> transport;
    bool unknown_application = false;  ///< a description that is not RTP's
    bool unknown_transport = false;    ///< a transport that is not ICE-UDP
    bool operator==(const Content&) const = default;
};

/// XEP-0298: <conference-info/> inside <jingle/>.
struct ConferenceInfo {
    bool is_focus = false;
    std::vector<std::string> users;  ///< entities, such as "xmpp:alice@example.org/phone"
    bool operator==(const ConferenceInfo&) const = default;
};

/// XEP-0167 s8: what a session-info tells. Mute and unmute may name a content.
struct SessionInfo {
    enum class Kind : uint8_t { active, hold, mute, ringing, unhold, unmute };

    Kind kind = Kind::active;
    Party creator = Party::initiator;
    std::string name{};  ///< empty: all contents
    bool operator==(const SessionInfo&) const = default;
};

/// docs/protocol.md s7.10: what the others want of a video content.
struct Demand {
    Party creator = Party::initiator;
    std::string name;
    std::optional<uint16_t> height_max{};  ///< pixels; 0: nobody wants it; none: any
    bool operator==(const Demand&) const = default;
};

/// XEP-0166 s7.1: <jingle/>.
struct Jingle {
    Action action = Action::session_info;
    std::string sid;
    std::string initiator;  ///< as written; empty: not said
    std::string responder;
    std::vector<Content> contents;
    std::vector<std::string> bundle;  ///< XEP-0338: names in the BUNDLE group
    std::optional<Reason> reason;
    std::string reason_text;
    std::string muji_room;  ///< XEP-0272: <muji room/>; empty: none
    std::optional<ConferenceInfo> conference_info;
    std::vector<SessionInfo> infos{};
    bool unknown_info = false;    ///< a session-info with a payload that nobody here understands
    bool single_session = false;  ///< docs/protocol.md s7.5: media of others comes in this session
    std::string speaker{};        ///< a full JID; empty: not said
    std::optional<Demand> demand{};  ///< only ever said to clients: not read
    bool operator==(const Jingle&) const = default;
};

/// Reads what clients send, not only what the XEPs show: attributes with defaults may be missing,
/// the group may come after the contents, unknown elements are skipped, candidates that are no IP
/// address are left out. Errors: a missing or foreign action or sid, a number that is none, or more
/// than the limits of description.hpp allow.
xmpp::Result<Jingle> parse(const xmpp::Element& jingle);

xmpp::Element to_element(const Jingle& jingle);

}  // namespace parley::module::jingle
