#include "hosts/server/routing/server_disco.hpp"

#include "hosts/server/routing/entity_capabilities.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/stanza_error.hpp"

namespace parley::server {

using xmpp::Condition;
using xmpp::Element;
using xmpp::ErrorType;
namespace ns = xmpp::ns;

namespace {

constexpr std::string_view capabilities_node = "urn:parley:parleyd";

}  // namespace

ServerDisco::ServerDisco(std::function<std::vector<Item>()> items) : services_(std::move(items)) {
    features_ = {std::string(ns::disco_info), std::string(ns::disco_items),
                 std::string(capabilities_ns)};
}

Element ServerDisco::info() const {
    Element query("query", ns::disco_info);
    query.add("identity")
        .set_attr("category", "server")
        .set_attr("type", "im")
        .set_attr("name", "Parley");
    for (const auto& feature : features_)
        query.add("feature").set_attr("var", feature);
    return query;
}

Element ServerDisco::capabilities() const {
    Element element("c", capabilities_ns);
    element.set_attr("hash", "sha-1")
        .set_attr("node", capabilities_node)
        .set_attr("ver", verification_string(info()));
    return element;
}

std::string ServerDisco::versioned_node() const {
    return std::string(capabilities_node) + "#" + verification_string(info());
}

std::optional<Element> ServerDisco::handle(const Element& iq, const xmpp::Jid& from) {
    const Element& query = *iq.first_child();
    const std::string node(query.attr("node"));
    const bool is_info = query.ns() == ns::disco_info;
    const auto refuse = [&](Condition condition, std::string text) {
        return error_reply(iq, {ErrorType::cancel, condition, std::move(text), {}});
    };
    if (query.name() != "query" || iq.attr("type") != "get") {
        return refuse(Condition::feature_not_implemented, "Only <query/> of an IQ get is served.");
    }
    if (is_info && (node.empty() || node == versioned_node())) {
        Element reply = iq_result(iq);
        Element& answer = reply.add(info());
        if (!node.empty()) answer.set_attr("node", node);
        return reply;
    }
    const auto found = nodes_.find(node);
    if (!node.empty() && found == nodes_.end()) {
        return refuse(Condition::item_not_found, "There is no node of that name.");
    }

    Element reply = iq_result(iq);
    Element& answer = reply.add("query", query.ns());
    if (!node.empty()) answer.set_attr("node", node);
    if (is_info) {
        auto children = found->second.info ? found->second.info(from) : std::nullopt;
        if (!children) return refuse(Condition::item_not_found, "That node has no information.");
        for (auto& child : *children)
            answer.add(std::move(child));
        return reply;
    }
    std::vector<Item> items;
    if (node.empty()) {
        items = services_();
    } else if (found->second.items) {
        items = found->second.items(from);
    }
    for (const Item& item : items) {
        Element& entry = answer.add("item");
        entry.set_attr("jid", item.jid);
        if (!item.node.empty()) entry.set_attr("node", item.node);
        if (!item.name.empty()) entry.set_attr("name", item.name);
    }
    return reply;
}

}  // namespace parley::server
