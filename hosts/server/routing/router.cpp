#include "hosts/server/routing/router.hpp"

#include <spdlog/spdlog.h>

#include "hosts/server/routing/stanza_rules.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/stanza_error.hpp"

namespace parley::server {

using xmpp::Condition;
using xmpp::Element;
using xmpp::ErrorType;
using xmpp::Jid;
namespace ns = xmpp::ns;

namespace {

bool is_request(const Element& iq) {
    return iq.attr("type") == "get" || iq.attr("type") == "set";
}

}  // namespace

Router::Router(const Config& config, AccountStore& accounts, RosterStore& rosters,
               std::function<void(std::function<void()>)> defer)
    : domain_(config.domain),
      limits_(config.limits),
      accounts_(accounts),
      defer_(std::move(defer)),
      roster_(rosters, sessions_, *this, limits_.roster_items),
      presence_(rosters, sessions_, roster_, *this, limits_.directed_presences),
      disco_([this] { return service_items(); }) {
    const auto disco = [this](const Element& iq, const Jid& from) {
        return disco_.handle(iq, from);
    };
    iq_handlers_.set(std::string(ns::disco_info), disco);
    iq_handlers_.set(std::string(ns::disco_items), disco);
}

bool Router::add_service(const std::string& domain, StanzaService& service) {
    return domain != domain_ && services_.emplace(domain, &service).second;
}

void Router::remove_service(const std::string& domain) {
    services_.erase(domain);
}

std::vector<ServerDisco::Item> Router::service_items() const {
    std::vector<ServerDisco::Item> items;
    for (const auto& [domain, service] : services_)
        items.push_back({domain, "", service->name()});
    return items;
}

void Router::route(Element stanza) {
    queue_.push_back(std::move(stanza));
    if (draining_ || deferred_) return;
    deferred_ = true;
    defer_([this] {
        deferred_ = false;
        drain();
    });
}

void Router::drain() {
    if (std::exchange(draining_, true)) return;
    while (!queue_.empty()) {
        Element stanza = std::move(queue_.front());
        queue_.pop_front();
        try {
            dispatch(std::move(stanza));
        } catch (const std::exception& error) {
            spdlog::error("a stanza was lost: {}", error.what());
        }
    }
    draining_ = false;
}

void Router::bounce(const Element& stanza, Condition condition, std::string text) {
    const std::string_view type = stanza.attr("type");
    if (type == "error" || (stanza.name() == "iq" && type == "result")) return;
    const auto error_type =
        condition == Condition::jid_malformed ? ErrorType::modify : ErrorType::cancel;
    route(error_reply(stanza, {error_type, condition, std::move(text), {}}));
}

void Router::dispatch(Element stanza) {
    const auto from = Jid::parse(stanza.attr("from"));
    const auto to = Jid::parse(stanza.attr("to"));
    if (!from || !to) {
        spdlog::error(
            "a part of the server sent a stanza without valid addresses: from '{}' to '{}'",
            stanza.attr("from"), stanza.attr("to"));
        return;
    }
    if (const auto service = services_.find(to->domain()); service != services_.end()) {
        service->second->handle(std::move(stanza), *from, *to);
    } else if (to->domain() != domain_) {
        bounce(stanza, Condition::remote_server_not_found,
               "This server does not talk to other servers; it serves " + domain_ + ".");
    } else if (to->local().empty()) {
        to_server(stanza, *from);
    } else {
        to_account(std::move(stanza), *from, *to);
    }
}

void Router::to_server(const Element& stanza, const Jid& from) {
    if (stanza.name() == "presence") return;
    const Element* payload = stanza.first_child();
    if (stanza.name() == "iq" && payload && is_request(stanza)) {
        if (const IqHandler* handler = iq_handlers_.find(payload->ns())) {
            if (auto reply = (*handler)(stanza, from)) route(std::move(*reply));
            return;
        }
    }
    bounce(stanza, Condition::service_unavailable, "");
}

void Router::to_account(Element stanza, const Jid& from, const Jid& to) {
    const bool exists = sessions_.find(to) != nullptr || accounts_.exists(to.local());
    if (stanza.name() == "message") return message_to_account(stanza, to, exists);
    if (stanza.name() == "iq") return iq_to_account(stanza, from, to, exists);
    presence_.inbound(std::move(stanza), from, to, exists);
}

void Router::message_to_account(const Element& message, const Jid& to, bool exists) {
    const std::string_view type = message.attr("type");
    if (to.is_full()) {
        if (const Session* session = sessions_.find(to)) return session->link->deliver(message);
        if (type == "headline") return;
        if (type != "chat") return bounce(message, Condition::service_unavailable, "");
    }
    if (!exists || type == "groupchat") return bounce(message, Condition::service_unavailable, "");
    if (type == "error") return;
    bool delivered = false;
    for (const Session* session : sessions_.of(to.local())) {
        if (!session->available() || session->priority < 0) continue;
        session->link->deliver(message);
        delivered = true;
    }
    if (!delivered && type != "headline") {
        bounce(message, Condition::service_unavailable,
               "Nobody is there; nothing is kept for later.");
    }
}

void Router::iq_to_account(const Element& iq, const Jid& from, const Jid& to, bool exists) {
    if (to.is_full()) {
        if (const Session* session = sessions_.find(to))
            return iq_to_client(iq, from, *session->link);
        return bounce(iq, Condition::service_unavailable, "");
    }
    if (!is_request(iq)) return;
    if (!exists) return bounce(iq, Condition::service_unavailable, "");
    route(answer_for_account(iq, from, to));
}

void Router::iq_to_client(const Element& iq, const Jid& from, ClientLink& client) {
    const bool is_of_user = from.domain() == domain_ && !from.local().empty();
    if (hooks_ == nullptr || !is_of_user || !is_request(iq)) return client.deliver(iq);
    if (auto error = hooks_->judge_iq(iq))
        route(error_reply(iq, std::move(*error)));
    else
        client.deliver(iq);
    hooks_->flush();
}

Element Router::answer_for_account(const Element& iq, const Jid& from, const Jid& account) {
    const std::string_view payload = iq.first_child()->ns();
    const bool own = from.bare() == account;
    if (payload == roster_ns) {
        Session* session = own ? sessions_.find(from) : nullptr;
        if (session) return roster_.handle(*session, iq);
        return error_reply(iq, {ErrorType::auth, Condition::forbidden, "", {}});
    }
    const bool get = iq.attr("type") == "get";
    if (own && get && payload == ns::ping) return iq_result(iq);
    if (own && get && (payload == ns::disco_info || payload == ns::disco_items)) {
        Element reply = iq_result(iq);
        Element& query = reply.add("query", payload);
        if (payload == ns::disco_info) {
            query.add("identity").set_attr("category", "account").set_attr("type", "registered");
            query.add("feature").set_attr("var", ns::disco_info);
            query.add("feature").set_attr("var", ns::disco_items);
        }
        return reply;
    }
    return error_reply(iq, {ErrorType::cancel, Condition::service_unavailable, "", {}});
}

bool Router::may_start(const Jid& full_jid) {
    return sessions_.find(full_jid) != nullptr ||
           sessions_.of(full_jid.local()).size() < limits_.resources_per_account;
}

bool Router::session_started(const Jid& full_jid, ClientLink& link) {
    if (const Session* older = sessions_.find(full_jid)) {
        ClientLink& replaced = *older->link;
        session_ended(full_jid, replaced, true);
        replaced.end({StreamCondition::conflict, "Another client took this resource over."});
    }
    if (sessions_.of(full_jid.local()).size() >= limits_.resources_per_account) {
        link.end({StreamCondition::resource_constraint, "This account has too many sessions."});
        return false;
    }
    sessions_.add(full_jid, link);
    return true;
}

void Router::session_ended(const Jid& full_jid, const ClientLink& link, bool lost) {
    Session* session = sessions_.find(full_jid);
    if (!session || session->link != &link) return;
    try {
        Session gone = *session;
        sessions_.remove(full_jid);
        presence_.end(gone);
    } catch (const DatabaseError& error) {
        spdlog::error("the end of {} was not told to everybody: {}", full_jid.to_string(),
                      error.what());
    }
    leave_services(full_jid, lost);
}

void Router::leave_services(const Jid& full_jid, bool lost) {
    const auto services = services_;
    for (const auto& [domain, service] : services)
        service->session_ended(full_jid, lost);
}

void Router::from_client(const Jid& full_jid, Element stanza) {
    accept(full_jid, std::move(stanza));
    // What one stanza brings about is done before the next: a flood of messages to a room does not
    // pile up.
    drain();
}

void Router::accept(const Jid& full_jid, Element stanza) {
    Session* session = sessions_.find(full_jid);
    if (!session) return;
    const auto refuse = [&](const xmpp::StanzaError& error) {
        if (stanza.attr("type") != "error") session->link->deliver(error_reply(stanza, error));
    };
    if (const auto broken = broken_rule(stanza)) return refuse(*broken);
    try {
        if (stanza.name() == "presence") return presence_from_client(*session, std::move(stanza));
        if (!stanza.has_attr("to")) stanza.set_attr("to", full_jid.bare().to_string());
        route(std::move(stanza));
    } catch (const DatabaseError& error) {
        spdlog::error("a stanza of {} was not handled: {}", full_jid.to_string(), error.what());
        refuse({ErrorType::wait, Condition::internal_server_error, "", {}});
    }
}

void Router::presence_from_client(Session& session, Element presence) {
    const auto refuse = [&](ErrorType type, Condition condition, std::string text) {
        session.link->deliver(error_reply(presence, {type, condition, std::move(text), {}}));
    };
    if (!presence.has_attr("to")) {
        switch (presence_.broadcast(session, presence)) {
            case Presence::Broadcast::available:
                return;
            case Presence::Broadcast::unavailable:
                return leave_services(session.jid, false);
            case Presence::Broadcast::malformed:
                return refuse(ErrorType::modify, Condition::bad_request,
                              "A presence of that type needs 'to', and a priority is -128 to 127.");
        }
    }
    const auto to = Jid::parse(presence.attr("to"));
    const bool to_account = to->domain() == domain_ && !to->local().empty();
    const Element copy = presence;
    if (!presence_.outbound(session, std::move(presence), *to, to_account)) {
        session.link->deliver(error_reply(copy, {ErrorType::wait,
                                                 Condition::resource_constraint,
                                                 "This session directs presence at too many.",
                                                 {}}));
    }
}

}  // namespace parley::server
