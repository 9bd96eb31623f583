#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "module/calls/call_state.hpp"
#include "module/calls/ended_calls.hpp"
#include "module/calls/limits.hpp"
#include "module/calls/rates.hpp"
#include "module/muji/invitation.hpp"
#include "module/rooms/room.hpp"
#include "module/rooms/room_settings.hpp"

namespace parley::module {

/// What the SFU knows of a message's sender and the conference with the call's id.
struct MediaStanding {
    bool conference_exists = false;     ///< of whomever, for whichever room
    bool conference_is_theirs = false;  ///< created by this client, for this room, at this service
    bool has_session = false;           ///< session-accept was sent for the media it publishes
};

/// What became of a call, and the call as it is now.
struct CallReport {
    Call call;
    std::vector<CallEffect> effects;
};

/// Every call of the server, and the ids of those that were. Decides by order of arrival. Pure.
class CallRegistry {
  public:
    explicit CallRegistry(const CallLimits& limits);

    /// A message of an occupant who may call in this room, which has these settings.
    tl::expected<CallReport, Refusal> handle(const RoomJid& room, const RoomSettings& settings,
                                             const CallMessage& message, const Occupant& sender,
                                             const MediaStanding& media, Now now);

    /// A client that is not in the room, and that the SFU has let in, takes part. Nothing where
    /// there is no such call, or it is full.
    std::optional<CallReport> guest_in(const CallId& id, const FullJid& jid,
                                       uint32_t participants_max, Now now);

    /// The client is out of the room, or may not call there any more: out of every call of the
    /// room.
    std::vector<CallReport> occupant_lost(const RoomJid& room, const FullJid& jid, Reason reason,
                                          Now now);
    void occupant_renamed(const RoomJid& room, const FullJid& jid, const Nick& nick, Now now);
    /// The client has lost its media session: out of this call.
    std::optional<CallReport> participant_lost(const CallId& id, const FullJid& jid, Reason reason,
                                               Now now);
    /// Every client of this user (bare JID) is out of every call but those that clients hold among
    /// themselves.
    std::vector<CallReport> user_lost(const xmpp::Jid& user, Reason reason, Now now);
    /// Ends the room's calls but for those that clients hold among themselves.
    std::vector<CallReport> stop_room(const RoomJid& room, Reason reason, std::string text,
                                      Now now);
    std::vector<CallReport> stop_all(Reason reason, std::string text, Now now);

    std::vector<CallReport> time_passed(Now now);
    /// When time_passed has something to do, if ever.
    std::optional<TimePoint> deadline() const;

    /// An id that must not be used again though no call ever had it: an SFU conference nobody
    /// proposed.
    void retire(const CallId& id, Now now) { ended_.remember(id, now.steady); }

    /// Ends one call; nothing where there is none of that id.
    std::optional<CallReport> stop(const CallId& id, Reason reason, std::string text, Now now);

    /// For calls that begin from now on.
    void set_limits(const CallLimits& limits) {
        limits_ = limits;
        proposals_.set_rate(limits.proposals_per_minute_max);
        room_proposals_.set_rate(limits.room_proposals_per_minute_max);
    }

    // Muji calls (call_registry_observed.cpp). `fresh` is the id of the call where there is none
    // yet.

    /// An occupant who may call invites the room to a conference: its call is the room's.
    tl::expected<CallReport, Refusal> invited(const RoomJid& room, const RoomSettings& settings,
                                              const Invitation& invitation, const Occupant& sender,
                                              const CallId& fresh, Now now);
    /// This occupant of the conference's room says that it is in, with these media. Nothing where
    /// it starts calls so often that they are not followed any more.
    std::optional<CallReport> seen(const RoomJid& conference, const Occupant& occupant,
                                   const Media& media, const CallId& fresh, Now now);
    std::optional<CallReport> unseen(const RoomJid& conference, const FullJid& jid, Reason reason,
                                     Now now);
    /// The room is gone: the call of its conference has ended, and those to which it was invited
    /// are of their conferences' own rooms.
    std::vector<CallReport> room_gone(const RoomJid& room, Now now);
    /// Likewise borrowed.
    const Call* find_conference(const RoomJid& conference) const;

    /// No new calls from now on, or again.
    void set_draining(bool draining) { draining_ = draining; }

    bool is_draining() const { return draining_; }

    bool empty() const { return calls_.empty(); }

    const Call* find(const CallId& id) const;

    bool has_ended(const CallId& id) const { return ended_.contains(id); }

    /// Borrowed until the next change; in order of their proposals.
    std::vector<const Call*> calls_of(const RoomJid& room) const;
    /// Every call in order of ids, likewise borrowed.
    std::vector<const Call*> all() const;
    /// The first `max` of those with an id above this one, or the last `max` below it; likewise
    /// borrowed, in order of ids. No id: the first or last of all.
    std::vector<const Call*> after(const std::optional<CallId>& id, size_t max) const;
    std::vector<const Call*> before(const std::optional<CallId>& id, size_t max) const;

    size_t size() const { return calls_.size(); }

  private:
    tl::expected<CallReport, Refusal> propose(const RoomJid& room, const CallMessage& message,
                                              const Occupant& sender, const MediaStanding& media,
                                              Now now);

    struct Entry {
        CallState state;
        std::optional<TimePoint> due;  ///< its place in deadlines_
    };

    bool may_ring(const RoomJid& room, const FullJid& client, Now now);
    const Entry* entry_of(const CallId& id) const;
    CallReport apply(const CallId& id, const CallEvent& event, Now now);
    std::vector<CallReport> apply(const std::vector<CallId>& ids, const CallEvent& event, Now now);
    std::vector<CallId> ids_of(const RoomJid& room) const;
    std::vector<CallId> judged_ids_of(const RoomJid& room) const;
    const CallId& observe(const RoomJid& room, const RoomJid& conference, const Media& media,
                          const Occupant& initiator, const CallId& fresh, Now now);
    void move(const CallId& id, const Moved& event, Now now);
    void schedule(Entry& entry);
    void bury(const CallId& id, Now now);

    CallLimits limits_;
    bool draining_ = false;
    std::map<CallId, Entry> calls_;
    std::map<RoomJid, std::vector<CallId>> rooms_;  ///< in order of proposals
    std::map<RoomJid, CallId> conferences_;         ///< of muji calls
    std::set<std::pair<TimePoint, CallId>> deadlines_;
    EndedCalls ended_;
    RateLimiter<std::pair<RoomJid, xmpp::Jid>> proposals_;
    RateLimiter<RoomJid> room_proposals_;
};

}  // namespace parley::module
