#pragma once

#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "hosts/server/muc/muc_service.hpp"

namespace parley::server::muc::test {

/// A MUC service with its surroundings: what it sends lies in one queue for each client.
class Bench : public StanzaSink {
  public:
    explicit Bench(MucHooks& hooks);

    void route(xmpp::Element stanza) override;
    /// The client sends; `from` is stamped, and `to` must be given.
    void send(const std::string& client, xmpp::Element stanza);
    /// The oldest stanza the client has not looked at; nothing where there is none.
    std::optional<xmpp::Element> receive(const std::string& client);
    void drain();
    /// A new service over the same store, as after a restart.
    void restart();

    /// "alice" is alice@example.org/1, "alice2" is alice@example.org/2.
    static xmpp::Jid jid(const std::string& client);

    MucConfig config;
    MemoryRoomStore store;
    MucHooks& hooks;
    TimePoint now{std::chrono::hours(24 * 365 * 50)};
    std::unique_ptr<MucService> service;
    std::map<xmpp::Jid, std::deque<xmpp::Element>> queues;

  private:
    unsigned ids_ = 0;
};

/// Runs one file of a dialogue; returns what went wrong, each with its line. The format:
///   alice > STANZA       alice sends; further lines that begin with a blank belong to it
///   alice < STANZA       the next stanza alice gets matches (see below)
///   alice < nothing      she has got nothing
///   alice closes | alice lost | drain | restart | shutdown | wait SECONDS | set KEY VALUE | #
///   comment
/// A stanza matches when its name, every attribute of the pattern ('*': any value) and every child
/// of the pattern, in order, are there; text counts where the pattern has some. <not
/// xmlns='urn:test'>ELEMENT</not> in the pattern: no child matches ELEMENT. At the end nobody may
/// have got more than was looked at.
std::vector<std::string> run_dialogue(const std::filesystem::path& file);

/// Parses one stanza; throws where the test has it wrong.
xmpp::Element stanza(std::string_view xml);

/// Whether `actual` matches, as above; else `why` says where not.
bool matches(const xmpp::Element& pattern, const xmpp::Element& actual, std::string& why);

}  // namespace parley::server::muc::test
