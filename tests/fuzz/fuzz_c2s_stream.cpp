#include <map>
#include <string>

#include "hosts/server/stream/c2s_stream.hpp"
#include "tests/fuzz/fuzz_check.hpp"
#include "xmpp/xml.hpp"

using namespace parley::server;

namespace {

/// Everybody has the password "p", hashed as cheaply as can be.
class Everybody : public CredentialSource {
  public:
    std::optional<Credentials> find(std::string_view) override { return credentials_; }

    Credentials decoy(std::string_view) override { return credentials_; }

  private:
    Credentials credentials_ = *make_credentials("p", 1);
};

/// What must hold of every effect, whatever the client sends.
void check(const C2sStream::Effects& effects, C2sStream& stream, std::string& bound) {
    for (const auto& effect : effects) {
        if (const auto* session = std::get_if<C2sStream::Bound>(&effect)) {
            fuzz_check(bound.empty(), "one resource per stream");
            bound = session->full_jid.to_string();
        } else if (const auto* stanza = std::get_if<C2sStream::Stanza>(&effect)) {
            fuzz_check(!bound.empty(), "no stanza before the resource");
            fuzz_check(stanza->element.attr("from") == bound, "a stanza has its true sender");
            fuzz_check(bool(parley::xmpp::parse_xml(stream.serialise(stanza->element))),
                       "what is let through can be written and read");
        } else if (std::holds_alternative<C2sStream::Close>(effect)) {
            fuzz_check(&effect == &effects.back(), "nothing follows the end");
            fuzz_check(stream.closed(), "closed is closed");
        }
    }
}

}  // namespace

/// The first octet chooses the connection; the octet 0xff ends a piece (on a WebSocket: a message),
/// and 0xfe lets seconds pass.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static Everybody accounts;
    if (size == 0) return 0;
    C2sOptions options;
    options.domain = "localhost";
    options.framing = (data[0] & 1) != 0 ? Framing::Kind::websocket : Framing::Kind::tcp;
    options.encrypted = (data[0] & 2) != 0;
    options.offer_starttls = !options.encrypted && options.framing == Framing::Kind::tcp;
    options.allow_plaintext = (data[0] & 4) != 0;
    int ids = 0;
    C2sStream::Time now{};
    C2sStream stream(
        options, accounts, [&ids] { return std::to_string(++ids); }, now);
    std::string bound;  ///< the full JID
    std::string piece;
    for (size_t i = 1; i <= size; ++i) {
        if (i < size && data[i] < 0xfe) {
            piece += static_cast<char>(data[i]);
            continue;
        }
        check(stream.receive(piece, now), stream, bound);
        piece.clear();
        now += std::chrono::seconds(i < size && data[i] == 0xfe ? 7 : 0);
        check(stream.on_deadline(now), stream, bound);
        check(stream.tls_established({"unique", "exporter", true}), stream, bound);
        fuzz_check(stream.closed() == !stream.deadline().has_value(),
                   "an open stream has a deadline, a closed one has none");
    }
    return 0;
}
