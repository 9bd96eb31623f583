#include "module/jingle/jingle.hpp"

#include <algorithm>
#include <array>

#include "module/jingle/fields.hpp"
#include "module/jingle/ice.hpp"
#include "module/jingle/namespaces.hpp"
#include "module/jingle/rtp.hpp"

namespace parley::module::jingle {

namespace {

constexpr std::array<std::string_view, 15> action_names = {
    "content-accept", "content-add",      "content-modify",    "content-reject",
    "content-remove", "description-info", "security-info",     "session-accept",
    "session-info",   "session-initiate", "session-terminate", "transport-accept",
    "transport-info", "transport-reject", "transport-replace",
};
static_assert(action_names[static_cast<size_t>(Action::transport_replace)] == "transport-replace");

constexpr std::array<std::string_view, 6> info_names = {"active",  "hold",   "mute",
                                                        "ringing", "unhold", "unmute"};
static_assert(info_names[static_cast<size_t>(SessionInfo::Kind::unmute)] == "unmute");

constexpr std::array<std::string_view, 4> senders_names = {"both", "initiator", "responder",
                                                           "none"};

std::optional<Senders> senders_from(std::string_view name) {
    if (name.empty()) return Senders::both;
    for (size_t i = 0; i < senders_names.size(); ++i) {
        if (senders_names[i] == name) return static_cast<Senders>(i);
    }
    return std::nullopt;
}

std::string_view to_string(Party party) {
    return party == Party::initiator ? "initiator" : "responder";
}

Party party_from(std::string_view name) {
    return name == "responder" ? Party::responder : Party::initiator;
}

xmpp::Result<void> parse_content_child(const xmpp::Element& child, Content& content) {
    if (child.is("description", ns::jingle_rtp)) {
        auto description = parse_rtp_description(child);
        if (!description) return tl::unexpected(description.error());
        content.description = std::move(*description);
    } else if (child.is("transport", ns::jingle_ice_udp)) {
        auto transport = parse_ice_transport(child);
        if (!transport) return tl::unexpected(transport.error());
        content.transport = std::move(*transport);
    } else if (child.name() == "description") {
        content.unknown_application = true;
    } else if (child.name() == "transport") {
        content.unknown_transport = true;
    }
    return {};
}

xmpp::Result<Content> parse_content(const xmpp::Element& element) {
    Content content;
    const std::string_view name = element.attr("name");
    if (name.empty() || !is_plain(name, token_bytes_max)) return invalid("a content without name");
    content.name = name;
    content.creator = party_from(element.attr("creator"));
    const auto senders = senders_from(element.attr("senders"));
    if (!senders) return invalid("senders is not one of both, initiator, responder, none");
    content.senders = *senders;
    for (const xmpp::Element* child : element.elements()) {
        const auto parsed = parse_content_child(*child, content);
        if (!parsed) return tl::unexpected(parsed.error());
    }
    return content;
}

xmpp::Result<void> add_content(const xmpp::Element& element, std::vector<Content>& contents) {
    if (contents.size() == contents_max) return invalid("too many contents");
    auto content = parse_content(element);
    if (!content) return tl::unexpected(content.error());
    for (const Content& other : contents) {
        if (other.name == content->name) return invalid("two contents of the same name");
    }
    contents.push_back(std::move(*content));
    return {};
}

std::vector<std::string> parse_bundle(const xmpp::Element& group) {
    std::vector<std::string> names;
    for (const xmpp::Element* child : group.elements()) {
        const std::string_view name = child->attr("name");
        if (!child->is("content", ns::grouping) || !is_plain(name, token_bytes_max)) continue;
        if (names.size() < contents_max) names.emplace_back(name);
    }
    return names;
}

void parse_reason(const xmpp::Element& element, Jingle& jingle) {
    for (const xmpp::Element* child : element.elements()) {
        if (const auto reason = reason_from(child->name())) jingle.reason = reason;
    }
    const xmpp::Element* text = element.child("text", ns::jingle);
    if (text) jingle.reason_text = text->text().substr(0, value_bytes_max);
}

ConferenceInfo parse_conference_info(const xmpp::Element& element) {
    constexpr size_t users_max = 256;
    const std::string_view focus = element.attr("isfocus");
    ConferenceInfo info{focus == "true" || focus == "1", {}};
    const xmpp::Element* users = element.child("users", ns::coin);
    if (!users) return info;
    for (const xmpp::Element* user : users->elements()) {
        if (info.users.size() < users_max) info.users.emplace_back(user->attr("entity"));
    }
    return info;
}

xmpp::Result<void> parse_info(const xmpp::Element& child, Jingle& jingle) {
    const auto found = std::ranges::find(info_names, child.name());
    if (child.ns() != ns::rtp_info || found == info_names.end()) {
        jingle.unknown_info = true;
        return {};
    }
    const std::string_view name = child.attr("name");
    if (!is_plain(name, token_bytes_max)) return invalid("the name of a content is too long");
    if (jingle.infos.size() == contents_max) return invalid("too many informational payloads");
    jingle.infos.push_back({static_cast<SessionInfo::Kind>(found - info_names.begin()),
                            party_from(child.attr("creator")), std::string(name)});
    return {};
}

xmpp::Result<void> parse_child(const xmpp::Element& child, Jingle& jingle) {
    if (child.is("content", ns::jingle)) return add_content(child, jingle.contents);
    if (child.is("reason", ns::jingle)) {
        parse_reason(child, jingle);
    } else if (child.is("group", ns::grouping)) {
        if (child.attr("semantics") == "BUNDLE") jingle.bundle = parse_bundle(child);
    } else if (child.is("muji", ns::muji)) {
        jingle.muji_room = child.attr("room");
    } else if (child.is("conference-info", ns::coin)) {
        jingle.conference_info = parse_conference_info(child);
    } else if (child.is("single-session", ns::sfu)) {
        jingle.single_session = true;
    } else if (child.is("speaker", ns::sfu)) {
        jingle.speaker = child.attr("jid").substr(0, value_bytes_max);
    } else if (jingle.action == Action::session_info) {
        return parse_info(child, jingle);
    }
    return {};
}

xmpp::Element to_element(const Content& content) {
    xmpp::Element element("content", ns::jingle);
    element.set_attr("creator", to_string(content.creator)).set_attr("name", content.name);
    if (content.senders != Senders::both) {
        element.set_attr("senders", senders_names[static_cast<size_t>(content.senders)]);
    }
    if (content.description) element.add(to_element(*content.description));
    if (content.transport) element.add(to_element(*content.transport));
    return element;
}

xmpp::Element to_element(const ConferenceInfo& info) {
    xmpp::Element element("conference-info", ns::coin);
    element.set_attr("isfocus", info.is_focus ? "true" : "false");
    if (info.users.empty()) return element;
    xmpp::Element& users = element.add("users");
    for (const std::string& entity : info.users)
        users.add("user").set_attr("entity", entity);
    return element;
}

xmpp::Element to_element(const SessionInfo& info) {
    xmpp::Element element(info_names[static_cast<size_t>(info.kind)], ns::rtp_info);
    if (info.name.empty()) return element;
    element.set_attr("creator", to_string(info.creator)).set_attr("name", info.name);
    return element;
}

xmpp::Element to_element(const Demand& demand) {
    xmpp::Element element("demand", ns::sfu);
    element.set_attr("creator", to_string(demand.creator)).set_attr("name", demand.name);
    if (demand.height_max) element.set_attr("max-height", std::to_string(*demand.height_max));
    return element;
}

}  // namespace

std::string_view to_string(Action action) {
    return action_names[static_cast<size_t>(action)];
}

std::optional<Action> action_from(std::string_view name) {
    for (size_t i = 0; i < action_names.size(); ++i) {
        if (action_names[i] == name) return static_cast<Action>(i);
    }
    return std::nullopt;
}

xmpp::Result<Jingle> parse(const xmpp::Element& element) {
    if (!element.is("jingle", ns::jingle)) return invalid("not a jingle element");
    const auto action = action_from(element.attr("action"));
    if (!action) return invalid("the action is missing or unknown");
    const std::string_view sid = element.attr("sid");
    if (sid.empty() || !is_plain(sid, token_bytes_max)) {
        return invalid("the sid is missing or too long");
    }
    Jingle jingle;
    jingle.action = *action;
    jingle.sid = sid;
    jingle.initiator = element.attr("initiator");
    jingle.responder = element.attr("responder");
    for (const xmpp::Element* child : element.elements()) {
        const auto parsed = parse_child(*child, jingle);
        if (!parsed) return tl::unexpected(parsed.error());
    }
    return jingle;
}

xmpp::Element to_element(const Jingle& jingle) {
    xmpp::Element element("jingle", ns::jingle);
    element.set_attr("action", to_string(jingle.action)).set_attr("sid", jingle.sid);
    if (!jingle.initiator.empty()) element.set_attr("initiator", jingle.initiator);
    if (!jingle.responder.empty()) element.set_attr("responder", jingle.responder);
    if (!jingle.muji_room.empty()) element.add("muji", ns::muji).set_attr("room", jingle.muji_room);
    if (!jingle.bundle.empty()) {
        xmpp::Element& group = element.add("group", ns::grouping);
        group.set_attr("semantics", "BUNDLE");
        for (const std::string& name : jingle.bundle)
            group.add("content").set_attr("name", name);
    }
    for (const Content& content : jingle.contents)
        element.add(to_element(content));
    if (jingle.reason) element.add(reason_element(*jingle.reason, jingle.reason_text));
    if (jingle.conference_info) element.add(to_element(*jingle.conference_info));
    for (const SessionInfo& info : jingle.infos)
        element.add(to_element(info));
    if (jingle.single_session) element.add("single-session", ns::sfu);
    if (!jingle.speaker.empty()) element.add("speaker", ns::sfu).set_attr("jid", jingle.speaker);
    if (jingle.demand) element.add(to_element(*jingle.demand));
    return element;
}

}  // namespace parley::module::jingle
