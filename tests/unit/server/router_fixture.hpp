#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "hosts/server/routing/router.hpp"
#include "hosts/server/routing/server_iqs.hpp"
#include "hosts/server/stream/framing.hpp"
#include "xmpp/xml.hpp"

namespace parley::server::test {

/// As on the wire, with double quotes.
inline std::string as_text(const xmpp::Element& stanza) {
    std::string text = xmpp::to_xml(stanza, "jabber:client");
    std::replace(text.begin(), text.end(), '\'', '"');
    return text;
}

/// Notes what it is told: one line per stanza or ended session.
class NotedService : public StanzaService {
  public:
    void handle(xmpp::Element stanza, const xmpp::Jid&, const xmpp::Jid&) override {
        log.push_back(as_text(stanza));
    }

    void session_ended(const xmpp::Jid& full_jid, bool lost) override {
        log.push_back(full_jid.to_string() + (lost ? " lost" : " left"));
    }

    std::string name() const override { return "Noted"; }

    std::vector<std::string> log;
};

/// A router on a database in memory, with clients that are only names.
class Network {
  public:
    explicit Network(Limits limits = {})
        : config_(make_config(limits)),
          accounts_(database_),
          rosters_(database_),
          router(config_, accounts_, rosters_,
                 [this](std::function<void()> task) { tasks_.push_back(std::move(task)); }) {
        const auto credentials = make_credentials("password", 4096);
        for (const char* name : {"alice", "bob", "carol"})
            accounts_.create(name, *credentials);
        add_server_iqs(router, "0.0.0-test");
    }

    /// Binds without presence.
    bool connect(const std::string& full_jid) {
        auto client = std::make_unique<Client>();
        const bool started = router.session_started(jid(full_jid), *client);
        replaced_.push_back(std::exchange(clients_[full_jid], std::move(client)));
        settle();
        return started;
    }

    /// Binds, and is available; what that brings is forgotten.
    void log_in(const std::string& full_jid) {
        connect(full_jid);
        say(full_jid, "<presence/>");
        for (auto& [name, client] : clients_)
            client->received.clear();
    }

    /// The client sends; everything that follows happens.
    void say(const std::string& full_jid, const std::string& xml) {
        auto stanza = *xmpp::parse_xml(xml);
        stanza.set_attr("from", full_jid);
        router.from_client(jid(full_jid), std::move(stanza));
        settle();
    }

    void disconnect(const std::string& full_jid, bool lost = true) {
        router.session_ended(jid(full_jid), *clients_.at(full_jid), lost);
        settle();
    }

    void route(const std::string& xml) {
        router.route(*xmpp::parse_xml(xml));
        settle();
    }

    /// What the client got since it was last asked, in order, joined by line ends; double quotes.
    std::string heard(const std::string& full_jid) {
        std::string text;
        for (const auto& line : std::exchange(clients_.at(full_jid)->received, {})) {
            text += (text.empty() ? "" : "\n") + line;
        }
        return text;
    }

    void befriend(const std::string& a, const std::string& b) {
        for (const auto& [self, other] : {std::pair{a, b}, std::pair{b, a}}) {
            rosters_.save(
                self, {jid(other + "@localhost"), "", {}, {true, true, false, false}, true, ""});
        }
    }

    static xmpp::Jid jid(const std::string& text) { return *xmpp::Jid::parse(text); }

  private:
    struct Client : ClientLink {
        void deliver(const xmpp::Element& stanza) override { received.push_back(as_text(stanza)); }

        void end(const StreamError& error) override {
            received.push_back("[ended: " + std::string(to_string(error.condition)) + "]");
        }

        std::vector<std::string> received;
    };

    static Config make_config(const Limits& limits) {
        Config config;
        config.domain = "localhost";
        config.limits = limits;
        return config;
    }

    void settle() {
        while (!tasks_.empty()) {
            const auto task = std::move(tasks_.front());
            tasks_.pop_front();
            task();
        }
    }

    Config config_;
    Database database_{":memory:"};
    AccountStore accounts_;
    RosterStore rosters_;
    std::deque<std::function<void()>> tasks_;
    std::map<std::string, std::unique_ptr<Client>> clients_;
    std::vector<std::unique_ptr<Client>> replaced_;

  public:
    /// What a client heard whose resource another took over.
    std::string heard_replaced() {
        return replaced_.back() ? replaced_.back()->received.back() : "";
    }

    Router router;
};

}  // namespace parley::server::test
