#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "hosts/server/sasl/credentials.hpp"
#include "xmpp/jid.hpp"

namespace parley::server {

/// What binds a login to its TLS connection (RFC 5929, RFC 9266). Raw octets; empty: there is none.
struct ChannelBinding {
    /// Undefined for TLS 1.3 (RFC 8446 C.5), yet slixmpp uses it there: the client's Finished all
    /// the same, which without resumption names one connection. Accepted, and advertised below 1.3
    /// only.
    std::string tls_unique;
    std::string tls_exporter;  ///< TLS 1.3, or 1.2 with extended master secret
    bool tls_unique_defined = false;

    bool available() const { return !tls_unique.empty() || !tls_exporter.empty(); }

    /// The names XEP-0440 advertises.
    std::vector<std::string_view> types() const;
};

/// A connection's security, as far as it decides what may be offered.
struct SaslContext {
    std::string domain;
    bool encrypted = false;
    ChannelBinding binding;
};

/// The mechanisms to offer, strongest first: SCRAM-*-PLUS with a channel binding, PLAIN only when
/// encrypted.
std::vector<std::string_view> sasl_mechanisms(const SaslContext& context);

/// RFC 6120 s6.5.
enum class SaslFailure : uint8_t {
    aborted,
    incorrect_encoding,
    invalid_authzid,
    invalid_mechanism,
    malformed_request,
    not_authorized,
    temporary_auth_failure,
};
std::string_view to_string(SaslFailure failure);

/// One SASL exchange, server side, by GNU SASL. Data are base64 as RFC 6120 s6.4 puts them in XML.
/// This header's .cpp files are the only ones that include gsasl.h.
class SaslExchange {
  public:
    struct Challenge {
        std::string data;
    };

    struct Success {
        std::string data;  ///< empty: none
        xmpp::Jid account;
    };

    using Step = std::variant<Challenge, Success, SaslFailure>;

    /// `mechanism` is one of sasl_mechanisms(context). The source outlives the exchange.
    SaslExchange(std::string_view mechanism, SaslContext context, CredentialSource& source);
    ~SaslExchange();
    SaslExchange(SaslExchange&&) noexcept;
    SaslExchange& operator=(SaslExchange&&) noexcept;

    /// Takes the text of <auth/> or <response/>. After Success or a failure there is no further
    /// step.
    Step step(std::string_view base64);

    struct State;

  private:
    std::unique_ptr<State> state_;
};

}  // namespace parley::server
