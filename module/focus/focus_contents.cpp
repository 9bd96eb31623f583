/// The part of the focus that follows what clients do with the contents of a session
/// (XEP-0166 s7.2).
#include <algorithm>
#include <utility>

#include "module/focus/focus_request.hpp"
#include "module/focus/jingle_errors.hpp"
#include "module/focus/negotiation.hpp"
#include "module/focus/outgoing.hpp"

namespace parley::module {

using jingle::Senders;
using State = SessionContent::State;

namespace {

std::optional<xmpp::StanzaError> not_live(const Session& session) {
    const bool is_known = session.state == Session::State::live ||
                          (!session.publishes() && session.state == Session::State::offered);
    if (is_known) return std::nullopt;
    return out_of_order("This session is not accepted yet.");
}

/// Every content is named, one of the session, and of that creator.
std::optional<xmpp::StanzaError> unknown_in(const jingle::Jingle& jingle, const Session& session) {
    if (jingle.contents.empty()) return malformed_request("There is no content.");
    for (const jingle::Content& content : jingle.contents) {
        const SessionContent* known = session.find_content(content.name);
        if (!known || known->creator != content.creator || known->state == State::withdrawn) {
            return unknown_content(content.name);
        }
    }
    return std::nullopt;
}

/// The same, and each waits for the client's answer.
std::optional<xmpp::StanzaError> not_offered_in(const jingle::Jingle& jingle,
                                                const Session& session) {
    if (auto unknown = unknown_in(jingle, session)) return unknown;
    for (const jingle::Content& content : jingle.contents) {
        const SessionContent& known = *session.find_content(content.name);
        if (!known.source || known.state != State::awaited) {
            return out_of_order("This content waits for no answer: " + content.name + '.');
        }
    }
    return std::nullopt;
}

std::vector<std::string> names_of(const jingle::Jingle& jingle) {
    std::vector<std::string> names;
    for (const jingle::Content& content : jingle.contents)
        names.push_back(content.name);
    return names;
}

}  // namespace

Focus::Refused Focus::on_content_add(const Request& request, Session& session, Result& result) {
    const auto& contents = request.jingle.contents;
    if (!session.publishes()) {
        return malformed_request("The client sends media in the session that it started itself.");
    }
    if (auto refused = not_live(session)) return refused;
    if (contents.empty()) return malformed_request("There is no content.");
    for (const jingle::Content& content : contents) {
        if (content.creator != jingle::Party::initiator) {
            return malformed_request("The creator of what the client adds is the initiator.");
        }
        if (session.find_content(content.name)) {
            return malformed_request("There is a content of this name: " + content.name + '.');
        }
    }
    if (session.own_contents() + contents.size() > limits_.contents_per_client_max) {
        return conference_error(xmpp::ErrorType::wait, xmpp::Condition::resource_constraint,
                                "Too many contents: remove one first.");
    }
    if (auto refused = may_change(request)) return refused;
    acknowledge(request, result);
    AddMediaContents added{request.conference, session.number, {}};
    jingle::Jingle reject = outgoing(session, jingle::Action::content_reject);
    for (const jingle::Content& content : contents) {
        if (const auto fault = fault_of_added(content)) {
            reject.contents.push_back(named(content));
            reject.reason = fault->reason;
            reject.reason_text = fault->text;
        } else {
            added.contents.push_back(offered_content(content));
        }
    }
    if (!reject.contents.empty())
        send_jingle(session, request.conference, reject, "reject", result);
    if (added.contents.empty()) return std::nullopt;
    session.additions_awaited.emplace_back();
    for (const MediaContent& content : added.contents) {
        session.contents.push_back(own_content(content));
        session.additions_awaited.back().push_back(content.name);
    }
    result.outputs.emplace_back(MediaCommand(std::move(added)));
    return std::nullopt;
}

void Focus::answer_addition(Conference& conference, Session& session,
                            const std::vector<MediaContent>& taken, Result& result) {
    if (session.additions_awaited.empty()) return;
    const std::vector<std::string> names = std::move(session.additions_awaited.front());
    session.additions_awaited.pop_front();
    jingle::Jingle reject = outgoing(session, jingle::Action::content_reject);
    std::vector<MediaContent> accepted;
    for (const std::string& name : names) {
        SessionContent& content = *session.find_content(name);
        const auto found = std::ranges::find(taken, name, &MediaContent::name);
        if (content.state == State::awaited && found != taken.end()) {
            content.state = State::live;
            accepted.push_back(*found);
            continue;
        }
        if (content.state == State::awaited) reject.contents.push_back(named(content));
        std::erase_if(session.contents, [&](const auto& each) { return each.name == name; });
    }
    if (!reject.contents.empty()) {
        reject.reason = Reason::unsupported_applications;
        send_jingle(session, conference.id, reject, "reject", result);
    }
    if (!accepted.empty()) {
        jingle::Jingle accept = outgoing(session, jingle::Action::content_accept);
        add_contents(accept, conference, session, accepted, session.transport);
        add_bundle(accept, session);
        send_jingle(session, conference.id, accept, "take", result);
    }
    if (session.additions_awaited.empty()) {
        for (const uint64_t request : std::exchange(session.ties, {}))
            offer_again(conference, session, request, result);
    }
    if (!accepted.empty()) offer_more(conference, session.client, result);
}

Focus::Refused Focus::on_content_accept(const Request& request, Session& session, Result& result) {
    if (auto refused = not_live(session)) return refused;
    if (auto refused = not_offered_in(request.jingle, session)) return refused;
    SetMediaAnswer answered{request.conference, session.number, {}};
    for (const jingle::Content& content : request.jingle.contents) {
        const SessionContent& offered = *session.find_content(content.name);
        const Senders all =
            offered.creator == jingle::Party::initiator ? Senders::initiator : Senders::responder;
        if (content.senders != all && content.senders != Senders::none) {
            return malformed_request("Only the creator of a content sends it.");
        }
        if (!content.description) return malformed_request("A content without its description.");
        answered.answer.contents.push_back(
            {content.name, false, *content.description, offered.origin});
    }
    acknowledge(request, result);
    answered.answer.transport = common_transport(request.jingle.contents);
    result.outputs.emplace_back(MediaCommand(std::move(answered)));
    accept_contents(*find(request.conference), session, request.jingle.contents, result);
    return std::nullopt;
}

/// The client gets these from now on, unless it paused them at once.
void Focus::accept_contents(Conference& conference, Session& session,
                            const std::vector<jingle::Content>& answered, Result& result) {
    for (const jingle::Content& answer : answered) {
        SessionContent* content = session.find_content(answer.name);
        if (!content || !content->source) continue;
        content->state = State::live;
        content->offer.reset();
        content->paused =
            answer.senders == Senders::none && conference.senders_of(*content) != Senders::none;
        if (content->paused) {
            result.outputs.emplace_back(
                MediaCommand(SetMediaActive{conference.id, session.number, content->name, false}));
        }
        const SessionContent* origin = conference.origin_of(*content->source, content->origin);
        if (origin && origin->muted) tell_muted_in(conference.id, session, *content, true, result);
    }
}

Focus::Refused Focus::on_content_reject(const Request& request, Session& session, Result& result) {
    if (auto refused = not_live(session)) return refused;
    if (auto refused = not_offered_in(request.jingle, session)) return refused;
    acknowledge(request, result);
    Conference& conference = *find(request.conference);
    decline_contents(conference, session, names_of(request.jingle), result);
    end_if_empty(conference, session, request.now, result);
    return std::nullopt;
}

/// The client does not want these contents of others: it is not asked again.
void Focus::decline_contents(Conference& conference, Session& session,
                             const std::vector<std::string>& names, Result& result) {
    result.outputs.emplace_back(
        MediaCommand(RemoveMediaContents{conference.id, session.number, names}));
    std::erase_if(session.contents, [&](const SessionContent& content) {
        if (std::ranges::find(names, content.name) == names.end()) return false;
        session.declined.insert({*content.source, content.origin});
        return true;
    });
}

Focus::Refused Focus::on_content_remove(const Request& request, Session& session, Result& result) {
    if (auto refused = not_live(session)) return refused;
    if (auto refused = unknown_in(request.jingle, session)) return refused;
    if (auto refused = may_change(request)) return refused;
    acknowledge(request, result);
    Conference& conference = *find(request.conference);
    std::vector<std::string> own;
    std::vector<std::string> of_others;
    for (const std::string& name : names_of(request.jingle)) {
        (session.find_content(name)->source ? of_others : own).push_back(name);
    }
    if (!of_others.empty()) decline_contents(conference, session, of_others, result);
    if (!own.empty()) {
        result.outputs.emplace_back(
            MediaCommand(RemoveMediaContents{conference.id, session.number, own}));
        std::erase_if(session.contents, [&](SessionContent& content) {
            if (std::ranges::find(own, content.name) == own.end()) return false;
            // Its name stays taken until the media plane has answered the addition.
            const bool was_live = content.state == State::live;
            content.state = State::withdrawn;
            return was_live;
        });
        withdraw(conference, session.client, own, result);
    }
    end_if_empty(conference, session, request.now, result);
    return std::nullopt;
}

/// XEP-0166 s7.2.5: a session without contents is void.
void Focus::end_if_empty(Conference& conference, Session& session, Now now, Result& result) {
    if (!session.is_empty()) return;
    const FullJid client = session.client;
    const bool publishes = session.publishes();
    close(conference, session.number, true, result, Reason::success);
    if (publishes) publisher_left(conference, client, Reason::success, now, result);
}

Focus::Refused Focus::on_content_modify(const Request& request, Session& session, Result& result) {
    if (auto refused = not_live(session)) return refused;
    if (auto refused = unknown_in(request.jingle, session)) return refused;
    for (const jingle::Content& content : request.jingle.contents) {
        const SessionContent& known = *session.find_content(content.name);
        const Senders all =
            known.creator == jingle::Party::initiator ? Senders::initiator : Senders::responder;
        if (content.senders != all && content.senders != Senders::none) {
            return malformed_request(
                "Only the creator of a content sends it, or nobody does: " + content.name + '.');
        }
        if (known.state != State::live) {
            return out_of_order("This content is not accepted yet: " + content.name + '.');
        }
    }
    if (auto refused = may_change(request)) return refused;
    acknowledge(request, result);
    Conference& conference = *find(request.conference);
    for (const jingle::Content& asked : request.jingle.contents) {
        SessionContent& content = *session.find_content(asked.name);
        const bool pauses = asked.senders == Senders::none;
        if (content.paused != pauses) {
            content.paused = pauses;
            result.outputs.emplace_back(
                MediaCommand(SetMediaActive{conference.id, session.number, content.name, !pauses}));
            if (!content.source) {
                tell_senders(conference, session.client, content.name, result);
                if (!pauses) offer_more(conference, session.client, result);
                continue;
            }
        }
        // The source does not send it now, whatever the client would like.
        if (content.source && conference.senders_of(content) != asked.senders) {
            jingle::Jingle contrary = outgoing(session, jingle::Action::content_modify);
            contrary.contents.push_back(named(content));
            contrary.contents.back().senders = conference.senders_of(content);
            send_jingle(session, conference.id, contrary, "modify", result);
        }
    }
    return std::nullopt;
}

}  // namespace parley::module
