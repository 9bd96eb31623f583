#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "module/admin/forbidden_users.hpp"
#include "module/calls/call_registry.hpp"
#include "module/focus/conference.hpp"
#include "module/focus/media_statistics.hpp"
#include "module/jingle/jingle.hpp"
#include "module/outputs.hpp"
#include "module/rooms/room_model.hpp"
#include "xmpp/stanza_error.hpp"

/// The SFU as a Jingle peer (XEP-0521): who may send to which conference, and who gets whose media.
/// Pure: stanzas and media events in, stanzas and media commands out.
namespace parley::module {

struct FocusLimits {
    std::chrono::seconds proposal_timeout{
        30};  ///< a conference that no call names is ended after it
    uint32_t session_initiates_per_minute_max = 60;  ///< of one full JID
    /// Of one full JID: contents added, removed, paused and muted, ICE restarts, subscriptions.
    uint32_t session_changes_per_minute_max = 240;
    size_t conferences_per_client_max = 4;  ///< that one full JID sends media to at a time
    size_t conferences_max = 4096;
    size_t remote_candidates_max = 64;   ///< of one session; more are ignored
    size_t contents_per_client_max = 8;  ///< that a client sends in one session
    bool guests_allowed = false;         ///< by the server; the room's owners must allow them, too
};

class Focus {
  public:
    /// `rooms`, `calls` and `forbidden` are looked up, never changed, and outlive the focus.
    /// `make_uuid` returns a fresh version-4 UUID in lower case.
    Focus(xmpp::Jid service, FocusLimits limits, const RoomModel& rooms, const CallRegistry& calls,
          const ForbiddenUsers& forbidden, std::function<std::string()> make_uuid);

    /// A participant whose media is gone for good; the call does not know it yet.
    struct LostParticipant {
        CallId call;
        FullJid jid;
        Reason reason;
    };

    /// A client that is not in the room and has media now: the call does not know it yet.
    struct Guest {
        CallId call;
        FullJid jid;
    };

    struct Result {
        Outputs outputs;
        std::vector<Guest> guests;
        std::vector<LostParticipant> lost;
        std::vector<CallId> retired;  ///< conferences that ended without ever being a call
    };

    /// Whether on_conference_iq is to answer this IQ to a conference JID.
    static bool understands(const xmpp::Element& iq);

    /// An IQ to a conference JID with a valid `from`: one that it understands, or a response.
    Result on_conference_iq(const xmpp::Element& iq, const xmpp::Jid& from, const xmpp::Jid& to,
                            Now now);
    Result on_media(const MediaEvent& event, Now now);

    /// What the rules of propose and accept ask.
    MediaStanding standing(const CallId& id, const RoomJid& room, const FullJid& jid,
                           const std::optional<xmpp::Jid>& service) const;

    /// The client is a participant of the call from now on: it gets the others' media, and they
    /// its.
    Result admit(const CallId& id, const FullJid& jid);
    /// The client is no participant any more: every session of it and with its media ends.
    Result dismiss(const CallId& id, const FullJid& jid, Reason reason);
    /// The client is out of the room, or may not call there any more.
    Result dismiss_from_room(const RoomJid& room, const FullJid& jid, Reason reason);
    /// No client of this user (bare JID) may call any more.
    Result dismiss_user(const xmpp::Jid& user, Reason reason);
    Result end(const CallId& id, Reason reason);
    Result end_all_in_room(const RoomJid& room, Reason reason);
    Result end_all(Reason reason);

    /// What is measured of a conference's sessions, by participant. Those without a session are
    /// left out.
    CallStatistics statistics(const CallId& id, const MediaStatistics& measured) const;

    Result time_passed(Now now);
    std::optional<TimePoint> deadline() const;

    const xmpp::Jid& service() const { return service_; }

    /// For what happens from now on.
    void set_limits(const FocusLimits& limits) {
        limits_ = limits;
        initiates_.set_rate(limits.session_initiates_per_minute_max);
        changes_.set_rate(limits.session_changes_per_minute_max);
    }

    size_t conference_count() const { return conferences_.size(); }

    size_t session_count() const { return conference_of_.size(); }

  private:
    struct Request;  ///< an IQ set with a parsed <jingle/> from a client
    using Refused = std::optional<xmpp::StanzaError>;

    // What clients ask (focus_requests.cpp, focus_members.cpp, focus_sessions.cpp).
    Refused on_member_iq(const xmpp::Element& iq, const FullJid& client, const CallId& id, Now now,
                         Result& result);
    Refused on_jingle(const xmpp::Element& iq, const FullJid& client, const CallId& id, Now now,
                      Result& result);
    Refused on_session_initiate(const Request& request, Result& result);
    Refused may_take_part(const Request& request, const CallId& id, const RoomJid& room) const;
    bool admits_guests(const CallId& id, const RoomJid& room) const;
    Refused may_publish(const Request& request, const CallId& id, const RoomJid& room) const;
    void publish(const Request& request, const RoomJid& room, MediaDescription offer,
                 Result& result);
    Refused on_session_action(const Request& request, Session& session, Result& result);
    Refused on_session_accept(const Request& request, Session& session, Result& result);
    Refused on_session_info(const Request& request, Session& session, Result& result);
    Refused on_session_terminate(const Request& request, Session& session, Result& result);
    void on_response(const xmpp::Element& iq, const xmpp::Jid& from, Now now, Result& result);
    void on_add_refused(Conference& conference, Session& session, uint64_t request, bool is_tie,
                        Now now, Result& result);
    void acknowledge(const Request& request, Result& result) const;
    Refused may_change(const Request& request);

    // What clients do with contents (focus_contents.cpp).
    Refused on_content_add(const Request& request, Session& session, Result& result);
    Refused on_content_accept(const Request& request, Session& session, Result& result);
    Refused on_content_reject(const Request& request, Session& session, Result& result);
    Refused on_content_remove(const Request& request, Session& session, Result& result);
    Refused on_content_modify(const Request& request, Session& session, Result& result);
    void answer_addition(Conference& conference, Session& session,
                         const std::vector<MediaContent>& taken, Result& result);
    void accept_contents(Conference& conference, Session& session,
                         const std::vector<jingle::Content>& answered, Result& result);
    void decline_contents(Conference& conference, Session& session,
                          const std::vector<std::string>& names, Result& result);
    void end_if_empty(Conference& conference, Session& session, Now now, Result& result);

    // Transports (focus_transport.cpp).
    Refused on_transport_info(const Request& request, Session& session, Result& result);
    Refused on_transport_replace(const Request& request, Session& session, Result& result);
    void restart(const CallId& id, Session& session, jingle::IceTransport transport,
                 Session::Restart how, Result& result);

    // Who gets what (focus_offers.cpp).
    void offer_missing(Conference& conference, Result& result);
    void offer_more(Conference& conference, const FullJid& source, Result& result);
    void offer_session(Conference& conference, Session& session, const MediaDescription& media,
                       Result& result);
    void offer_contents(Conference& conference, Session& session, const FullJid& source,
                        std::vector<MediaContent> contents, Result& result);
    void send_content_add(const Conference& conference, Session& session, const FullJid& source,
                          const std::vector<MediaContent>& contents, Result& result);
    void offer_again(const Conference& conference, Session& session, uint64_t request,
                     Result& result);
    std::vector<MediaContent> keep_offerable(const Conference& conference, const Session& session,
                                             const FullJid& source,
                                             std::vector<MediaContent> contents, Result& result);
    void withdraw(Conference& conference, const FullJid& source,
                  const std::vector<std::string>& origins, Result& result);
    void withdraw_in(const CallId& id, Session& session, const std::vector<std::string>& names,
                     Result& result);
    void withdraw_source(const CallId& id, Session& session, const FullJid& source, Result& result);
    void tell_senders(const Conference& conference, const FullJid& source,
                      const std::string& origin, Result& result);
    void tell_muted(const Conference& conference, const FullJid& source,
                    const SessionContent& origin, Result& result);
    void tell_muted_in(const CallId& id, const Session& session, const SessionContent& content,
                       bool muted, Result& result);

    // What the media plane tells (focus_media.cpp).
    void on(const LocalDescriptionReady& event, Now now, Result& result);
    void on(const LocalContentsReady& event, Now now, Result& result);
    void on(const LocalCandidatesFound& event, Now now, Result& result);
    void on(const LocalTransportReady& event, Now now, Result& result);
    void on(const MediaConnected& event, Now now, Result& result);
    void on(const MediaFailed& event, Now now, Result& result);
    void on(const SpeakerChanged& event, Now now, Result& result);
    void on(const MediaDemandChanged& event, Now now, Result& result);
    void on(const MediaLimitExceeded& event, Now now, Result& result);
    void accept_session(Conference& conference, Session& session, const MediaDescription& media,
                        Result& result);

    Session& open_session(Conference& conference, const FullJid& client, std::string sid,
                          std::optional<FullJid> source);
    void close(Conference& conference, SessionNumber number, bool tell_media, Result& result,
               std::optional<Reason> tell_client, std::string_view text = {});
    void close_media_of(Conference& conference, const FullJid& source, Result& result);
    void publisher_left(Conference& conference, const FullJid& jid, Reason reason, Now now,
                        Result& result);
    void lose_publisher(Conference& conference, const FullJid& jid, Reason reason, Result& result);
    void remove_member(Conference& conference, const FullJid& jid, Reason reason, Result& result);
    void end_conference(Conference& conference, Reason reason, Result& result);

    Conference& create_conference(const CallId& id, const RoomJid& room, const FullJid& creator,
                                  Now now);
    std::set<CallId> ids_of(const RoomJid& room) const;
    Conference* find(const CallId& id);
    const Conference* find(const CallId& id) const;
    Conference* find_by_session(SessionNumber number);
    xmpp::Jid address_of(const CallId& conference) const;
    void send_terminate(const Session& session, const CallId& conference, Reason reason,
                        std::string_view text, Result& result);
    uint64_t send_jingle(const Session& session, const CallId& conference,
                         const jingle::Jingle& jingle, std::string_view purpose, Result& result);

    const xmpp::Jid service_;
    FocusLimits limits_;
    const RoomModel& rooms_;
    const CallRegistry& calls_;
    const ForbiddenUsers& forbidden_;
    const std::function<std::string()> make_uuid_;
    RateLimiter<FullJid> initiates_;
    RateLimiter<FullJid> changes_;
    uint64_t sessions_opened_ = 0;
    uint64_t requests_sent_ = 0;
    std::map<CallId, Conference> conferences_;
    std::map<RoomJid, std::set<CallId>> conferences_of_;
    std::map<SessionNumber, CallId> conference_of_;
    std::map<FullJid, size_t> publishing_;  ///< conferences each client sends to
    // In order of time; an entry that no longer holds is skipped when its time comes.
    std::deque<std::pair<TimePoint, CallId>> proposals_due_;
    std::deque<std::pair<TimePoint, std::pair<CallId, FullJid>>> sessions_due_;
};

}  // namespace parley::module
