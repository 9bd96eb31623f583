/// Random lives of a room, each from a seed: whatever happens, some things stay true.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <random>
#include <set>
#include <string>

#include "module/coordinator.hpp"
#include "tests/unit/module/simulated_media.hpp"
#include "xmpp/xml.hpp"

namespace parley::module::test {

namespace {

const RoomJid room_jid = *RoomJid::parse("team@conference.example.org");
constexpr std::string_view sfu_domain = "sfu.example.org";
constexpr int people = 6;
constexpr int steps = 400;

class RandomRoom {
  public:
    explicit RandomRoom(uint32_t seed)
        : random_(seed),
          coordinator_(
              settings(), [this] { return uuid(); }, now_) {
        take(coordinator_.on_room(RoomConfigured{next_head()}, now_));
    }

    void step() {
        switch (pick(12)) {
            case 0:
                return join(pick(people));
            case 1:
                return leave(pick(people));
            case 2:
                return configure();
            case 3:
                return alter(pick(people));
            case 4:
                return pass_time();
            case 5:
                return initiate(pick(people));
            case 6:
                return propose(pick(people));
            default:
                return say(pick(people), static_cast<Action>(1 + pick(4)));
        }
    }

    void check() {
        for (const Call* call : coordinator_.calls().all())
            check(*call);
    }

  private:
    static Settings settings() {
        Settings settings;
        settings.sfu = *xmpp::Jid::parse(sfu_domain);
        settings.calls.participants_max = 4;
        settings.calls.calls_per_room_max = 2;
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

    RoomHead head() const { return {room_jid, privacy_, generation_}; }

    RoomHead next_head() {
        generation_ += pick(20) == 0 ? 2 : 1;  // a host that loses events now and then
        return head();
    }

    void join(int who) {
        const Occupant occupant{jid(who), Nick{"user" + std::to_string(who / 2)},
                                pick(8) == 0 ? Affiliation::none : Affiliation::member,
                                pick(8) == 0 ? Role::visitor : Role::participant};
        occupants_.insert_or_assign(who, occupant);
        take(coordinator_.on_room(OccupantJoined{next_head(), occupant}, now_));
    }

    void leave(int who) {
        const auto found = occupants_.find(who);
        if (found == occupants_.end()) return;
        const Occupant occupant = found->second;
        occupants_.erase(found);
        take(coordinator_.on_room(
            OccupantLeft{next_head(), occupant, static_cast<LeaveReason>(pick(6))}, now_));
    }

    void configure() {
        privacy_ = {pick(6) != 0, pick(6) != 0};
        take(coordinator_.on_room(RoomConfigured{next_head()}, now_));
    }

    void alter(int who) {
        const auto found = occupants_.find(who);
        if (found == occupants_.end()) return;
        found->second.nick.value += '\'';
        found->second.role = pick(4) == 0 ? Role::visitor : Role::participant;
        take(coordinator_.on_room(OccupantChanged{next_head(), found->second}, now_));
    }

    void pass_time() {
        now_.steady += std::chrono::seconds(pick(40));
        take(coordinator_.on_time(now_));
    }

    void initiate(int who) {
        const std::string id = pick(2) == 0 || ids_.empty() ? new_id() : some_id();
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
        const Mode mode = call ? call->mode : Mode::mesh;
        send(who, '<' + std::string(to_string(action)) + " xmlns='" +
                      std::string(namespace_of(mode)) + "' id='" + id + "'/>");
    }

    void send(int who, const std::string& call) {
        const auto found = occupants_.find(who);
        if (found == occupants_.end()) return;
        const auto message = xmpp::parse_xml(
            "<message type='groupchat' to='team@conference.example.org'>" + call + "</message>");
        auto judgement = coordinator_.on_message(head(), found->second, message.value(), 500, now_);
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
            const auto* command = std::get_if<MediaCommand>(&output);
            if (!command) continue;
            for (const MediaEvent& event : media_.execute(*command)) {
                take(coordinator_.on_media(event, now_));
            }
        }
    }

    void check(const Call& call) {
        std::set<FullJid> seen;
        Position last{0};
        for (const Participant& participant : call.participants) {
            BOOST_TEST(seen.insert(participant.jid).second);
            BOOST_TEST((participant.position > last));
            last = participant.position;
            const Occupant* occupant =
                coordinator_.rooms().find_occupant(room_jid, participant.jid);
            BOOST_REQUIRE(occupant != nullptr);
            BOOST_TEST((occupant->nick == participant.nick));
            BOOST_TEST((occupant->role >= Role::participant));
        }
        BOOST_TEST(call.participants.size() <= 4u);
        BOOST_TEST((call.phase != Phase::ended));
        BOOST_TEST(!coordinator_.calls().has_ended(call.id));
        BOOST_TEST((privacy_.members_only && privacy_.non_anonymous));
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
    unsigned uuids_ = 0;
    Now now_{TimePoint{} + std::chrono::hours(1), WallTime{}};
    Coordinator coordinator_;
    SimulatedMedia media_;
    RoomPrivacy privacy_{true, true};
    uint64_t generation_ = 0;
    std::map<int, Occupant> occupants_;
    std::vector<std::string> ids_;
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
