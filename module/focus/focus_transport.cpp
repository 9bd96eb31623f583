/// The part of the focus that follows transports: trickled candidates and restarts of ICE
/// (XEP-0176), in both directions.
#include <algorithm>
#include <utility>

#include "module/focus/focus_request.hpp"
#include "module/focus/jingle_errors.hpp"
#include "module/focus/negotiation.hpp"
#include "module/focus/outgoing.hpp"

namespace parley::module {

namespace {

bool is_ice_token(std::string_view text, size_t size_min) {
    return text.size() >= size_min && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '+' || c == '/';
           });
}

/// RFC 8445 s9: new credentials, both of them and valid (s5.3), which restart ICE.
bool restarts(const jingle::Content& content, const Session& session) {
    if (!content.transport || session.remote_ufrags.empty()) return false;
    const jingle::IceTransport& transport = *content.transport;
    return is_ice_token(transport.ufrag, 4) && is_ice_token(transport.pwd, 22) &&
           !session.remote_ufrags.contains(transport.ufrag) &&
           !session.remote_ufrags_before.contains(transport.ufrag);
}

std::vector<jingle::Content> restarting(const jingle::Jingle& jingle, const Session& session) {
    std::vector<jingle::Content> contents;
    std::ranges::copy_if(jingle.contents, std::back_inserter(contents),
                         [&](const jingle::Content& each) { return restarts(each, session); });
    return contents;
}

}  // namespace

/// Whichever contents it names, with BUNDLE there is one transport.
Focus::Refused Focus::on_transport_info(const Request& request, Session& session, Result& result) {
    const auto restarted = restarting(request.jingle, session);
    if (!restarted.empty()) {
        if (auto refused = may_change(request)) return refused;
        acknowledge(request, result);
        restart(request.conference, session, common_transport(restarted), std::nullopt, result);
        return std::nullopt;
    }
    acknowledge(request, result);
    auto candidates = candidates_of(request.jingle, session.remote_ufrags_before);
    const size_t room_left = limits_.remote_candidates_max -
                             std::min(session.remote_candidates, limits_.remote_candidates_max);
    if (candidates.size() > room_left) {
        candidates.erase(candidates.begin() + static_cast<std::ptrdiff_t>(room_left),
                         candidates.end());
    }
    if (candidates.empty()) return std::nullopt;
    session.remote_candidates += candidates.size();
    result.outputs.emplace_back(MediaCommand(
        AddRemoteCandidates{request.conference, session.number, std::move(candidates)}));
    return std::nullopt;
}

/// XEP-0166 s7.2.15. ICE-UDP with new credentials is a restart; there is no other transport.
Focus::Refused Focus::on_transport_replace(const Request& request, Session& session,
                                           Result& result) {
    const auto& contents = request.jingle.contents;
    if (session.state != Session::State::live) {
        return out_of_order("This session is not accepted yet.");
    }
    if (contents.empty()) return malformed_request("There is no content.");
    Session::Restart names;
    names.emplace();
    for (const jingle::Content& content : contents) {
        const SessionContent* known = session.find_content(content.name);
        if (!known || known->creator != content.creator) return unknown_content(content.name);
        names->push_back(named(*known));
    }
    if (auto refused = may_change(request)) return refused;
    const auto restarted = restarting(request.jingle, session);
    acknowledge(request, result);
    if (restarted.size() == contents.size()) {
        restart(request.conference, session, common_transport(restarted), std::move(names), result);
        return std::nullopt;
    }
    jingle::Jingle reject = outgoing(session, jingle::Action::transport_reject);
    reject.contents = std::move(*names);
    reject.reason = Reason::unsupported_transports;
    reject.reason_text = "Every content has an ICE-UDP transport with new ufrag and pwd.";
    send_jingle(session, request.conference, reject, "reject", result);
    return std::nullopt;
}

void Focus::restart(const CallId& id, Session& session, jingle::IceTransport transport,
                    Session::Restart how, Result& result) {
    session.remote_ufrags_before = std::exchange(session.remote_ufrags, {transport.ufrag});
    session.remote_candidates = transport.candidates.size();
    session.restarts_awaited.push_back(std::move(how));
    result.outputs.emplace_back(MediaCommand(RestartIce{id, session.number, std::move(transport)}));
}

void Focus::on(const LocalTransportReady& event, Now, Result& result) {
    Conference* conference = find_by_session(event.session);
    if (!conference) return;
    Session& session = conference->sessions.at(event.session);
    if (session.restarts_awaited.empty()) return;
    const Session::Restart how = std::move(session.restarts_awaited.front());
    session.restarts_awaited.pop_front();
    session.transport = event.transport;
    session.transport.candidates.clear();
    jingle::Jingle jingle =
        outgoing(session, how ? jingle::Action::transport_accept : jingle::Action::transport_info);
    if (how) {
        jingle.contents = *how;
    } else {
        jingle.contents.push_back(named(session.contents.front()));
    }
    for (jingle::Content& content : jingle.contents)
        content.transport = session.transport;
    jingle.contents.front().transport->candidates = event.transport.candidates;
    send_jingle(session, conference->id, jingle, "restart", result);
}

/// XEP-0176 s5.5: transport-info names one content; with BUNDLE the first stands for all.
void Focus::on(const LocalCandidatesFound& event, Now, Result& result) {
    Conference* conference = find_by_session(event.session);
    if (!conference || event.candidates.empty()) return;
    const Session& session = conference->sessions.at(event.session);
    if (session.state == Session::State::preparing || session.contents.empty()) return;
    jingle::Jingle jingle = outgoing(session, jingle::Action::transport_info);
    jingle.contents.push_back(named(session.contents.front()));
    jingle.contents.back().transport = jingle::IceTransport{
        session.transport.ufrag, session.transport.pwd, std::nullopt, event.candidates};
    send_jingle(session, conference->id, jingle, "trickle", result);
}

}  // namespace parley::module
