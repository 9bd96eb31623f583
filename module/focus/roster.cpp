#include "module/focus/roster.hpp"

#include "module/jingle/namespaces.hpp"

namespace parley::module {

namespace {

std::string uri(const xmpp::Jid& jid) {
    return "xmpp:" + jid.to_string();
}

/// RFC 4575 s5.8: seen from the participant.
void add_media(xmpp::Element& endpoint, const Session& session) {
    for (const SessionContent& content : session.contents) {
        if (content.source || content.state != SessionContent::State::live) continue;
        xmpp::Element& media = endpoint.add("media");
        media.set_attr("id", content.name);
        media.add("type").add_text(content.media == jingle::MediaKind::audio ? "audio" : "video");
        media.add("status").add_text(content.paused ? "inactive" : "sendonly");
    }
}

}  // namespace

xmpp::Element conference_roster(const Conference& conference, const xmpp::Jid& address,
                                const Call* call) {
    xmpp::Element roster("conference-info", ns::conference_info);
    roster.set_attr("entity", uri(address)).set_attr("state", "full");
    xmpp::Element users("users", ns::conference_info);
    size_t count = 0;
    xmpp::Element* user = nullptr;
    std::optional<xmpp::Jid> whose;
    for (const auto& [jid, member] : conference.members) {  // clients of one user are neighbours
        if (!member.admitted) continue;
        if (whose != jid.bare()) {
            whose = jid.bare();
            ++count;
            user = &users.add("user");
            user->set_attr("entity", uri(*whose)).set_attr("state", "full");
            const Participant* participant = call ? call->participant(jid) : nullptr;
            if (participant) user->add("display-text").add_text(participant->nick.value);
        }
        xmpp::Element& endpoint = user->add("endpoint");
        endpoint.set_attr("entity", uri(jid.jid()));
        endpoint.add("status").add_text("connected");
        if (const Session* session = conference.live_session(jid)) add_media(endpoint, *session);
    }
    roster.add("conference-state").add("user-count").add_text(std::to_string(count));
    roster.add(std::move(users));
    return roster;
}

}  // namespace parley::module
