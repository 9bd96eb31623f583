#include "tests/unit/module/dialogue.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "module/calls/namespaces.hpp"
#include "tests/unit/module/match.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/stanza_error.hpp"
#include "xmpp/xml.hpp"

namespace parley::module::test {

namespace {

constexpr std::string_view ns_dialogue = "urn:parley:test:dialogue";
constexpr std::string_view muc_jid = "conference.example.org";
constexpr std::string_view sfu_jid = "sfu.example.org";

uint32_t number(const xmpp::Element& element, std::string_view name, uint32_t fallback) {
    return element.has_attr(name)
               ? static_cast<uint32_t>(std::stoul(std::string(element.attr(name))))
               : fallback;
}

Settings settings_of(const xmpp::Element& script) {
    Settings settings;
    CallLimits& calls = settings.calls;
    settings.node = script.attr("node");
    settings.keeps_records = !settings.node.empty();
    if (script.attr("sfu") != "none") settings.sfu = *xmpp::Jid::parse(sfu_jid);
    calls.participants_max = number(script, "participants_max", calls.participants_max);
    calls.calls_per_room_max = number(script, "calls_per_room_max", calls.calls_per_room_max);
    calls.proposals_per_minute_max =
        number(script, "proposals_per_minute_max", calls.proposals_per_minute_max);
    calls.room_proposals_per_minute_max =
        number(script, "room_proposals_per_minute_max", calls.room_proposals_per_minute_max);
    calls.call_messages_per_minute_max =
        number(script, "call_messages_per_minute_max", calls.call_messages_per_minute_max);
    calls.call_duration_max = std::chrono::seconds(number(script, "call_duration_s_max", 0));
    settings.focus.session_initiates_per_minute_max =
        number(script, "session_initiates_per_minute_max", 60);
    settings.focus.session_changes_per_minute_max =
        number(script, "session_changes_per_minute_max", 240);
    settings.focus.guests_allowed = script.attr("guests") == "true";
    settings.focus.conferences_per_client_max = number(script, "conferences_per_client_max", 4);
    return settings;
}

Affiliation affiliation_of(std::string_view name) {
    if (name == "owner") return Affiliation::owner;
    if (name == "admin") return Affiliation::admin;
    if (name == "none") return Affiliation::none;
    return Affiliation::member;
}

Role role_of(std::string_view name) {
    if (name == "moderator") return Role::moderator;
    if (name == "visitor") return Role::visitor;
    return Role::participant;
}

LeaveReason leave_of(std::string_view name) {
    if (name == "kicked") return LeaveReason::kicked;
    if (name == "banned") return LeaveReason::banned;
    if (name == "affiliation-lost") return LeaveReason::affiliation_lost;
    if (name == "connection-lost") return LeaveReason::connection_lost;
    return LeaveReason::left;
}

xmpp::Element outcome(std::string_view name, xmpp::Element content) {
    xmpp::Element wrapped(name, ns_dialogue);
    wrapped.add(std::move(content));
    return wrapped;
}

/// Errors are for people, too: each says in English what is wrong. The fixtures leave the text out.
xmpp::Element error_without_text(xmpp::Element error) {
    if (error.remove_children("text", xmpp::ns::stanza_errors) == 0) {
        throw std::runtime_error("an error without a text: " + xmpp::to_xml(error));
    }
    return error;
}

}  // namespace

xmpp::Element read_xml_file(const std::filesystem::path& file) {
    std::ifstream stream(file);
    std::ostringstream bytes;
    bytes << stream.rdbuf();
    auto element = xmpp::parse_xml(bytes.str());
    if (!stream || !element) throw std::runtime_error("cannot read " + file.string());
    return std::move(*element);
}

Dialogue::Dialogue(const std::filesystem::path& file)
    : file_(file),
      script_(read_xml_file(file)),
      now_{TimePoint{} + std::chrono::hours(1),
           std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}},
      coordinator_(
          settings_of(script_), [this] { return next_uuid(); }, now_) {
    coordinator_.read_media_by([this](const CallId&) { return media_.statistics(); });
    take(coordinator_.on_room(RoomConfigured{next_head(place("team"))}, now_));
}

void Dialogue::play() {
    play(script_, file_);
}

void Dialogue::play(const xmpp::Element& script, const std::filesystem::path& file) {
    if (script.has_attr("after")) {
        const auto before = file.parent_path() / script.attr("after");
        play(read_xml_file(before), before);
    }
    step_number_ = 0;
    for (const xmpp::Element* element : script.elements()) {
        ++step_number_;
        try {
            step(*element);
        } catch (const std::exception& exception) {
            throw std::runtime_error(file.filename().string() + ", step " +
                                     std::to_string(step_number_) + " <" + element->name() +
                                     ">: " + exception.what());
        }
    }
    expect_nothing_left();
}

void Dialogue::step(const xmpp::Element& element) {
    static const std::set<std::string> expectations = {
        "broadcast", "refused",  "sees",      "routed",    "passed",
        "media",     "answered", "published", "withdrawn", "reload"};
    if (expectations.contains(element.name())) {
        expect(element);
        return;
    }
    expect_nothing_left();
    if (!act(element)) throw std::runtime_error("is no step of a dialogue");
}

bool Dialogue::act(const xmpp::Element& element) {
    const std::string& name = element.name();
    if (name == "says") {
        says(element);
    } else if (name == "time") {
        now_.steady += std::chrono::seconds(number(element, "seconds", 0));
        now_.wall += std::chrono::seconds(number(element, "seconds", 0));
        take(coordinator_.on_time(now_));
    } else if (name == "media-fails") {
        media_fails(element);
    } else if (name == "speaks") {
        const auto call = CallId::parse(element.attr("call"));
        take(coordinator_.on_media(SpeakerChanged{*call, occupant(element).jid}, now_));
    } else if (name == "demands") {
        demands(element);
    } else if (name == "presence") {
        presence(element);
    } else if (name == "submits") {
        submits(element);
    } else if (name == "node-lost") {
        node_lost(element);
    } else if (name == "stops") {
        take(coordinator_.stop(now_));
    } else {
        room_event(element);
    }
    return true;
}

void Dialogue::room_event(const xmpp::Element& element) {
    const std::string& name = element.name();
    Place& place = place_of(element);
    if (name == "joins") {
        occupy(element);
    } else if (name == "changes") {
        Occupant& who = occupant(element);
        if (element.has_attr("nick")) who.nick = {std::string(element.attr("nick"))};
        if (element.has_attr("role")) who.role = role_of(element.attr("role"));
        if (element.has_attr("affiliation")) {
            who.affiliation = affiliation_of(element.attr("affiliation"));
        }
        take(coordinator_.on_room(OccupantChanged{next_head(place), who}, now_));
    } else if (name == "leaves") {
        const Occupant who = occupant(element);
        place.people.erase(std::string(element.attr("who")));
        take(coordinator_.on_room(
            OccupantLeft{next_head(place), who, leave_of(element.attr("reason"))}, now_));
    } else if (name == "configured") {
        place.head.privacy = {element.attr("members-only") != "false",
                              element.attr("non-anonymous") != "false"};
        take(coordinator_.on_room(RoomConfigured{next_head(place)}, now_));
    } else if (name == "destroyed") {
        take(coordinator_.on_room(RoomDestroyed{next_head(place)}, now_));
        places_.erase(place.head.jid.jid().local());
    } else if (name == "snapshot") {
        RoomSnapshot snapshot{place.head, {}};
        for (const auto& [who, occupant] : place.people)
            snapshot.occupants.push_back(occupant);
        take(coordinator_.on_room(snapshot, now_));
    } else {
        throw std::runtime_error("is no step of a dialogue");
    }
}

void Dialogue::occupy(const xmpp::Element& element) {
    const std::string who(element.attr("who"));
    const std::string jid =
        element.has_attr("jid") ? std::string(element.attr("jid")) : who + "@example.org/phone";
    const std::string nick = element.has_attr("nick") ? std::string(element.attr("nick")) : who;
    const Occupant occupant{*FullJid::parse(jid), Nick{nick},
                            affiliation_of(element.attr("affiliation")),
                            role_of(element.attr("role"))};
    Place& place = place_of(element);
    place.people.insert_or_assign(who, occupant);
    take(coordinator_.on_room(OccupantJoined{next_head(place), occupant}, now_));
}

void Dialogue::presence(const xmpp::Element& element) {
    xmpp::Element stanza("presence", xmpp::ns::client);
    for (const xmpp::Element* child : element.elements())
        stanza.add(*child);
    take(coordinator_.on_presence(place_of(element).head, occupant(element), stanza, now_));
}

void Dialogue::says(const xmpp::Element& element) {
    xmpp::Element stanza = *element.first_child();
    const std::string who(element.attr("who"));
    const auto to = xmpp::Jid::parse(stanza.attr("to"));
    if (!to) throw std::runtime_error("has no valid 'to'");
    const Place& place = this->place(to->domain() == muc_jid ? to->local() : "team");
    const auto found = place.people.find(who);
    const Occupant* sender = found == place.people.end() ? nullptr : &found->second;
    stanza.set_attr("from", sender ? sender->jid.to_string() : who + "@example.org/phone");

    const bool is_command = stanza.child("command", xmpp::ns::commands) != nullptr;
    if (to->domain() == sfu_jid) {
        take(coordinator_.on_service_stanza(stanza, now_));
    } else if (is_command) {
        auto answer = coordinator_.on_admin_command(stanza, now_);
        outcomes_.push_back(outcome("answered", std::move(answer.child)));
        take(std::move(answer.outputs));
    } else if (stanza.name() == "iq" && to->is_full()) {
        auto error = coordinator_.on_user_iq(stanza);
        outcomes_.push_back(error ? outcome("refused", error_without_text(error->to_element()))
                                  : outcome("passed", std::move(stanza)));
    } else if (stanza.name() == "iq") {
        auto outputs = coordinator_.on_room_iq(place.head, sender, stanza);
        if (!outputs) throw std::runtime_error("is not answered");
        take(std::move(*outputs));
    } else {
        const size_t size = xmpp::to_xml(stanza).size();
        auto judgement = coordinator_.on_message(place.head, *sender, stanza, size, now_);
        if (auto* drop = std::get_if<Drop>(&judgement.verdict)) {
            outcomes_.push_back(outcome("refused", error_without_text(std::move(drop->error))));
        } else {
            const auto* replace = std::get_if<Replace>(&judgement.verdict);
            xmpp::Element sent = replace ? replace->message : stanza;
            sent.set_attr("from", place.head.jid.to_string() + '/' + sender->nick.value);
            sent.remove_attr("to");
            outcomes_.push_back(outcome(replace ? "broadcast" : "passed", std::move(sent)));
        }
        take(std::move(judgement.outputs));
    }
}

void Dialogue::media_fails(const xmpp::Element& element) {
    const FullJid& who = occupant(element).jid;
    std::optional<SessionNumber> session = media_.publishing(who);
    if (element.has_attr("source")) {
        const auto& people = place_of(element).people;
        session = media_.receiving(who, people.at(std::string(element.attr("source"))).jid);
    }
    if (!session) throw std::runtime_error("there is no such media session");
    const auto reason = reason_from(element.attr("reason"));
    take(coordinator_.on_media(MediaFailed{*session, reason.value(), "simulated"}, now_));
}

void Dialogue::demands(const xmpp::Element& element) {
    MediaDemandChanged demand{media_.publishing(occupant(element).jid).value(),
                              std::string(element.attr("content"))};
    if (element.has_attr("max-height")) {
        demand.height_max = static_cast<uint16_t>(number(element, "max-height", 0));
        demand.wanted = demand.height_max != 0;
    }
    take(coordinator_.on_media(demand, now_));
}

/// The owner's host has given every field a value.
void Dialogue::submits(const xmpp::Element& element) {
    const xmpp::Element& values = *element.first_child();
    const RoomJid& room = place_of(element).head.jid;
    if (auto error = coordinator_.on_room_submitted(room, values)) {
        outcomes_.push_back(outcome("refused", error_without_text(error->to_element())));
    } else {
        take(coordinator_.on_room_values(room, values, now_));
    }
}

void Dialogue::node_lost(const xmpp::Element& element) {
    std::vector<xmpp::Element> records;
    for (const xmpp::Element* record : element.elements())
        records.push_back(*record);
    take(coordinator_.on_node_lost(element.attr("node"), element.attr("elected") == "true", records,
                                   now_));
}

void Dialogue::take(Outputs outputs) {
    for (Output& output : outputs) {
        if (auto* broadcast = std::get_if<Broadcast>(&output)) {
            outcomes_.push_back(outcome("broadcast", std::move(broadcast->message)));
        } else if (auto* sent = std::get_if<SendToOccupant>(&output)) {
            auto wrapped = outcome("sees", std::move(sent->message));
            wrapped.set_attr("who", sent->occupant.jid().local());
            outcomes_.push_back(std::move(wrapped));
        } else if (auto* routed = std::get_if<RouteStanza>(&output)) {
            xmpp::Element* error = routed->stanza.child("error", xmpp::ns::client);
            if (error) *error = error_without_text(std::move(*error));
            outcomes_.push_back(outcome("routed", std::move(routed->stanza)));
        } else if (auto* record = std::get_if<PublishRecord>(&output)) {
            outcomes_.push_back(outcome("published", std::move(record->value)));
            outcomes_.back().set_attr("key", record->key);
        } else if (const auto* withdrawn = std::get_if<WithdrawRecord>(&output)) {
            outcomes_.emplace_back("withdrawn", ns_dialogue).set_attr("key", withdrawn->key);
        } else if (std::holds_alternative<ReloadOptions>(output)) {
            outcomes_.emplace_back("reload", ns_dialogue);
        } else if (const auto* command = std::get_if<MediaCommand>(&output)) {
            const auto events = media_.execute(*command);
            for (const std::string& line : media_.take_log()) {
                xmpp::Element wrapped("media", ns_dialogue);
                wrapped.set_attr("command", line);
                outcomes_.push_back(std::move(wrapped));
            }
            for (const MediaEvent& event : events)
                take(coordinator_.on_media(event, now_));
        }
    }
}

void Dialogue::expect(const xmpp::Element& element) {
    if (outcomes_.empty()) throw std::runtime_error("nothing happens any more");
    const xmpp::Element got = std::move(outcomes_.front());
    outcomes_.pop_front();
    xmpp::Element wanted = element;
    const Match match = wanted.attr("match") == "part" ? Match::part : Match::whole;
    wanted.remove_attr("match");
    wanted.remove_attr("example");
    const auto wrong = mismatch(wanted, got, match);
    if (wrong) throw std::runtime_error(*wrong + "\n  got: " + xmpp::to_xml(got));
}

void Dialogue::expect_nothing_left() const {
    if (!outcomes_.empty()) {
        throw std::runtime_error(file_.filename().string() + ": nobody expected " +
                                 xmpp::to_xml(outcomes_.front()));
    }
}

std::string Dialogue::next_uuid() {
    char text[37];
    std::snprintf(text, sizeof text, "%08x-0000-4000-8000-000000000000", ++uuids_);
    return text;
}

RoomHead Dialogue::next_head(Place& place) {
    ++place.head.generation;
    return place.head;
}

Dialogue::Place& Dialogue::place(std::string_view name) {
    const auto found = places_.find(std::string(name));
    if (found != places_.end()) return found->second;
    const auto jid = RoomJid::parse(std::string(name) + '@' + std::string(muc_jid));
    return places_.emplace(name, Place{{*jid, {true, true}, 0}, {}}).first->second;
}

Dialogue::Place& Dialogue::place_of(const xmpp::Element& element) {
    return place(element.has_attr("room") ? element.attr("room") : "team");
}

Occupant& Dialogue::occupant(const xmpp::Element& element) {
    auto& people = place_of(element).people;
    const auto found = people.find(std::string(element.attr("who")));
    if (found == people.end()) throw std::runtime_error("nobody of that name is in the room");
    return found->second;
}

}  // namespace parley::module::test
