#include "module/focus/outgoing.hpp"

#include <utility>

namespace parley::module {

using jingle::Party;

SessionContent own_content(const MediaContent& offered) {
    SessionContent content{offered.name, Party::initiator, offered.rtp.media};
    content.categories = offered.rtp.categories;
    content.paused = offered.inactive;
    return content;
}

jingle::Jingle outgoing(const Session& session, jingle::Action action) {
    jingle::Jingle jingle;
    jingle.action = action;
    jingle.sid = session.sid;
    return jingle;
}

jingle::Content named(const SessionContent& content) {
    jingle::Content written;
    written.creator = content.creator;
    written.name = content.name;
    return written;
}

jingle::Content named(const jingle::Content& content) {
    jingle::Content written;
    written.creator = content.creator;
    written.name = content.name;
    return written;
}

void add_bundle(jingle::Jingle& jingle, const Session& session) {
    for (const SessionContent& content : session.contents) {
        const bool is_known =
            content.state == SessionContent::State::live || content.source.has_value();
        if (is_known) jingle.bundle.push_back(content.name);
    }
}

void add_contents(jingle::Jingle& jingle, const Conference& conference, const Session& session,
                  const std::vector<MediaContent>& contents,
                  const jingle::IceTransport& transport) {
    for (const MediaContent& media : contents) {
        const SessionContent* content = session.find_content(media.name);
        if (!content) continue;
        jingle::Content written = named(*content);
        written.senders = conference.senders_of(*content);
        written.description = media.rtp;
        written.transport = transport;
        if (!jingle.contents.empty()) written.transport->candidates.clear();
        const SessionContent* origin =
            content->source ? conference.origin_of(*content->source, content->origin) : nullptr;
        if (origin) written.description->categories = origin->categories;
        jingle.contents.push_back(std::move(written));
    }
}

void take_offered(Session& session, const FullJid& source,
                  const std::vector<MediaContent>& contents) {
    const Party us = session.publishes() ? Party::responder : Party::initiator;
    for (const MediaContent& media : contents) {
        SessionContent content{media.name, us, media.rtp.media, media.origin, source};
        content.offer = media.rtp;
        session.contents.push_back(std::move(content));
    }
}

void add_offered(jingle::Jingle& jingle, const Conference& conference, const Session& session,
                 const FullJid& source, const std::vector<MediaContent>& contents,
                 const jingle::IceTransport& transport) {
    add_contents(jingle, conference, session, contents, transport);
    add_bundle(jingle, session);
    jingle.conference_info = jingle::ConferenceInfo{true, {"xmpp:" + source.to_string()}};
}

}  // namespace parley::module
