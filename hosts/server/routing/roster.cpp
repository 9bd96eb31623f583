#include "hosts/server/routing/roster.hpp"

#include <algorithm>
#include <set>

#include "xmpp/namespaces.hpp"
#include "xmpp/stanza_error.hpp"

namespace parley::server {

using xmpp::Condition;
using xmpp::Element;
using xmpp::ErrorType;
using xmpp::Jid;
namespace ns = xmpp::ns;

namespace {

constexpr size_t name_bytes_max = 1023;
constexpr size_t groups_max = 32;

Element to_element(const RosterItem& item) {
    Element element("item", roster_ns);
    element.set_attr("jid", item.contact.to_string());
    if (!item.name.empty()) element.set_attr("name", item.name);
    element.set_attr("subscription", item.subscription.name());
    if (item.subscription.pending_out) element.set_attr("ask", "subscribe");
    for (const auto& group : item.groups)
        element.add("group").add_text(group);
    return element;
}

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

/// The name and the groups of a roster set (RFC 6121 s2.3.3), or what is wrong with them.
std::optional<xmpp::StanzaError> read_handle(const Element& element, RosterItem& item) {
    const auto refuse = [](Condition condition, std::string text) {
        return xmpp::StanzaError{ErrorType::modify, condition, std::move(text), {}};
    };
    item.name = element.attr("name");
    item.groups.clear();
    if (item.name.size() > name_bytes_max || has_control(item.name)) {
        return refuse(Condition::not_acceptable, "A name has at most 1023 octets.");
    }
    for (const Element* child : element.elements()) {
        if (!child->is("group", roster_ns)) continue;
        std::string group = child->text();
        if (group.empty() || group.size() > name_bytes_max || has_control(group) ||
            item.groups.size() == groups_max) {
            return refuse(Condition::not_acceptable, "A group's name has 1 to 1023 octets.");
        }
        if (std::find(item.groups.begin(), item.groups.end(), group) != item.groups.end()) {
            return refuse(Condition::bad_request, "The same group twice.");
        }
        item.groups.push_back(std::move(group));
    }
    return std::nullopt;
}

}  // namespace

Roster::Roster(RosterStore& store, SessionRegistry& sessions, StanzaSink& sink, size_t items_max)
    : store_(store), sessions_(sessions), sink_(sink), items_max_(items_max) {}

Element Roster::handle(Session& session, const Element& iq) {
    if (!iq.child("query", roster_ns)) {
        return error_reply(iq, {ErrorType::modify, Condition::bad_request, "", {}});
    }
    return iq.attr("type") == "get" ? get(session, iq) : set(session.jid.bare(), iq);
}

Element Roster::get(Session& session, const Element& iq) {
    session.interested = true;
    Element reply = iq_result(iq);
    Element& query = reply.add("query", roster_ns);
    for (const RosterItem& item : store_.load(session.jid.local())) {
        if (item.listed) query.add(to_element(item));
    }
    return reply;
}

Element Roster::set(const Jid& account, const Element& iq) {
    const auto refuse = [&](ErrorType type, Condition condition, std::string text) {
        return error_reply(iq, {type, condition, std::move(text), {}});
    };
    const auto items = iq.child("query", roster_ns)->elements();
    if (items.size() != 1 || !items.front()->is("item", roster_ns)) {
        return refuse(ErrorType::modify, Condition::bad_request, "A roster set has one item.");
    }
    const auto contact = Jid::parse(items.front()->attr("jid"));
    if (!contact || !contact->is_bare()) {
        return refuse(ErrorType::modify, Condition::bad_request, "The item needs a bare JID.");
    }
    if (items.front()->attr("subscription") == "remove") return remove(account, iq, *contact);
    if (*contact == account) {
        return refuse(ErrorType::cancel, Condition::not_allowed,
                      "Nobody is a contact of their own.");
    }
    auto found = store_.find(account.local(), *contact);
    if (!found && store_.count(account.local()) >= items_max_) {
        return refuse(ErrorType::wait, Condition::resource_constraint,
                      "The roster is full: " + std::to_string(items_max_) + " contacts.");
    }
    RosterItem item = found ? std::move(*found) : RosterItem{*contact, {}, {}, {}, false, {}};
    if (const auto error = read_handle(*items.front(), item)) return error_reply(iq, *error);
    item.listed = true;
    store_.save(account.local(), item);
    push(account, item);
    return iq_result(iq);
}

Element Roster::remove(const Jid& account, const Element& iq, const Jid& contact) {
    const auto item = store_.find(account.local(), contact);
    if (!item || !item->listed) {
        return error_reply(iq,
                           {ErrorType::cancel, Condition::item_not_found, "No such contact.", {}});
    }
    // RFC 6121 s2.5.2: a removed contact loses both directions, and is told.
    const auto notify = [&](std::string_view type) {
        Element presence("presence", ns::client);
        presence.set_attr("from", account.to_string()).set_attr("to", contact.to_string());
        presence.set_attr("type", type);
        sink_.route(std::move(presence));
    };
    store_.remove(account.local(), contact);
    if (item->subscription.to || item->subscription.pending_out) notify("unsubscribe");
    if (item->subscription.from || item->subscription.pending_in) {
        notify("unsubscribed");
        for (const Session* session : sessions_.of(account.local())) {
            if (!session->available()) continue;
            Element presence("presence", ns::client);
            presence.set_attr("from", session->jid.to_string()).set_attr("type", "unavailable");
            presence.set_attr("to", contact.to_string());
            sink_.route(std::move(presence));
        }
    }
    Element removed("item", roster_ns);
    removed.set_attr("jid", contact.to_string()).set_attr("subscription", "remove");
    send_push(account, removed);
    return iq_result(iq);
}

void Roster::push(const Jid& account, const RosterItem& item) {
    if (item.listed) send_push(account, to_element(item));
}

void Roster::send_push(const Jid& account, const Element& item) {
    const std::string id = "push-" + std::to_string(++pushes_);
    for (const Session* session : sessions_.of(account.local())) {
        if (!session->interested) continue;
        Element iq("iq", ns::client);
        iq.set_attr("type", "set").set_attr("id", id);
        iq.set_attr("from", account.to_string()).set_attr("to", session->jid.to_string());
        iq.add("query", roster_ns).add(item);
        sink_.route(std::move(iq));
    }
}

}  // namespace parley::server
