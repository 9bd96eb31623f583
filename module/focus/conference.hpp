#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "module/calls/names.hpp"
#include "module/calls/time.hpp"
#include "module/focus/media_port.hpp"

namespace parley::module {

/// One Jingle session between the conference and a client.
struct Session {
    enum class State : uint8_t {
        preparing,  ///< the media plane writes its description
        offered,    ///< session-initiate sent, session-accept awaited
        live,       ///< session-accept sent or received
    };

    SessionNumber number;
    std::string sid;
    FullJid client;
    std::optional<FullJid> source;  ///< whose media the client gets; none: the client sends its own
    State state = State::preparing;
    std::string first_content{};       ///< the one that names the BUNDLEd transport
    jingle::IceTransport transport{};  ///< ours, without candidates
    size_t remote_candidates = 0;      ///< taken from the client so far

    bool publishes() const { return !source; }
};

/// A client that has sent media to the conference, whether it is in the call yet or not.
struct Member {
    std::optional<SessionNumber> publishing;
    bool admitted = false;                       ///< a participant of the call
    bool is_guest = false;                       ///< was not in the room when it began to send
    std::optional<TimePoint> sessionless_since;  ///< admitted, but it closed its own session
    Reason sessionless_reason = Reason::success;
};

/// The SFU's XMPP side of one call: GCID@SFU.
struct Conference {
    CallId id;
    RoomJid room;
    FullJid creator;
    bool proposed = false;  ///< a call with this id was let through

    std::map<FullJid, Member> members{};
    std::map<SessionNumber, Session> sessions{};
    std::map<std::pair<FullJid, std::string>, SessionNumber> sids{};  ///< by client and sid
    /// (receiver, source) of every offer made: one that the receiver declined is not made again.
    std::set<std::pair<FullJid, FullJid>> offers{};

    Session* find_session(const FullJid& client, const std::string& sid) {
        const auto found = sids.find({client, sid});
        return found == sids.end() ? nullptr : &sessions.at(found->second);
    }

    const Member* find_member(const FullJid& jid) const {
        const auto found = members.find(jid);
        return found == members.end() ? nullptr : &found->second;
    }

    /// Whether the client's own media is negotiated.
    bool is_live(const FullJid& jid) const {
        const Member* member = find_member(jid);
        if (!member || !member->publishing) return false;
        return sessions.at(*member->publishing).state == Session::State::live;
    }
};

}  // namespace parley::module
