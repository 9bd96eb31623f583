#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "hosts/server/routing/iq_handlers.hpp"

namespace parley::server {

/// Service discovery of the server's own domain (XEP-0030). Without a node: identity server/im, the
/// features, and one item per StanzaService. Other parts add features and nodes.
class ServerDisco {
  public:
    struct Item {
        std::string jid;
        std::string node;
        std::string name;
    };

    /// A node's answers, made for the one who asks. An error answers with `item-not-found`.
    struct Node {
        std::function<std::vector<Item>(const xmpp::Jid& from)> items;
        /// The children of <query/>: identities, features, forms. Missing: item-not-found.
        std::function<std::optional<std::vector<xmpp::Element>>(const xmpp::Jid& from)> info;
    };

    /// `items`: the services, asked for anew at each request.
    explicit ServerDisco(std::function<std::vector<Item>()> items);

    void add_feature(std::string feature) { features_.insert(std::move(feature)); }

    void remove_feature(const std::string& feature) { features_.erase(feature); }

    /// Replaces an earlier node of that name.
    void set_node(std::string node, Node answers) {
        nodes_.insert_or_assign(std::move(node), std::move(answers));
    }

    void remove_node(const std::string& node) { nodes_.erase(node); }

    /// <c/> for the stream features (XEP-0115 s6.3): what disco#info says now.
    xmpp::Element capabilities() const;

    /// Answers disco#info and disco#items; disco#info also of the node that capabilities() names.
    std::optional<xmpp::Element> handle(const xmpp::Element& iq, const xmpp::Jid& from);

  private:
    /// <query/> of disco#info without a node.
    xmpp::Element info() const;
    /// The node of the present capabilities (XEP-0115 s6.2): node "#" ver.
    std::string versioned_node() const;

    std::function<std::vector<Item>()> services_;
    std::set<std::string> features_;
    std::map<std::string, Node> nodes_;
};

}  // namespace parley::server
