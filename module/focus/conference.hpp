#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "module/calls/names.hpp"
#include "module/calls/time.hpp"
#include "module/focus/media_port.hpp"
#include "module/jingle/jingle.hpp"

namespace parley::module {

/// A content as both sides of a session know it. Its creator is also the one who sends it.
struct SessionContent {
    enum class State : uint8_t {
        awaited,    ///< added, and not answered yet
        live,       ///< accepted
        withdrawn,  ///< the client removed it before the media plane answered
    };

    std::string name;
    jingle::Party creator = jingle::Party::initiator;
    jingle::MediaKind media = jingle::MediaKind::audio;
    std::string origin{};             ///< of another's media: the content's name in its own session
    std::optional<FullJid> source{};  ///< whose media it is; none: the client's own
    std::vector<std::string> categories{};  ///< XEP-0507, of the client's own
    State state = State::awaited;
    bool paused = false;                            ///< by the client
    bool muted = false;                             ///< the client's own, so it said
    uint64_t request_count = 0;                     ///< which request offered it
    std::optional<jingle::RtpDescription> offer{};  ///< while it is awaited: as it was offered

    bool is_of(const FullJid& whose, const std::string& origin_name) const {
        return source == whose && origin == origin_name;
    }
};

/// One Jingle session between the conference and a client.
struct Session {
    enum class State : uint8_t {
        preparing,  ///< the media plane writes its description
        offered,    ///< session-initiate sent, session-accept awaited
        live,       ///< session-accept sent or received
    };

    /// RestartIce awaits its answer: for transport-replace, with the contents that it named.
    using Restart = std::optional<std::vector<jingle::Content>>;

    SessionNumber number;
    std::string sid;
    FullJid client;
    std::optional<FullJid> source;  ///< whose media the client gets; none: the client sends its own
    State state = State::preparing;
    bool single = false;  ///< the client's own, in which it also gets the media of all others
    std::vector<SessionContent> contents{};        ///< the first names the BUNDLEd transport
    jingle::IceTransport transport{};              ///< ours, without candidates
    std::set<std::string> remote_ufrags{};         ///< the client's; one, where it BUNDLEs at once
    std::set<std::string> remote_ufrags_before{};  ///< before it restarted ICE
    size_t remote_candidates = 0;                  ///< taken from the client so far

    std::set<FullJid> sources{};  ///< of a single session: whose media was offered in it
    std::set<std::pair<FullJid, std::string>> declined{};  ///< what of it, by source and origin
    // What the media plane has been asked and not answered yet, in order.
    std::deque<std::vector<std::string>> additions_awaited{};  ///< names of the client's contents
    std::deque<Restart> restarts_awaited{};
    std::set<uint64_t> ties{};  ///< requests that lost against one of the client's own

    bool publishes() const { return !source; }

    SessionContent* find_content(const std::string& name) {
        const auto found = std::ranges::find(contents, name, &SessionContent::name);
        return found == contents.end() ? nullptr : &*found;
    }

    const SessionContent* find_content(const std::string& name) const {
        return const_cast<Session*>(this)->find_content(name);
    }

    bool is_empty() const {
        return std::ranges::all_of(contents, [](const SessionContent& content) {
            return content.state == SessionContent::State::withdrawn;
        });
    }

    /// Something of the client's own that it sends now.
    bool sends_media() const {
        return std::ranges::any_of(contents, [](const SessionContent& content) {
            return !content.source && !content.paused &&
                   content.state == SessionContent::State::live;
        });
    }

    size_t own_contents() const {
        return static_cast<size_t>(std::ranges::count_if(
            contents, [](const SessionContent& content) { return !content.source; }));
    }
};

/// A client that has sent media to the conference, whether it is in the call yet or not.
struct Member {
    std::optional<SessionNumber> publishing;
    bool admitted = false;                       ///< a participant of the call
    bool is_guest = false;                       ///< was not in the room when it began to send
    bool is_single = false;                      ///< wants everything in its own session
    std::optional<TimePoint> sessionless_since;  ///< admitted, but it closed its own session
    Reason sessionless_reason = Reason::success;
    MediaSubscription subscription{};
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

    /// The session in which the client sends its media, once that is negotiated.
    const Session* live_session(const FullJid& jid) const {
        const Member* member = find_member(jid);
        if (!member || !member->publishing) return nullptr;
        const Session& session = sessions.at(*member->publishing);
        return session.state == Session::State::live ? &session : nullptr;
    }

    bool is_live(const FullJid& jid) const { return live_session(jid) != nullptr; }

    /// The content at its source that this one carries on; null where it is gone.
    const SessionContent* origin_of(const FullJid& source, const std::string& name) const {
        const Session* session = live_session(source);
        const SessionContent* origin = session ? session->find_content(name) : nullptr;
        const bool is_own = origin && !origin->source;
        return is_own && origin->state == SessionContent::State::live ? origin : nullptr;
    }

    /// XEP-0166 s7.3: who sends it now; its creator or nobody.
    jingle::Senders senders_of(const SessionContent& content) const {
        const SessionContent* origin =
            content.source ? origin_of(*content.source, content.origin) : nullptr;
        if (content.paused || (origin && origin->paused)) return jingle::Senders::none;
        return content.creator == jingle::Party::initiator ? jingle::Senders::initiator
                                                           : jingle::Senders::responder;
    }
};

}  // namespace parley::module
