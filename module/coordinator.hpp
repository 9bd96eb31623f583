#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "module/admin/commands.hpp"
#include "module/admin/forbidden_users.hpp"
#include "module/admin/statistics.hpp"
#include "module/calls/call_registry.hpp"
#include "module/cluster/orphaned_calls.hpp"
#include "module/focus/focus.hpp"
#include "module/muji/invitations.hpp"
#include "module/muji/unconfirmed.hpp"
#include "module/outputs.hpp"
#include "module/rooms/room_model.hpp"
#include "xmpp/stanza_error.hpp"

namespace parley::module {

struct Settings {
    CallLimits calls;
    RoomSettings room_defaults;
    std::optional<xmpp::Jid> sfu;  ///< the SFU's domain; none: mesh only
    FocusLimits focus;
    std::string node;            ///< of a cluster, for people; empty: the server is one process
    bool keeps_records = false;  ///< of calls, outside this process
};

/// What an earlier run of the module has left.
struct LeftBehind {
    ForbiddenUsers forbidden;
    std::vector<xmpp::Element> records;  ///< of calls that it did not end
};

/// The call coordinator without its surroundings: what happens goes in as values with the time,
/// what is to be done comes out as values. No thread, clock or socket. One owner at a time.
class Coordinator {
  public:
    /// `make_uuid` returns a fresh version-4 UUID in lower case.
    Coordinator(const Settings& settings, std::function<std::string()> make_uuid, Now now);

    /// To be called before anything else happens.
    Outputs restore(LeftBehind left, Now now);

    /// Other settings from now on; the SFU's address, node and keeps_records stay. Calls that run
    /// keep their time limits.
    void configure(const Settings& settings);

    /// From now on `read` tells what the media plane measures of a call in SFU mode; until then
    /// nothing is known of it. It returns at once.
    void read_media_by(std::function<MediaStatistics(const CallId&)> read) {
        read_media_ = std::move(read);
    }

    Outputs on_room(const RoomEvent& event, Now now);

    /// What an occupant's presence says beyond MUC: a <presence/> with the children in
    /// presence_interest, empty where the last of them is gone.
    Outputs on_presence(const RoomHead& room, const Occupant& occupant,
                        const xmpp::Element& presence, Now now);

    struct Judgement {
        Verdict verdict;
        Outputs outputs;  ///< to be done after the message went out
    };

    /// A message to a room or one of its occupants, as the sender wrote it, `stanza_bytes` long on
    /// the wire.
    Judgement on_message(const RoomHead& room, const Occupant& sender, const xmpp::Element& message,
                         size_t stanza_bytes, Now now);

    /// An IQ get or set to a room; nothing where it is no concern of calls. `sender` is null for
    /// one who is not in the room.
    std::optional<Outputs> on_room_iq(const RoomHead& room, const Occupant* sender,
                                      const xmpp::Element& iq);

    /// Any stanza to the SFU's domain.
    Outputs on_service_stanza(const xmpp::Element& stanza, Now now);
    Outputs on_media(const MediaEvent& event, Now now);

    /// What an owner wants the room's settings to be; the error for the owner where they cannot be.
    std::optional<xmpp::StanzaError> on_room_submitted(const RoomJid& room,
                                                       const xmpp::Element& values) const;
    /// The room's settings.
    Outputs on_room_values(const RoomJid& room, const xmpp::Element& values, Now now);

    /// What keeps an IQ from one client to another, if anything.
    std::optional<xmpp::StanzaError> on_user_iq(const xmpp::Element& iq) const;

    /// A node of the cluster is lost, and with it the calls of these records. `is_elected`: this
    /// node tells their participants.
    Outputs on_node_lost(std::string_view node, bool is_elected,
                         const std::vector<xmpp::Element>& records, Now now);

    /// To be called at deadline() or later.
    Outputs on_time(Now now);
    std::optional<TimePoint> deadline() const;

    /// Ends every call and every session, and says so.
    Outputs stop(Now now);

    std::vector<xmpp::Element> room_info(const RoomJid& room) const;
    /// For a room's configuration form.
    std::vector<xmpp::Element> room_fields() const;

    struct CommandAnswer {
        xmpp::Element child;  ///< of the answer: <command/> or <error/>
        Outputs outputs;
    };

    /// One of admin_commands, from somebody who may run it: an administrator of the server to its
    /// domain, or an owner to a room.
    CommandAnswer on_admin_command(const xmpp::Element& iq, Now now);
    std::vector<std::string_view> muc_features() const;

    const CallRegistry& calls() const { return calls_; }

    const RoomModel& rooms() const { return rooms_; }

  private:
    std::optional<Refusal> judge(const RoomHead& room, const Occupant& sender,
                                 const xmpp::Element& message, size_t stanza_bytes, Now now,
                                 std::optional<CallReport>& report, Outputs& outputs);
    std::optional<Refusal> judge_invitation(const RoomHead& room, const Occupant& sender,
                                            const xmpp::Element& message, size_t stanza_bytes,
                                            Now now, std::optional<CallReport>& report,
                                            Outputs& outputs);
    void heed(const InvitationReply& reply, const RoomJid& room, const Occupant& sender, Now now,
              Outputs& outputs);
    void call_by_nick_in(const RoomJid& room, const Occupant& occupant, Now now);
    void call_by_nicks_of(const Call& call, Now now);
    std::vector<const Call*> shown_calls(const RoomJid& room, const RoomPrivacy& privacy) const;
    std::vector<xmpp::Element> missed_messages(const Call& call, const Room& room,
                                               const Occupant& newcomer) const;
    void warn_of_calls_among_clients(const RoomJid& room, Outputs& outputs) const;
    void conference_without_room(const RoomJid& room, Now now, Outputs& outputs);
    void compare_with(const RoomSnapshot& snapshot, Now now);
    void doubt_presence(const RoomJid& conference, const FullJid& jid, Now now);
    void out_of_conference(const RoomJid& conference, const FullJid& jid, Reason reason, Now now,
                           Outputs& outputs);
    MediaStanding standing(const CallMessage& message, const RoomJid& room,
                           const FullJid& sender) const;

    std::optional<Violation> keeps_out(const RoomJid& room, const RoomPrivacy& privacy,
                                       const Occupant& occupant, Now now) const;
    void settle_who_may_call(const RoomJid& room, const RoomSettings& before, Now now,
                             Outputs& outputs);
    void help_late_joiner(const RoomJid& room, const Occupant& occupant, Now now,
                          Outputs& outputs) const;
    void apply(const std::vector<RoomChange>& changes, Now now, Outputs& outputs);
    void on(const PrivacyChanged& change, Now now, Outputs& outputs);
    void on(const OccupantIn& change, Now now, Outputs& outputs);
    void on(const OccupantAltered& change, Now now, Outputs& outputs);
    void on(const OccupantOut& change, Now now, Outputs& outputs);
    void on(const RoomGone& change, Now now, Outputs& outputs);
    void on(const SnapshotNeeded& change, Now now, Outputs& outputs);

    void carry_out(const CallReport& report, Now now, Outputs& outputs);
    void carry_out(const std::vector<CallReport>& reports, Now now, Outputs& outputs);
    void on(const Call& call, const ParticipantIn& effect, Now now, Outputs& outputs);
    void on(const Call& call, const ParticipantOut& effect, Now now, Outputs& outputs);
    void on(const Call& call, const CallOver& effect, Now now, Outputs& outputs);
    void welcome(const Focus::Guest& guest, Now now, Outputs& outputs);
    void dismiss_guests(const RoomJid& room, Now now, Outputs& outputs);
    void take(Focus::Result result, Now now, Outputs& outputs);
    bool is_published(const Call& call) const;
    void publish(const Call& call, Outputs& outputs) const;

    struct Order;  ///< of an administrator or an owner
    CommandResult carry_out(const Order& order, Outputs& outputs);
    std::vector<const Call*> calls_for(const Order& order, size_t max) const;
    CommandResult on_call(const Order& order, Outputs& outputs);
    CommandResult details_of(const Call& call, const Order& order) const;
    CommandResult end_call(const Call& call, const Order& order, Outputs& outputs);
    CommandResult remove_participant(const Call& call, const Order& order, Outputs& outputs);
    CommandResult forbid_user(const Order& order, Outputs& outputs);
    CommandResult allow_user(const Order& order, Outputs& outputs);
    CommandResult forbidden_users(const Order& order) const;
    CommandResult statistics(const Order& order) const;
    CommandResult reload(const Order& order, Outputs& outputs);
    CommandResult drain(const Order& order, Outputs& outputs);
    CommandResult resume(const Order& order, Outputs& outputs);
    CommandResult drain_status() const;
    void report_if_drained(Outputs& outputs);

    /// Somebody waits until no call is left.
    struct Drain {
        std::optional<xmpp::Jid> admin;  ///< is told
        bool is_reported = false;
    };

    const std::string node_;
    const bool keeps_records_;
    uint32_t participants_max_;
    bool guests_allowed_;
    std::function<std::string()> make_uuid_;
    RoomModel rooms_;
    CallRegistry calls_;
    RateLimiter<std::pair<RoomJid, FullJid>> messages_;
    ForbiddenUsers forbidden_;
    CallCounters counters_;
    std::optional<Focus> focus_;
    OrphanedCalls orphaned_;
    Invitations invitations_;
    Unconfirmed unconfirmed_;
    std::optional<Drain> drain_;
    std::function<MediaStatistics(const CallId&)> read_media_;  ///< empty: nothing is measured
};

}  // namespace parley::module
