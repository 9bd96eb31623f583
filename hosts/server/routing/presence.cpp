#include "hosts/server/routing/presence.hpp"

#include <charconv>

#include "xmpp/namespaces.hpp"
#include "xmpp/xml.hpp"

namespace parley::server {

using xmpp::Element;
using xmpp::Jid;
namespace ns = xmpp::ns;

namespace {

Element typed(std::string_view type) {
    Element presence("presence", ns::client);
    presence.set_attr("type", type);
    return presence;
}

/// RFC 6121 s4.7.2.3; absent is 0.
std::optional<int> priority_of(const Element& presence) {
    const Element* child = presence.child("priority", ns::client);
    if (!child) return 0;
    const std::string text = child->text();
    const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
    int value = 0;
    const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (value < -128 || value > 127) return std::nullopt;
    return value;
}

}  // namespace

Presence::Presence(RosterStore& store, SessionRegistry& sessions, Roster& roster, StanzaSink& sink,
                   size_t directed_max)
    : store_(store),
      sessions_(sessions),
      roster_(roster),
      sink_(sink),
      directed_max_(directed_max) {}

Presence::Broadcast Presence::broadcast(Session& session, const Element& presence) {
    const std::string_view type = presence.attr("type");
    if (type == "unavailable") {
        if (session.available()) {
            session.presence.reset();
            send_to_subscribers(session, presence);
        }
        for (const Jid& target : session.directed)
            send(presence, session.jid, target);
        session.directed.clear();
        return Broadcast::unavailable;
    }
    const auto priority = priority_of(presence);
    if (!type.empty() || !priority) return Broadcast::malformed;
    const bool first = !session.available();
    session.presence = presence;
    session.priority = *priority;
    send_to_subscribers(session, presence);
    if (first) became_available(session);
    return Broadcast::available;
}

void Presence::end(Session& session) {
    broadcast(session, typed("unavailable"));
}

void Presence::send_to_subscribers(const Session& session, const Element& presence) {
    for (const RosterItem& item : store_.load(session.jid.local())) {
        if (item.subscription.from) send(presence, session.jid, item.contact);
    }
    for (const Session* own : sessions_.of(session.jid.local())) {
        if (own->available()) send(presence, session.jid, own->jid);
    }
}

void Presence::became_available(Session& session) {
    for (const Session* own : sessions_.of(session.jid.local())) {
        if (own->available() && own != &session) send(*own->presence, own->jid, session.jid);
    }
    for (const RosterItem& item : store_.load(session.jid.local())) {
        if (item.subscription.to) send(typed("probe"), session.jid, item.contact);
        if (!item.subscription.pending_in) continue;
        auto request = xmpp::parse_xml(item.request);
        Element subscribe = request ? std::move(*request) : typed("subscribe");
        subscribe.set_attr("to", session.jid.to_string());
        subscribe.set_attr("from", item.contact.to_string());
        session.link->deliver(subscribe);
    }
}

bool Presence::outbound(Session& session, Element presence, const Jid& to, bool to_account) {
    const std::string_view type = presence.attr("type");
    if (const auto stanza = subscription_stanza(type)) {
        send_subscription(session.jid.bare(), std::move(presence), to.bare(), *stanza);
        return true;
    }
    if (to_account && type.empty()) {
        if (session.directed.size() >= directed_max_ && !session.directed.contains(to))
            return false;
        session.directed.insert(to);
    } else if (type == "unavailable") {
        session.directed.erase(to);
    }
    sink_.route(std::move(presence));
    return true;
}

RosterItem Presence::item_of(const Jid& account, const Jid& contact) {
    auto found = store_.find(account.local(), contact);
    return found ? std::move(*found) : RosterItem{contact, {}, {}, {}, false, {}};
}

void Presence::send_subscription(const Jid& account, Element presence, const Jid& contact,
                                 SubscriptionStanza stanza) {
    if (contact == account) return;
    RosterItem item = item_of(account, contact);
    const Subscription before = item.subscription;
    const Transition transition = server::send_subscription(before, stanza);
    item.subscription = transition.next;
    if (stanza == SubscriptionStanza::subscribe || transition.next.from) item.listed = true;
    if (!transition.next.pending_in) item.request.clear();
    store_.save(account.local(), item);
    if (!transition.pass) return;
    send(std::move(presence), account, contact);
    if (before != transition.next) roster_.push(account, item);
    if (stanza == SubscriptionStanza::subscribed) send_availability(account, contact, true);
    if (stanza == SubscriptionStanza::unsubscribed && before.from) {
        send_availability(account, contact, false);
    }
}

void Presence::receive_subscription(const Jid& account, Element presence, const Jid& contact,
                                    SubscriptionStanza stanza) {
    RosterItem item = item_of(account, contact);
    const Subscription before = item.subscription;
    const Transition transition = server::receive_subscription(before, stanza);
    if (transition.auto_reply) send(typed("subscribed"), account, contact);
    if (!transition.pass) return;
    presence.set_attr("from", contact.to_string()).set_attr("to", account.to_string());
    item.subscription = transition.next;
    item.request = transition.next.pending_in ? xmpp::to_xml(presence) : std::string();
    store_.save(account.local(), item);
    for (const Session* session : sessions_.of(account.local())) {
        const bool hears = stanza == SubscriptionStanza::subscribe
                               ? session->available()
                               : session->available() || session->interested;
        if (hears) session->link->deliver(presence);
    }
    const bool shown = before.to != transition.next.to || before.from != transition.next.from ||
                       before.pending_out != transition.next.pending_out;
    if (shown) roster_.push(account, item);
    if (stanza == SubscriptionStanza::unsubscribe && before.from) {
        send_availability(account, contact, false);
    }
}

void Presence::inbound(Element presence, const Jid& from, const Jid& to, bool account_exists) {
    const std::string_view type = presence.attr("type");
    if (type == "probe") return answer_probe(from, to.bare(), account_exists);
    if (!account_exists) return;
    if (const auto stanza = subscription_stanza(type)) {
        return receive_subscription(to.bare(), std::move(presence), from.bare(), *stanza);
    }
    if (to.is_full()) {
        if (const Session* session = sessions_.find(to)) session->link->deliver(presence);
        return;
    }
    if (type == "error") return;
    for (const Session* session : sessions_.of(to.local())) {
        if (session->available()) session->link->deliver(presence);
    }
}

void Presence::answer_probe(const Jid& from, const Jid& account, bool account_exists) {
    const auto item = account_exists ? store_.find(account.local(), from.bare()) : std::nullopt;
    const bool allowed = from.bare() == account || (item && item->subscription.from);
    if (!allowed) return send(typed("unsubscribed"), account, from.bare());
    bool available = false;
    for (const Session* session : sessions_.of(account.local())) {
        if (!session->available()) continue;
        available = true;
        send(*session->presence, session->jid, from);
    }
    if (!available) send(typed("unavailable"), account, from);
}

void Presence::send_availability(const Jid& account, const Jid& to, bool available) {
    for (const Session* session : sessions_.of(account.local())) {
        if (!session->available()) continue;
        send(available ? *session->presence : typed("unavailable"), session->jid, to);
    }
}

void Presence::send(Element presence, const Jid& from, const Jid& to) {
    presence.set_attr("from", from.to_string()).set_attr("to", to.to_string());
    sink_.route(std::move(presence));
}

}  // namespace parley::server
