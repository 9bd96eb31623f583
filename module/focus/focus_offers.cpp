/// The part of the focus that decides who gets what, and tells receivers of it.
#include <algorithm>
#include <utility>

#include "module/focus/focus.hpp"
#include "module/focus/outgoing.hpp"

namespace parley::module {

using State = Session::State;

/// Each participant is offered the media of every other: in its own session where it asked for
/// that, otherwise in one session for each source. Never one's own media back.
void Focus::offer_missing(Conference& conference, Result& result) {
    for (const auto& [receiver, receiving] : conference.members) {
        if (!receiving.admitted) continue;
        const bool waits_for_session = receiving.is_single && !conference.is_live(receiver);
        if (waits_for_session) continue;
        for (const auto& [source, sending] : conference.members) {
            if (source == receiver || !sending.admitted) continue;
            const Session* publishing = conference.live_session(source);
            if (!publishing || !publishing->sends_media()) continue;
            if (!conference.offers.emplace(receiver, source).second) continue;
            if (receiving.is_single) {
                Session& own = conference.sessions.at(*receiving.publishing);
                own.sources.insert(source);
                result.outputs.emplace_back(
                    MediaCommand(OfferMedia{conference.id, own.number, source}));
                continue;
            }
            const Session& session = open_session(
                conference, receiver, conference.id.lower() + ':' + make_uuid_(), source);
            result.outputs.emplace_back(
                MediaCommand(SubscribeMedia{conference.id, receiver, source, session.number}));
        }
    }
}

/// The source sends something that those who get its media already do not have yet.
void Focus::offer_more(Conference& conference, const FullJid& source, Result& result) {
    for (auto& [number, session] : conference.sessions) {
        if (session.source == source || session.sources.contains(source)) {
            result.outputs.emplace_back(MediaCommand(OfferMedia{conference.id, number, source}));
        }
    }
    offer_missing(conference, result);
}

/// What there still is at the source, and the receiver has not declined. The media plane forgets
/// the rest.
std::vector<MediaContent> Focus::keep_offerable(const Conference& conference,
                                                const Session& session, const FullJid& source,
                                                std::vector<MediaContent> contents,
                                                Result& result) {
    std::vector<std::string> dropped;
    std::erase_if(contents, [&](MediaContent& content) {
        if (content.origin.empty()) content.origin = content.name;
        // The client took the name for a content of its own meanwhile.
        if (session.find_content(content.name)) return true;
        const bool is_wanted = conference.origin_of(source, content.origin) &&
                               !session.declined.contains({source, content.origin});
        if (!is_wanted) dropped.push_back(content.name);
        return !is_wanted;
    });
    if (!dropped.empty()) {
        result.outputs.emplace_back(
            MediaCommand(RemoveMediaContents{conference.id, session.number, std::move(dropped)}));
    }
    return contents;
}

/// The offer to a receiver becomes session-initiate.
void Focus::offer_session(Conference& conference, Session& session, const MediaDescription& media,
                          Result& result) {
    const FullJid source = *session.source;
    const auto contents = keep_offerable(conference, session, source, media.contents, result);
    if (contents.empty()) {
        conference.offers.erase({session.client, source});
        close(conference, session.number, true, result, std::nullopt);
        return;
    }
    jingle::Jingle jingle = outgoing(session, jingle::Action::session_initiate);
    jingle.initiator = address_of(conference.id).to_string();
    jingle.muji_room = conference.room.to_string();
    take_offered(session, source, contents);
    add_offered(jingle, conference, session, source, contents, media.transport);
    session.state = State::offered;
    send_jingle(session, conference.id, jingle, "offer", result);
}

void Focus::offer_contents(Conference& conference, Session& session, const FullJid& source,
                           std::vector<MediaContent> contents, Result& result) {
    contents = keep_offerable(conference, session, source, std::move(contents), result);
    if (contents.empty()) return;
    take_offered(session, source, contents);
    send_content_add(conference, session, source, contents, result);
}

void Focus::send_content_add(const Conference& conference, Session& session, const FullJid& source,
                             const std::vector<MediaContent>& contents, Result& result) {
    jingle::Jingle jingle = outgoing(session, jingle::Action::content_add);
    add_offered(jingle, conference, session, source, contents, session.transport);
    const uint64_t request = send_jingle(session, conference.id, jingle, "add", result);
    for (const MediaContent& content : contents)
        session.find_content(content.name)->request_count = request;
}

/// XEP-0166 s7.2.16: the client added a content of its own at the same time, and its request, as
/// the initiator's, came first. Ours comes again.
void Focus::offer_again(const Conference& conference, Session& session, uint64_t request,
                        Result& result) {
    std::optional<FullJid> source;
    std::vector<MediaContent> contents;
    for (const SessionContent& content : session.contents) {
        if (content.request_count != request || !content.offer) continue;
        source = content.source;
        contents.push_back({content.name, false, *content.offer, content.origin});
    }
    if (source) send_content_add(conference, session, *source, contents, result);
}

/// The source removed these of its contents: nobody gets them any more.
void Focus::withdraw(Conference& conference, const FullJid& source,
                     const std::vector<std::string>& origins, Result& result) {
    for (auto entry = conference.sessions.begin(); entry != conference.sessions.end();) {
        Session& session = (entry++)->second;
        std::vector<std::string> names;
        for (const std::string& origin : origins) {
            session.declined.erase({source, origin});
            for (const SessionContent& content : session.contents) {
                if (content.is_of(source, origin)) names.push_back(content.name);
            }
        }
        if (names.empty()) continue;
        if (session.source && names.size() == session.contents.size()) {
            conference.offers.erase({session.client, source});
            close(conference, session.number, true, result, Reason::success);
        } else {
            withdraw_in(conference.id, session, names, result);
        }
    }
}

void Focus::withdraw_in(const CallId& id, Session& session, const std::vector<std::string>& names,
                        Result& result) {
    result.outputs.emplace_back(MediaCommand(RemoveMediaContents{id, session.number, names}));
    jingle::Jingle remove = outgoing(session, jingle::Action::content_remove);
    for (const std::string& name : names)
        remove.contents.push_back(named(*session.find_content(name)));
    remove.reason = Reason::success;
    std::erase_if(session.contents, [&](const SessionContent& content) {
        return std::ranges::find(names, content.name) != names.end();
    });
    send_jingle(session, id, remove, "remove", result);
}

/// All of the source's media, in a session that carries that of others, too.
void Focus::withdraw_source(const CallId& id, Session& session, const FullJid& source,
                            Result& result) {
    if (session.sources.erase(source) == 0) return;
    std::erase_if(session.declined, [&](const auto& what) { return what.first == source; });
    std::vector<std::string> names;
    for (const SessionContent& content : session.contents) {
        if (content.source == source) names.push_back(content.name);
    }
    if (!names.empty()) withdraw_in(id, session, names, result);
}

/// XEP-0166 s7.2.4: the source has paused a content, or resumed it.
void Focus::tell_senders(const Conference& conference, const FullJid& source,
                         const std::string& origin, Result& result) {
    for (const auto& [number, session] : conference.sessions) {
        for (const SessionContent& content : session.contents) {
            if (!content.is_of(source, origin) || content.paused) continue;
            jingle::Jingle modify = outgoing(session, jingle::Action::content_modify);
            modify.contents.push_back(named(content));
            modify.contents.back().senders = conference.senders_of(content);
            send_jingle(session, conference.id, modify, "modify", result);
        }
    }
}

/// XEP-0167 s8.3, to those who have accepted the content.
void Focus::tell_muted(const Conference& conference, const FullJid& source,
                       const SessionContent& origin, Result& result) {
    for (const auto& [number, session] : conference.sessions) {
        for (const SessionContent& content : session.contents) {
            const bool accepted = content.state == SessionContent::State::live;
            if (!accepted || !content.is_of(source, origin.name)) continue;
            tell_muted_in(conference.id, session, content, origin.muted, result);
        }
    }
}

void Focus::tell_muted_in(const CallId& id, const Session& session, const SessionContent& content,
                          bool muted, Result& result) {
    using Kind = jingle::SessionInfo::Kind;
    jingle::Jingle info = outgoing(session, jingle::Action::session_info);
    info.infos = {{muted ? Kind::mute : Kind::unmute, content.creator, content.name}};
    send_jingle(session, id, info, "info", result);
}

}  // namespace parley::module
