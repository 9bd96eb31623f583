/// Random calls through the SFU, each from a seed: stanzas and what the media plane tells are on
/// their way for a while. Whatever crosses, in the end each client knows of the contents that the
/// media plane sends it, and of no others.
#include <algorithm>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>

#include "module/coordinator.hpp"
#include "module/jingle/jingle.hpp"
#include "module/jingle/namespaces.hpp"
#include "tests/unit/module/simulated_media.hpp"
#include "xmpp/xml.hpp"

namespace parley::module::test {

namespace {

using jingle::Jingle;
using jingle::Party;
using JingleAction = jingle::Action;

constexpr int people = 5;
constexpr int steps = 300;
const std::string call = "0f3b9c1e-6d4a-4a5e-9b1f-2f7c8a1d3e50";
const std::string conference = call + "@sfu.example.org";

/// A client as it sees things, from stanzas alone.
struct Client {
    FullJid jid;
    bool in_room = false;
    bool single = false;
    /// What it has declined, by sid, since it began its own session or entered the room.
    std::set<std::string> declined{};
    std::deque<xmpp::Element> inbox{};                        ///< not read yet
    std::string own_sid{};                                    ///< empty: none
    bool is_accepted = false;                                 ///< its own session
    std::set<std::string> adding{};                           ///< contents that it waits for
    std::map<std::string, std::set<std::string>> contents{};  ///< by sid: what both sides know
    int names = 0;
};

class RandomCall {
  public:
    explicit RandomCall(uint32_t seed)
        : random_(seed),
          coordinator_(
              settings(), [this] { return uuid(); }, now_) {
        take(coordinator_.on_room(RoomConfigured{next_head()}, now_));
        for (int who = 0; who < people; ++who) {
            clients_.push_back({*FullJid::parse("user" + std::to_string(who) + "@example.org/x")});
            enter(clients_.back());
        }
        begin(clients_[0]);
        settle();
        say(clients_[0], "propose");
    }

    void step() {
        Client& client = clients_[pick(people)];
        switch (pick(16)) {
            case 0:
                return client.own_sid.empty() ? begin(client) : end_session(client);
            case 1:
                return say(client, pick(6) == 0 ? "ended" : "accept");
            case 2:
                return pick(4) == 0 ? leave(client) : enter(client);
            case 3:
                return add(client);
            case 4:
            case 5:
                return remove(client);
            case 6:
                return modify(client);
            case 7:
                return mute(client);
            case 8:
                return restart(client);
            case 9:
            case 10:
            case 11:
                return tell_media();
            default:
                return read(client);
        }
    }

    /// All that is on its way arrives, and is answered.
    void settle() {
        for (bool moved = true; moved;) {
            moved = !events_.empty();
            while (!events_.empty())
                tell_media();
            for (Client& client : clients_) {
                while (!client.inbox.empty()) {
                    moved = true;
                    read(client);
                }
            }
        }
    }

    void check() {
        const Call* running = coordinator_.calls().find(*CallId::parse(call));
        for (const Client& client : clients_) {
            const bool has_session = !client.own_sid.empty();
            if (!has_session) continue;
            BOOST_TEST(client.is_accepted);
            const auto* session = media_.find(media_.publishing(client.jid).value());
            BOOST_REQUIRE(session);
            BOOST_TEST(known(client) == names(*session), boost::test_tools::per_element());
            for (const auto& [name, whence] : session->sent)
                check_source(whence.first, whence.second);
            if (running && running->participant(client.jid)) check_complete(client, *running);
        }
    }

  private:
    static Settings settings() {
        Settings settings;
        settings.sfu = *xmpp::Jid::parse("sfu.example.org");
        settings.calls.call_messages_per_minute_max = 60'000;
        settings.focus.session_initiates_per_minute_max = 60'000;
        settings.focus.session_changes_per_minute_max = 60'000;
        return settings;
    }

    size_t pick(size_t count) { return random_() % count; }

    std::string uuid() {
        char text[37];
        std::snprintf(text, sizeof text, "%08x-0000-4000-8000-000000000000", ++uuids_);
        return text;
    }

    RoomHead next_head() { return {room_, {true, true}, ++generation_}; }

    Occupant occupant(const Client& client) const {
        return {client.jid, Nick{client.jid.jid().local()}, Affiliation::member, Role::participant};
    }

    void enter(Client& client) {
        if (client.in_room) return;
        client.in_room = true;
        take(coordinator_.on_room(OccupantJoined{next_head(), occupant(client)}, now_));
    }

    void leave(Client& client) {
        if (!client.in_room) return;
        client.in_room = false;
        client.declined.clear();
        take(coordinator_.on_room(OccupantLeft{next_head(), occupant(client), LeaveReason::left},
                                  now_));
    }

    void say(Client& client, const std::string& verb) {
        if (!client.in_room) return;
        const std::string described =
            verb == "propose" ? "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/>"
                              : "";
        const auto message = xmpp::parse_xml(
            "<message type='groupchat' to='team@conference.example.org'><" + verb +
            " xmlns='urn:xmpp:jingle-muc-media-sfu:0' id='" + call +
            "' service='sfu.example.org'>" + described + "</" + verb + "></message>");
        const RoomHead head{room_, {true, true}, generation_};
        take(coordinator_.on_message(head, occupant(client), message.value(), 500, now_).outputs);
    }

    // What clients do.

    static jingle::Content offered(const std::string& name, jingle::Senders senders) {
        jingle::Content content;
        content.name = name;
        content.senders = senders;
        content.description.emplace().media =
            name.starts_with('v') ? jingle::MediaKind::video : jingle::MediaKind::audio;
        content.transport.emplace().ufrag = "u";
        content.transport->pwd = "0123456789abcdefghijkl";
        return content;
    }

    void begin(Client& client) {
        if (!client.in_room || !client.own_sid.empty()) return;
        client.own_sid = call + ':' + uuid();
        client.single = pick(3) != 0;
        client.is_accepted = false;
        Jingle jingle;
        jingle.action = JingleAction::session_initiate;
        jingle.sid = client.own_sid;
        jingle.muji_room = room_.to_string();
        jingle.single_session = client.single;
        jingle.contents.push_back(offered("a", jingle::Senders::initiator));
        if (pick(2) == 0) jingle.contents.push_back(offered("v", jingle::Senders::none));
        for (const auto& content : jingle.contents) {
            jingle.bundle.push_back(content.name);
            client.contents[client.own_sid].insert(content.name);
        }
        send(client, jingle);
    }

    void end_session(Client& client) {
        Jingle jingle = in(client.own_sid, JingleAction::session_terminate);
        forget(client, client.own_sid);
        send(client, jingle);
    }

    void add(Client& client) {
        if (!client.is_accepted) return;
        Jingle jingle = in(client.own_sid, JingleAction::content_add);
        for (size_t i = 0; i <= pick(2); ++i) {
            jingle.contents.push_back(
                offered((pick(2) == 0 ? "v" : "a") + std::to_string(++client.names),
                        jingle::Senders::initiator));
            // H.263, which nobody takes.
            if (pick(4) == 0) {
                jingle.contents.back().description->payload_types = {
                    {34, "H263", 90'000, 1, {}, {}}};
            }
            client.adding.insert(jingle.contents.back().name);
        }
        send(client, jingle);
    }

    void remove(Client& client) {
        const auto [sid, content] = some_content(client);
        if (content.name.empty()) return;
        Jingle jingle = in(sid, JingleAction::content_remove);
        jingle.contents = {content};
        if (is_of_other(client, sid, content)) client.declined.insert(sid);
        client.contents[sid].erase(content.name);
        send(client, jingle);
    }

    void modify(Client& client) {
        const auto [sid, content] = some_content(client);
        if (content.name.empty()) return;
        Jingle jingle = in(sid, JingleAction::content_modify);
        jingle.contents = {content};
        jingle.contents[0].senders = pick(2) == 0 ? jingle::Senders::none
                                     : content.creator == Party::initiator
                                         ? jingle::Senders::initiator
                                         : jingle::Senders::responder;
        send(client, jingle);
    }

    void mute(Client& client) {
        if (!client.is_accepted) return;
        Jingle jingle = in(client.own_sid, JingleAction::session_info);
        jingle.infos = {
            {pick(2) == 0 ? jingle::SessionInfo::Kind::mute : jingle::SessionInfo::Kind::active}};
        send(client, jingle);
    }

    void restart(Client& client) {
        if (!client.is_accepted) return;
        Jingle jingle = in(client.own_sid, pick(2) == 0 ? JingleAction::transport_info
                                                        : JingleAction::transport_replace);
        jingle.contents.push_back(offered("a", jingle::Senders::both));
        jingle.contents[0].description.reset();
        jingle.contents[0].transport->ufrag = "ufrag" + std::to_string(++uuids_);
        send(client, jingle);
    }

    // What clients read.

    void read(Client& client) {
        if (client.inbox.empty()) return;
        const xmpp::Element iq = std::move(client.inbox.front());
        client.inbox.pop_front();
        const xmpp::Element* element = iq.child("jingle", ns::jingle);
        if (iq.attr("type") != "set" || !element) return;
        const Jingle said = jingle::parse(*element).value();
        const bool is_known =
            said.action == JingleAction::session_initiate || client.contents.contains(said.sid);
        if (!is_known) return reply(client, iq, "item-not-found");
        if (said.action == JingleAction::content_add && !client.adding.empty()) {
            return reply(client, iq, "conflict");
        }
        reply(client, iq, "");
        follow(client, said);
    }

    void follow(Client& client, const Jingle& said) {
        std::set<std::string>& contents = client.contents[said.sid];
        switch (said.action) {
            case JingleAction::session_accept:
                client.is_accepted = true;
                break;
            case JingleAction::session_terminate:
                forget(client, said.sid);
                break;
            case JingleAction::session_initiate:
            case JingleAction::content_add:
                answer(client, said);
                break;
            case JingleAction::content_accept:
                for (const auto& content : said.contents) {
                    BOOST_TEST(client.adding.erase(content.name) == 1u);
                    contents.insert(content.name);
                }
                break;
            case JingleAction::content_reject:
                for (const auto& content : said.contents)
                    BOOST_TEST(client.adding.erase(content.name) == 1u);
                break;
            case JingleAction::content_remove:
                for (const auto& content : said.contents)
                    contents.erase(content.name);
                break;
            default:
                break;
        }
    }

    void answer(Client& client, const Jingle& said) {
        const bool is_new = said.action == JingleAction::session_initiate;
        Jingle accept =
            in(said.sid, is_new ? JingleAction::session_accept : JingleAction::content_accept);
        Jingle reject = in(said.sid, JingleAction::content_reject);
        for (jingle::Content content : said.contents) {
            BOOST_TEST(content.description.has_value());
            const bool takes = pick(12) != 0;
            (takes ? accept : reject).contents.push_back(content);
            if (takes) client.contents[said.sid].insert(content.name);
        }
        if (!reject.contents.empty()) client.declined.insert(said.sid);
        if (is_new && accept.contents.empty()) {
            forget(client, said.sid);
            return send(client, in(said.sid, JingleAction::session_terminate));
        }
        if (!accept.contents.empty()) send(client, accept);
        if (!is_new && !reject.contents.empty()) send(client, reject);
    }

    void reply(Client& client, const xmpp::Element& iq, const std::string& condition) {
        xmpp::Element answer("iq", "jabber:client");
        answer.set_attr("type", condition.empty() ? "result" : "error")
            .set_attr("id", iq.attr("id"))
            .set_attr("from", client.jid.to_string())
            .set_attr("to", iq.attr("from"));
        if (!condition.empty()) {
            answer.add("error")
                .set_attr("type", "cancel")
                .add(condition, "urn:ietf:params:xml:ns:xmpp-stanzas");
        }
        take(coordinator_.on_service_stanza(answer, now_));
    }

    // How it all hangs together.

    static Jingle in(const std::string& sid, JingleAction action) {
        Jingle jingle;
        jingle.action = action;
        jingle.sid = sid;
        return jingle;
    }

    void forget(Client& client, const std::string& sid) {
        client.contents.erase(sid);
        if (sid != client.own_sid) return;
        client.declined.erase(sid);
        client.own_sid.clear();
        client.is_accepted = false;
        client.adding.clear();
    }

    /// Whose contents are who's: SimulatedMedia names what it sends after its source.
    static bool is_of_other(const Client& client, const std::string& sid,
                            const jingle::Content& content) {
        return sid != client.own_sid || content.creator == Party::responder;
    }

    std::pair<std::string, jingle::Content> some_content(const Client& client) {
        std::vector<std::pair<std::string, jingle::Content>> all;
        for (const auto& [sid, contents] : client.contents) {
            if (sid == client.own_sid && !client.is_accepted) continue;
            for (const std::string& name : contents) {
                jingle::Content content;
                content.name = name;
                if (name.starts_with("user")) content.creator = Party::responder;
                all.emplace_back(sid, content);
            }
        }
        return all.empty() ? std::pair<std::string, jingle::Content>{} : all[pick(all.size())];
    }

    void send(Client& client, const Jingle& jingle) {
        xmpp::Element iq("iq", "jabber:client");
        iq.set_attr("type", "set").set_attr("id", "1").set_attr("to", conference);
        iq.set_attr("from", client.jid.to_string());
        iq.add(jingle::to_element(jingle));
        const Outputs outputs = coordinator_.on_service_stanza(iq, now_);
        const auto* first = outputs.empty() ? nullptr : std::get_if<RouteStanza>(&outputs[0]);
        const bool refused = first && first->stanza.attr("type") == "error";
        if (refused && jingle.action == JingleAction::session_initiate) forget(client, jingle.sid);
        if (refused && jingle.action == JingleAction::content_add) {
            for (const auto& content : jingle.contents)
                client.adding.erase(content.name);
        }
        take(outputs);
    }

    void take(const Outputs& outputs) {
        for (const Output& output : outputs) {
            if (const auto* routed = std::get_if<RouteStanza>(&output)) {
                for (Client& client : clients_) {
                    if (client.jid.to_string() != routed->stanza.attr("to")) continue;
                    client.inbox.push_back(routed->stanza);
                }
            } else if (const auto* command = std::get_if<MediaCommand>(&output)) {
                for (MediaEvent& event : media_.execute(*command))
                    events_.push_back(std::move(event));
            }
        }
    }

    void tell_media() {
        if (events_.empty()) return;
        const MediaEvent event = std::move(events_.front());
        events_.pop_front();
        take(coordinator_.on_media(event, now_));
    }

    std::set<std::string> known(const Client& client) const {
        return client.contents.at(client.own_sid);
    }

    static std::set<std::string> names(const SimulatedMedia::Session& session) {
        std::set<std::string> names;
        for (const auto& [name, rtp] : session.own)
            names.insert(name);
        for (const auto& [name, whence] : session.sent)
            names.insert(name);
        return names;
    }

    const SimulatedMedia::Session* publishing(const FullJid& jid) const {
        const auto number = media_.publishing(jid);
        return number ? media_.find(*number) : nullptr;
    }

    void check_source(const FullJid& source, const std::string& origin) const {
        const auto* session = publishing(source);
        BOOST_REQUIRE(session);
        BOOST_TEST(session->own.contains(origin));
    }

    /// In its own session, or in those that it had before it asked for one.
    std::set<std::pair<FullJid, std::string>> sent_to(const FullJid& jid,
                                                      const Call& running) const {
        std::vector<const SimulatedMedia::Session*> sessions{publishing(jid)};
        for (const Participant& other : running.participants) {
            const auto number = media_.receiving(jid, other.jid);
            if (number) sessions.push_back(media_.find(*number));
        }
        std::set<std::pair<FullJid, std::string>> sent;
        for (const auto* session : sessions) {
            if (!session) continue;
            for (const auto& [name, whence] : session->sent)
                sent.insert(whence);
        }
        return sent;
    }

    static bool sends(const SimulatedMedia::Session& session) {
        return std::ranges::any_of(session.own, [&](const auto& content) {
            return !session.paused.contains(content.first);
        });
    }

    /// Who has declined nothing gets all that the others' sessions say they send.
    void check_complete(const Client& client, const Call& running) const {
        if (!client.single || !client.declined.empty()) return;
        const auto sent = sent_to(client.jid, running);
        for (const Participant& other : running.participants) {
            const auto* source = publishing(other.jid);
            if (other.jid == client.jid || !source || !sends(*source)) continue;
            for (const auto& [name, rtp] : source->own) {
                BOOST_TEST_CONTEXT(client.jid.to_string()
                                   << " gets " << name << " of " << other.jid.to_string())
                BOOST_TEST((sent.contains({other.jid, name})));
            }
        }
    }

    std::mt19937 random_;
    unsigned uuids_ = 0;
    uint64_t generation_ = 0;
    Now now_{TimePoint{} + std::chrono::hours(1), WallTime{}};
    const RoomJid room_ = *RoomJid::parse("team@conference.example.org");
    SimulatedMedia media_;
    std::deque<MediaEvent> events_;
    std::deque<Client> clients_;
    Coordinator coordinator_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(sfu_model)

BOOST_DATA_TEST_CASE(clients_know_what_they_get, boost::unit_test::data::xrange(1u, 101u), seed) {
    RandomCall call_of_seed(seed);
    for (int i = 0; i < steps; ++i) {
        call_of_seed.step();
        if (i % 30 != 29) continue;
        call_of_seed.settle();
        call_of_seed.check();
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::module::test
