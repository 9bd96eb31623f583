/// Random lives of a room and of a conference's room beside it, each from a seed: whatever happens,
/// some things stay true.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <random>
#include <set>
#include <string>

#include "module/calls/room_policy.hpp"
#include "module/coordinator.hpp"
#include "tests/unit/module/simulated_media.hpp"
#include "xmpp/xml.hpp"

namespace parley::module::test {

namespace {

constexpr std::string_view sfu_domain = "sfu.example.org";
constexpr int people = 6;
constexpr int steps = 400;

class RandomRoom {
  public:
    explicit RandomRoom(uint32_t seed)
        : random_(seed),
          coordinator_(
              settings(), [this] { return uuid(); }, now_) {
        for (Place* place : {&team_, &conference_})
            take(coordinator_.on_room(RoomConfigured{next_head(*place)}, now_));
    }

    void step() {
        Place& place = pick(2) == 0 ? team_ : conference_;
        switch (pick(20)) {
            case 0:
                return join(place, pick(people));
            case 1:
                return leave(place, pick(people));
            case 2:
                return configure(place);
            case 3:
                return alter(place, pick(people));
            case 4:
                return pass_time();
            case 5:
                return initiate(pick(people));
            case 6:
                return propose(pick(people));
            case 7:
            case 8:
                return show(place, pick(people), static_cast<Muji>(pick(4)));
            case 9:
                return invite(pick(people));
            case 10:
                return pick(4) == 0 ? destroy(place) : snapshot(place);
            case 11:
                return rule();
            case 12:
                return submit();
            case 13:
            case 14:
                return call_by_sfu(pick(people));
            default:
                return say(pick(people), static_cast<Action>(1 + pick(4)));
        }
    }

    void check() {
        for (const Call* call : coordinator_.calls().all())
            check(*call);
        check(team_);
        check(conference_);
    }

  private:
    enum class Muji { none, preparing, contents, more_contents };

    /// A room as it is.
    struct Place {
        RoomJid jid;
        RoomPrivacy privacy{true, true};
        uint64_t generation = 0;
        std::map<int, Occupant> occupants;
        std::set<int> calling;   ///< who are in the conference of this room
        std::set<int> doubtful;  ///< who the module may yet take to be in it
    };

    static Settings settings() {
        Settings settings;
        settings.sfu = *xmpp::Jid::parse(sfu_domain);
        settings.calls.participants_max = 4;
        settings.calls.calls_per_room_max = 2;
        settings.calls.proposals_per_minute_max = 60'000;
        settings.calls.room_proposals_per_minute_max = 60'000;
        settings.focus.guests_allowed = true;
        return settings;
    }

    int pick(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }

    std::string uuid() {
        char text[37];
        std::snprintf(text, sizeof text, "%08x-0000-4000-8000-%012x",
                      static_cast<unsigned>(random_()), ++uuids_);
        return text;
    }

    static FullJid jid(int who) {
        return *FullJid::parse("user" + std::to_string(who / 2) + "@example.org/device" +
                               std::to_string(who % 2));
    }

    static RoomHead head(const Place& place) {
        return {place.jid, place.privacy, place.generation};
    }

    RoomHead next_head(Place& place) {
        place.generation += pick(20) == 0 ? 2 : 1;  // a host that loses events now and then
        return head(place);
    }

    void join(Place& place, int who) {
        const std::string nick = &place == &team_ ? "user" : "guest";
        const Occupant occupant{jid(who), Nick{nick + std::to_string(who / 2)},
                                pick(8) == 0 ? Affiliation::none : Affiliation::member,
                                pick(8) == 0 ? Role::visitor : Role::participant};
        place.occupants.insert_or_assign(who, occupant);
        const bool was_calling = place.calling.erase(who) > 0;
        if (was_calling) place.doubtful.insert(who);
        take(coordinator_.on_room(OccupantJoined{next_head(place), occupant}, now_));
        if (was_calling && pick(2) == 0) show(place, who, Muji::contents);
    }

    void leave(Place& place, int who) {
        const auto found = place.occupants.find(who);
        if (found == place.occupants.end()) return;
        const Occupant occupant = found->second;
        place.occupants.erase(found);
        place.calling.erase(who);
        place.doubtful.erase(who);
        take(coordinator_.on_room(
            OccupantLeft{next_head(place), occupant, static_cast<LeaveReason>(pick(6))}, now_));
    }

    void configure(Place& place) {
        place.privacy = {pick(6) != 0, pick(6) != 0};
        take(coordinator_.on_room(RoomConfigured{next_head(place)}, now_));
    }

    void alter(Place& place, int who) {
        const auto found = place.occupants.find(who);
        if (found == place.occupants.end()) return;
        found->second.nick.value += '\'';
        found->second.role = pick(4) == 0 ? Role::visitor : Role::participant;
        take(coordinator_.on_room(OccupantChanged{next_head(place), found->second}, now_));
    }

    void destroy(Place& place) {
        place.occupants.clear();
        place.calling.clear();
        place.doubtful.clear();
        take(coordinator_.on_room(RoomDestroyed{next_head(place)}, now_));
        place.generation = 0;
        take(coordinator_.on_room(RoomConfigured{next_head(place)}, now_));
    }

    /// The host repeats who is in the conference, or has lost it and knows better.
    void snapshot(Place& place) {
        RoomSnapshot event{head(place), {}};
        for (const auto& [who, occupant] : place.occupants)
            event.occupants.push_back(occupant);
        take(coordinator_.on_room(event, now_));
        for (const int who : std::set<int>(place.calling)) {
            if (pick(6) != 0) {
                show(place, who, Muji::contents);
            } else {
                place.calling.erase(who);
                place.doubtful.insert(who);
            }
        }
    }

    void pass_time() {
        const auto passed = std::chrono::seconds(pick(40));
        now_.steady += passed;
        if (passed >= presence_repeat_timeout) {
            team_.doubtful.clear();
            conference_.doubtful.clear();
        }
        take(coordinator_.on_time(now_));
    }

    void show(Place& place, int who, Muji muji) {
        const auto found = place.occupants.find(who);
        if (found == place.occupants.end()) return;
        std::string children = muji == Muji::none || muji == Muji::contents ? "" : "<preparing/>";
        if (muji >= Muji::contents) children += "<content xmlns='urn:xmpp:jingle:1' name='a'/>";
        const auto presence = xmpp::parse_xml(
            "<presence xmlns='jabber:client'>" +
            (muji == Muji::none ? std::string()
                                : "<muji xmlns='urn:xmpp:jingle:muji:0'>" + children + "</muji>") +
            "</presence>");
        if (muji == Muji::contents) place.calling.insert(who);
        if (muji < Muji::contents) place.calling.erase(who);
        if (muji == Muji::more_contents && place.doubtful.contains(who)) {
            place.calling.insert(who);
        }
        place.doubtful.erase(who);
        take(coordinator_.on_presence(head(place), found->second, presence.value(), now_));
    }

    void invite(int who) {
        const Place& place = pick(4) == 0 ? team_ : conference_;
        send(who, "<invite xmlns='urn:xmpp:call-invites:0' id='" + new_id() +
                      "'><muji xmlns='urn:xmpp:jingle:muji:0' room='" + place.jid.to_string() +
                      "'/></invite>");
        if (pick(3) == 0) {
            send(who, "<retract xmlns='urn:xmpp:call-invites:0' id='" + some_id() + "'/>");
        }
    }

    /// An administrator forbids a user to call, or allows it again.
    void rule() {
        const xmpp::Jid user = jid(pick(people)).bare();
        const bool forbids = pick(2) == 0;
        const auto iq = xmpp::parse_xml(
            "<iq type='set' id='1' from='admin@example.org/1' to='example.org'><command "
            "xmlns='http://jabber.org/protocol/commands' node='urn:parley:admin:0#" +
            std::string(forbids ? "forbid-user" : "allow-user") +
            "'><x xmlns='jabber:x:data' type='submit'><field var='user'><value>" +
            user.to_string() +
            "</value></field><field var='duration'><value>0</value></field></x></command></iq>");
        if (forbids) {
            forbidden_.insert(user);
        } else {
            forbidden_.erase(user);
        }
        take(coordinator_.on_admin_command(iq.value(), now_).outputs);
    }

    /// An owner decides who may call.
    void submit() {
        const auto field = [](std::string_view var, std::string_view value) {
            return "<field var='urn:parley:room:0#" + std::string(var) + "'><value>" +
                   std::string(value) + "</value></field>";
        };
        const auto values = xmpp::parse_xml("<x xmlns='jabber:x:data' type='submit'>" +
                                            field("calls", pick(6) == 0 ? "0" : "1") +
                                            field("guests", pick(2) == 0 ? "0" : "1") + "</x>");
        take(coordinator_.on_room_values(team_.jid, values.value(), now_));
    }

    /// As a client does it that keeps to the protocol; who is not in the room tries as a guest.
    void call_by_sfu(int who) {
        const Call* running = nullptr;
        for (const Call* call : coordinator_.calls().all()) {
            if (call->mode == Mode::sfu) running = call;
        }
        const std::string id = running ? running->id.text() : new_id();
        const std::string verb = running ? "accept" : "propose";
        initiate(who, id);
        send(who, '<' + verb + " xmlns='" + std::string(namespace_of(Mode::sfu)) + "' id='" + id +
                      "' service='" + std::string(sfu_domain) +
                      "'><description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/></" + verb +
                      '>');
    }

    void initiate(int who) { initiate(who, pick(2) == 0 || ids_.empty() ? new_id() : some_id()); }

    void initiate(int who, const std::string& id) {
        const auto iq = xmpp::parse_xml(
            "<iq type='set' id='1' from='" + jid(who).to_string() + "' to='" + id + '@' +
            std::string(sfu_domain) +
            "'><jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='" + id + ':' +
            std::to_string(++uuids_) +
            "'><muji xmlns='urn:xmpp:jingle:muji:0' room='team@conference.example.org'/>"
            "<content name='0' senders='initiator'><description "
            "xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/><transport "
            "xmlns='urn:xmpp:jingle:transports:ice-udp:1'/></content></jingle></iq>");
        take(coordinator_.on_service_stanza(iq.value(), now_));
    }

    void propose(int who) {
        const bool sfu = pick(2) == 0 && !ids_.empty();
        const std::string id = sfu || (pick(4) == 0 && !ids_.empty()) ? some_id() : new_id();
        send(who, "<propose xmlns='" + std::string(namespace_of(sfu ? Mode::sfu : Mode::mesh)) +
                      "' id='" + id + "' service='" + std::string(sfu_domain) +
                      "'><description xmlns='urn:xmpp:jingle:apps:rtp:1' "
                      "media='audio'/></propose>");
    }

    void say(int who, Action action) {
        if (ids_.empty()) return;
        const std::string id = some_id();
        const Call* call = coordinator_.calls().find(*CallId::parse(id));
        const Mode mode = call && call->mode == Mode::sfu ? Mode::sfu : Mode::mesh;
        send(who, '<' + std::string(to_string(action)) + " xmlns='" +
                      std::string(namespace_of(mode)) + "' id='" + id + "'/>");
    }

    void send(int who, const std::string& call) {
        const auto found = team_.occupants.find(who);
        if (found == team_.occupants.end()) return;
        const auto message = xmpp::parse_xml(
            "<message type='groupchat' to='team@conference.example.org'>" + call + "</message>");
        auto judgement =
            coordinator_.on_message(head(team_), found->second, message.value(), 500, now_);
        if (const auto* replaced = std::get_if<Replace>(&judgement.verdict)) {
            note_position(*replaced->message.first_child());
        }
        take(std::move(judgement.outputs));
    }

    /// Positions of a call are given in order, each once.
    void note_position(const xmpp::Element& call) {
        if (call.name() != "propose" && call.name() != "accept") return;
        const auto position = std::stoul(std::string(call.attr("position")));
        unsigned long& last = positions_[std::string(call.attr("id"))];
        BOOST_TEST(position == last + 1);
        last = position;
    }

    void take(Outputs outputs) {
        for (const Output& output : outputs) {
            if (const auto* sent = std::get_if<SendToOccupant>(&output)) check(*sent);
            if (const auto* said = std::get_if<Broadcast>(&output)) check(*said);
            const auto* command = std::get_if<MediaCommand>(&output);
            if (!command) continue;
            for (const MediaEvent& event : media_.execute(*command)) {
                take(coordinator_.on_media(event, now_));
            }
        }
    }

    /// Occupants of a room that is not private hear nothing of who calls whom.
    void check(const SendToOccupant& sent) const {
        const RoomPrivacy& privacy = sent.room == team_.jid ? team_.privacy : conference_.privacy;
        const xmpp::Element* calls = sent.message.child("calls", "urn:xmpp:jingle-muc-message:0");
        for (const xmpp::Element* call : calls ? calls->elements() : sent.message.elements()) {
            const bool tells = call->attr("mode") == "muji" || call->name() == "invite";
            BOOST_TEST((!tells || is_private(privacy)));
        }
    }

    /// What the module cannot end it does not call ended.
    void check(const Broadcast& said) {
        const xmpp::Element& call = *said.message.first_child();
        BOOST_TEST(!muji_ids_.contains(std::string(call.attr("id"))));
        if (call.attr("guest") == "true") note_position(call);
    }

    /// Who says so is in the call of the conference, and nobody else.
    void check(const Place& place) {
        std::set<FullJid> in;
        if (const Call* call = coordinator_.calls().find_conference(place.jid)) {
            muji_ids_.insert(call->id.text());
            for (const Participant& participant : call->participants)
                in.insert(participant.jid);
        }
        for (int who = 0; who < people; ++who) {
            if (place.doubtful.contains(who)) continue;
            BOOST_TEST(in.contains(jid(who)) == place.calling.contains(who));
        }
    }

    void check(const Call& call) {
        const Place& place = call.conference == conference_.jid ? conference_ : team_;
        std::set<FullJid> seen;
        Position last{0};
        for (const Participant& participant : call.participants) {
            BOOST_TEST(seen.insert(participant.jid).second);
            BOOST_TEST((participant.position > last));
            last = participant.position;
            const RoomModel& rooms = coordinator_.rooms();
            if (call.mode != Mode::muji) BOOST_TEST(!forbidden_.contains(participant.jid.bare()));
            if (participant.is_guest) {
                BOOST_TEST(rooms.settings_of(team_.jid).guests);
                continue;
            }
            BOOST_REQUIRE(rooms.find_occupant(place.jid, participant.jid) != nullptr);
            const Occupant* occupant = rooms.find_occupant(call.room, participant.jid);
            BOOST_TEST((!occupant || occupant->nick == participant.nick));
            BOOST_TEST((call.mode == Mode::muji || occupant->role >= Role::participant));
        }
        BOOST_TEST((call.phase != Phase::ended));
        BOOST_TEST(!coordinator_.calls().has_ended(call.id));
        if (call.mode == Mode::muji) {
            BOOST_TEST(coordinator_.calls().find_conference(place.jid) == &call);
            BOOST_TEST((call.room == team_.jid || call.room == place.jid));
        } else {
            BOOST_TEST(call.participants.size() <= 4u);
            BOOST_TEST(coordinator_.rooms().settings_of(team_.jid).calls_allowed);
            BOOST_TEST(is_private(team_.privacy));
        }
    }

    std::string new_id() {
        ids_.push_back(uuid());
        return ids_.back();
    }

    std::string some_id() {
        const int recent = std::min<int>(static_cast<int>(ids_.size()), 4);
        return ids_[ids_.size() - 1 - static_cast<size_t>(pick(recent))];
    }

    std::mt19937 random_;
    std::set<xmpp::Jid> forbidden_;
    unsigned uuids_ = 0;
    Now now_{TimePoint{} + std::chrono::hours(1), WallTime{}};
    Coordinator coordinator_;
    SimulatedMedia media_;
    Place team_{*RoomJid::parse("team@conference.example.org"), {true, true}, 0, {}, {}, {}};
    Place conference_{
        *RoomJid::parse("8a3f01bc@conference.example.org"), {true, true}, 0, {}, {}, {}};
    std::vector<std::string> ids_;
    std::set<std::string> muji_ids_;
    std::map<std::string, unsigned long> positions_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(model)

BOOST_DATA_TEST_CASE(stays_true, boost::unit_test::data::xrange(1u, 101u), seed) {
    RandomRoom room(seed);
    for (int i = 0; i < steps; ++i) {
        room.step();
        room.check();
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::module::test
