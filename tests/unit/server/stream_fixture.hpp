#pragma once

#include <map>
#include <string>
#include <string_view>

#include "hosts/server/stream/c2s_stream.hpp"
#include "xmpp/xml.hpp"

namespace parley::server::test {

/// Accounts with the password "pw-" + name, hashed with the fewest iterations RFC 5802 allows.
class FixedAccounts : public CredentialSource {
  public:
    explicit FixedAccounts(std::initializer_list<std::string> names) {
        for (const auto& name : names)
            accounts_.emplace(name, *make_credentials("pw-" + name, 4096));
        decoy_ = *make_credentials("a password nobody has", 4096);
    }

    std::optional<Credentials> find(std::string_view local) override {
        const auto found = accounts_.find(std::string(local));
        if (found == accounts_.end()) return std::nullopt;
        return found->second;
    }

    Credentials decoy(std::string_view) override { return decoy_; }

  private:
    std::map<std::string, Credentials> accounts_;
    Credentials decoy_;
};

/// Drives one C2sStream and writes its effects down as text: bytes as they are, the others in
/// brackets.
class StreamDialogue {
  public:
    explicit StreamDialogue(C2sOptions options)
        : accounts_({"alice", "bob"}),
          stream_(
              prepare(std::move(options)), accounts_,
              [this] { return "id-" + std::to_string(++ids_); }, now_) {}

    std::string feed(std::string_view bytes) { return write(stream_.receive(bytes, now_)); }

    std::string wait(std::chrono::milliseconds time) {
        now_ += time;
        return write(stream_.on_deadline(now_));
    }

    std::string tls(ChannelBinding binding = {}) {
        return write(stream_.tls_established(std::move(binding)));
    }

    C2sStream& stream() { return stream_; }

    static std::string write(const C2sStream::Effects& effects) {
        std::string text;
        for (const auto& effect : effects) {
            if (const auto* send = std::get_if<C2sStream::Send>(&effect)) {
                text += send->bytes;
            } else if (const auto* stanza = std::get_if<C2sStream::Stanza>(&effect)) {
                text += "[stanza " + xmpp::to_xml(stanza->element, "jabber:client") + "]";
            } else if (const auto* bound = std::get_if<C2sStream::Bound>(&effect)) {
                text += "[bound " + bound->full_jid.to_string() + "]";
            } else if (const auto* failed = std::get_if<C2sStream::LoginFailed>(&effect)) {
                text += "[login failed: " + std::string(to_string(failed->reason)) + "]";
            } else if (std::holds_alternative<C2sStream::StartTls>(effect)) {
                text += "[start tls]";
            } else {
                text += std::get<C2sStream::Close>(effect).lost ? "[close lost]" : "[close]";
            }
        }
        return text;
    }

  private:
    static C2sOptions prepare(C2sOptions options) {
        if (options.domain.empty()) options.domain = "localhost";
        return options;
    }

    FixedAccounts accounts_;
    int ids_ = 0;
    C2sStream::Time now_{};
    C2sStream stream_;
};

inline const std::string client_header =
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
    "xmlns:stream='http://etherx.jabber.org/streams' to='localhost' version='1.0'>";

inline std::string server_header(int id) {
    return "<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
           "xmlns:stream='http://etherx.jabber.org/streams' from='localhost' id='id-" +
           std::to_string(id) + "' version='1.0' xml:lang='en'>";
}

/// A stream error without text, the stream's end, and the connection's.
inline std::string ends_with(const std::string& condition, const std::string& text = {}) {
    return "<stream:error><" + condition + " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>" +
           (text.empty() ? ""
                         : "<text xmlns='urn:ietf:params:xml:ns:xmpp-streams' xml:lang='en'>" +
                               text + "</text>") +
           "</stream:error></stream:stream>[close lost]";
}

/// base64 of "\0alice\0pw-alice".
inline const std::string alice_plain =
    "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "
    "mechanism='PLAIN'>AGFsaWNlAHB3LWFsaWNl</auth>";

/// A stream on which alice@localhost/home has logged in over TLS.
struct LoggedIn : StreamDialogue {
    explicit LoggedIn(Limits limits = {})
        : StreamDialogue({"localhost", limits, Framing::Kind::tcp, false, false, true}) {
        feed(client_header);
        feed(alice_plain);
        feed(client_header);
        feed(
            "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
            "<resource>home</resource></bind></iq>");
    }
};

}  // namespace parley::server::test
