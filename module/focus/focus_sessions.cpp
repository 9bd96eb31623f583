/// The part of the focus that follows a session which there is already.
#include <charconv>
#include <utility>

#include "module/focus/focus_request.hpp"
#include "module/focus/jingle_errors.hpp"
#include "module/focus/negotiation.hpp"

namespace parley::module {

using xmpp::Condition;
using xmpp::ErrorType;
using State = Session::State;

namespace {

/// What the id of an IQ that send_jingle made tells.
struct SentId {
    std::string_view purpose;
    SessionNumber session;
    uint64_t count = 0;
};

std::optional<uint64_t> number_in(std::string_view text) {
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<SentId> parse_sent_id(std::string_view id) {
    const size_t first = id.find('-');
    const size_t last = id.rfind('-');
    if (first == std::string_view::npos || first == last) return std::nullopt;
    const auto session = number_in(id.substr(first + 1, last - first - 1));
    const auto count = number_in(id.substr(last + 1));
    if (!session || !count) return std::nullopt;
    return SentId{id.substr(0, first), {*session}, *count};
}

}  // namespace

Focus::Refused Focus::on_session_action(const Request& request, Session& session, Result& result) {
    switch (request.jingle.action) {
        case jingle::Action::session_accept:
            return on_session_accept(request, session, result);
        case jingle::Action::session_info:
            return on_session_info(request, session, result);
        case jingle::Action::session_terminate:
            return on_session_terminate(request, session, result);
        case jingle::Action::transport_info:
            return on_transport_info(request, session, result);
        case jingle::Action::transport_replace:
            return on_transport_replace(request, session, result);
        case jingle::Action::content_add:
            return on_content_add(request, session, result);
        case jingle::Action::content_accept:
            return on_content_accept(request, session, result);
        case jingle::Action::content_reject:
            return on_content_reject(request, session, result);
        case jingle::Action::content_remove:
            return on_content_remove(request, session, result);
        case jingle::Action::content_modify:
            return on_content_modify(request, session, result);
        case jingle::Action::description_info:
            acknowledge(request, result);
            return std::nullopt;
        case jingle::Action::transport_accept:
        case jingle::Action::transport_reject:
            return out_of_order("The conference has not replaced the transport.");
        case jingle::Action::security_info:
        case jingle::Action::session_initiate:
            break;
    }
    return conference_error(ErrorType::cancel, Condition::feature_not_implemented,
                            "A conference knows no security preconditions.");
}

Focus::Refused Focus::may_change(const Request& request) {
    if (changes_.take(request.client, request.now.steady)) return std::nullopt;
    return too_much("Too many changes of sessions: wait a little.");
}

Focus::Refused Focus::on_session_accept(const Request& request, Session& session, Result& result) {
    if (session.publishes() || session.state != State::offered) {
        return out_of_order("This session waits for no answer.");
    }
    acknowledge(request, result);
    Conference& conference = *find(request.conference);
    auto answer = media_description_of(request.jingle);
    if (!answer) {
        close(conference, session.number, true, result, answer.error().reason, answer.error().text);
        return std::nullopt;
    }
    session.state = State::live;
    session.remote_candidates += answer->transport.candidates.size();
    for (const jingle::Content& content : request.jingle.contents)
        session.remote_ufrags.insert(content.transport->ufrag);
    std::vector<std::string> declined;
    for (const SessionContent& content : session.contents) {
        const bool is_first_offer = content.request_count == 0;
        const bool is_answered =
            std::ranges::find(request.jingle.contents, content.name, &jingle::Content::name) !=
            request.jingle.contents.end();
        if (is_first_offer && !is_answered) declined.push_back(content.name);
    }
    result.outputs.emplace_back(
        MediaCommand(SetMediaAnswer{request.conference, session.number, std::move(*answer)}));
    accept_contents(conference, session, request.jingle.contents, result);
    if (!declined.empty()) decline_contents(conference, session, declined, result);
    return std::nullopt;
}

/// XEP-0167 s8. Only who is muted concerns others.
Focus::Refused Focus::on_session_info(const Request& request, Session& session, Result& result) {
    using Kind = jingle::SessionInfo::Kind;
    if (request.jingle.unknown_info || !request.jingle.speaker.empty()) return unsupported_info();
    for (const jingle::SessionInfo& info : request.jingle.infos) {
        if (!info.name.empty() && !session.find_content(info.name)) {
            return unknown_content(info.name);
        }
    }
    if (!request.jingle.infos.empty()) {
        if (auto refused = may_change(request)) return refused;
    }
    acknowledge(request, result);
    if (!session.publishes()) return std::nullopt;
    const Conference& conference = *find(request.conference);
    for (const jingle::SessionInfo& info : request.jingle.infos) {
        const bool unmutes = info.kind == Kind::unmute || info.kind == Kind::active;
        if (!unmutes && info.kind != Kind::mute) continue;
        for (SessionContent& content : session.contents) {
            const bool is_meant = info.name.empty() || info.name == content.name;
            if (content.source || !is_meant || content.muted != unmutes) continue;
            content.muted = !unmutes;
            tell_muted(conference, session.client, content, result);
        }
    }
    return std::nullopt;
}

Focus::Refused Focus::on_session_terminate(const Request& request, Session& session,
                                           Result& result) {
    acknowledge(request, result);
    Conference& conference = *find(request.conference);
    const bool publishes = session.publishes();
    close(conference, session.number, true, result, std::nullopt);
    if (publishes) {
        publisher_left(conference, request.client, request.jingle.reason.value_or(Reason::success),
                       request.now, result);
    }
    return std::nullopt;
}

/// The client gets none of these contents, or is offered them again where it only was first.
void Focus::on_add_refused(Conference& conference, Session& session, uint64_t request, bool is_tie,
                           Now now, Result& result) {
    std::vector<std::string> names;
    for (const SessionContent& content : session.contents) {
        const bool is_awaited = content.state == SessionContent::State::awaited;
        if (is_awaited && content.request_count == request) names.push_back(content.name);
    }
    if (names.empty()) return;
    if (!is_tie || !changes_.take(session.client, now.steady)) {
        decline_contents(conference, session, names, result);
        end_if_empty(conference, session, now, result);
    } else if (session.additions_awaited.empty()) {
        offer_again(conference, session, request, result);
    } else {
        session.ties.insert(request);
    }
}

/// The client refused what we sent (XEP-0166 s10): an offer or an answer, then that session is
/// over; or contents, then it does not get those.
void Focus::on_response(const xmpp::Element& iq, const xmpp::Jid& from, Now now, Result& result) {
    if (iq.attr("type") != "error") return;
    const auto sent = parse_sent_id(iq.attr("id"));
    Conference* conference = sent ? find_by_session(sent->session) : nullptr;
    if (!conference) return;
    Session& session = conference->sessions.at(sent->session);
    if (session.client.jid() != from) return;
    const auto error = xmpp::StanzaError::from_stanza(iq);
    if (sent->purpose == "add") {
        const bool is_tie = error && error->condition == xmpp::Condition::conflict;
        on_add_refused(*conference, session, sent->count, is_tie, now, result);
        return;
    }
    if (sent->purpose != "offer" && sent->purpose != "accept") return;
    result.outputs.emplace_back(LogLine{
        LogLevel::info, "conference " + conference->id.text() + ": " + session.client.to_string() +
                            " refused a session: " +
                            std::string(error ? to_string(error->condition) : "no reason given")});
    const bool publishes = session.publishes();
    const FullJid client = session.client;
    close(*conference, sent->session, true, result, std::nullopt);
    if (!publishes) return;
    const CallId id = conference->id;
    const bool admitted =
        conference->members.contains(client) && conference->members.at(client).admitted;
    lose_publisher(*conference, client, Reason::connectivity_error, result);
    if (admitted) result.lost.push_back({id, client, Reason::connectivity_error});
}

}  // namespace parley::module
