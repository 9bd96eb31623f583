#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "module/calls/call.hpp"
#include "module/calls/limits.hpp"
#include "module/calls/violation.hpp"
#include "module/jingle/reason.hpp"

/// The life of one call: events in, effects out. Pure: no clock, no stanza, no socket.
namespace parley::module {

/// What happens to a call. The first four are messages of occupants who passed the room's policy.
struct Accepted {
    FullJid jid;
    Nick nick;
    Media media;                             ///< none: that of the call
    bool has_media_session;                  ///< at the SFU; mesh: does not matter
    uint32_t participants_max = UINT32_MAX;  ///< of the room's settings
    bool is_guest = false;
};

struct Rejected {
    FullJid jid;
};

struct Retracted {
    FullJid jid;
};

struct Left {  ///< `ended` by a participant
    FullJid jid;
};

struct Lost {  ///< a client can no longer be in the call; one that is not in it is no error
    FullJid jid;
    Reason reason;
};

struct Renamed {
    FullJid jid;
    Nick nick;
};

struct Stopped {  ///< the whole call must end: its room changed, or the module stops
    Reason reason;
    std::string text;
};

struct TimePassed {};

struct Seen {  ///< of a muji call: the client is in, or with other media
    FullJid jid;
    Nick nick;
    Media media;
};

struct Moved {  ///< a muji call is one of this room now
    RoomJid room;
    FullJid initiator;
    Nick nick;
    Media media;
};

using CallEvent = std::variant<Accepted, Rejected, Retracted, Left, Lost, Renamed, Stopped,
                               TimePassed, Seen, Moved>;

/// What to do about it, in order.
struct Refuse {  ///< the message is not broadcast
    Violation violation;
};

struct Relay {  ///< the message is broadcast, stamped with the position where there is one
    std::optional<Position> position;
};

struct ParticipantIn {
    Participant participant;
};

struct ParticipantOut {
    Participant participant;
    std::optional<Reason>
        announce;  ///< tell the room; none: it reads the participant's own message
};

struct CallOver {
    Reason reason;
    std::string text;
    bool announce = true;  ///< tell the room; false: it reads the initiator's own message
};

using CallEffect = std::variant<Refuse, Relay, ParticipantIn, ParticipantOut, CallOver>;

/// One call's state machine:
///
///   ringing --accept--> active --(last one out, empty_call_timeout)--> ended
///      |                   |
///      retract, time-out,  duration, room no longer fit, stop --> ended
///      initiator gone --> ended
///
/// A muji call lives likewise, but no rule holds for it that only a message or an end could
/// enforce: whoever is seen is in, and the time that it rings or lasts has no limit while somebody
/// is in.
class CallState {
  public:
    /// The initiator's propose was let through: it is the first participant, at position 1.
    CallState(const CallMessage& proposal, const RoomJid& room, const FullJid& initiator,
              const Nick& nick, const CallLimits& limits, Now now);

    /// A muji call, rung or found.
    CallState(Call observed, const CallLimits& limits, Now now);

    /// A message event yields exactly one Refuse or Relay, first. After CallOver the call takes
    /// nothing.
    std::vector<CallEffect> handle(const CallEvent& event, Now now);

    const Call& call() const { return call_; }

    /// When TimePassed has something to do, if ever.
    std::optional<TimePoint> deadline() const;

  private:
    std::vector<CallEffect> on(const Accepted& event, Now now);
    std::vector<CallEffect> on(const Rejected& event, Now now);
    std::vector<CallEffect> on(const Retracted& event, Now now);
    std::vector<CallEffect> on(const Left& event, Now now);
    std::vector<CallEffect> on(const Lost& event, Now now);
    std::vector<CallEffect> on(const Renamed& event, Now now);
    std::vector<CallEffect> on(const Stopped& event, Now now);
    std::vector<CallEffect> on(const TimePassed& event, Now now);
    std::vector<CallEffect> on(const Seen& event, Now now);
    std::vector<CallEffect> on(const Moved& event, Now now);

    bool rings_out() const;
    Participant take_out(const FullJid& jid, Now now);
    void end_if_nobody_rings(std::vector<CallEffect>& effects);
    void end(std::vector<CallEffect>& effects, CallOver over);

    CallLimits limits_;
    Call call_;
    uint32_t positions_given_ = 0;
    TimePoint proposed_at_;
    std::optional<TimePoint> empty_since_;
};

}  // namespace parley::module
