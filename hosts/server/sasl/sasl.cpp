#include "hosts/server/sasl/sasl.hpp"

#include <gsasl.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cassert>
#include <new>

namespace parley::server {
namespace {

/// RFC 6120 s6.4 has no limit; the longest sane SCRAM message is far below.
constexpr size_t message_bytes_max = 8 * 1024;

struct Free {
    void operator()(char* text) const { gsasl_free(text); }
};

struct Done {
    void operator()(Gsasl* library) const { gsasl_done(library); }
};

struct Finish {
    void operator()(Gsasl_session* session) const { gsasl_finish(session); }
};

std::optional<std::string> from_base64(std::string_view base64) {
    char* bytes = nullptr;
    size_t size = 0;
    if (gsasl_base64_from(base64.data(), base64.size(), &bytes, &size) != GSASL_OK) return {};
    const std::unique_ptr<char, Free> owned(bytes);
    return std::string(bytes, size);
}

std::string to_base64(std::string_view bytes) {
    char* base64 = nullptr;
    size_t size = 0;
    if (gsasl_base64_to(bytes.data(), bytes.size(), &base64, &size) != GSASL_OK) {
        throw std::bad_alloc();
    }
    const std::unique_ptr<char, Free> owned(base64);
    return std::string(base64, size);
}

}  // namespace

struct SaslExchange::State {
    SaslContext context;
    CredentialSource& source;
    ScramHash hash;
    bool broken = false;  ///< the source of the keys failed
    std::optional<xmpp::Jid> account;
    std::optional<Credentials> credentials;
    std::unique_ptr<Gsasl, Done> library;
    std::unique_ptr<Gsasl_session, Finish> session;

    State(SaslContext context_, CredentialSource& source_, ScramHash hash_)
        : context(std::move(context_)), source(source_), hash(hash_) {}

    /// Resolves the name the client gave, once. An unknown account gets keys that fit no password.
    void look_up() {
        if (credentials) return;
        const char* name = gsasl_property_fast(session.get(), GSASL_AUTHID);
        if (auto jid = xmpp::Jid::make(name ? name : "", context.domain);
            jid && !jid->local().empty()) {
            credentials = source.find(jid->local());
            if (credentials) account = std::move(*jid);
        }
        if (!credentials) credentials = source.decoy(name ? name : "");
    }

    int set(Gsasl_property property, const std::string& value) {
        return gsasl_property_set(session.get(), property, value.c_str());
    }

    int answer(Gsasl_property property) {
        switch (property) {
            case GSASL_CB_TLS_UNIQUE:
                if (context.binding.tls_unique.empty()) return GSASL_NO_CALLBACK;
                return set(property, to_base64(context.binding.tls_unique));
            case GSASL_CB_TLS_EXPORTER:
                if (context.binding.tls_exporter.empty()) return GSASL_NO_CALLBACK;
                return set(property, to_base64(context.binding.tls_exporter));
            case GSASL_SCRAM_ITER:
                look_up();
                return set(property, std::to_string(credentials->key(hash).iterations));
            case GSASL_SCRAM_SALT:
                look_up();
                return set(property, to_base64(credentials->key(hash).salt));
            case GSASL_SCRAM_STOREDKEY:
                look_up();
                return set(property, to_base64(credentials->key(hash).stored_key));
            case GSASL_SCRAM_SERVERKEY:
                look_up();
                return set(property, to_base64(credentials->key(hash).server_key));
            case GSASL_VALIDATE_SIMPLE: {
                look_up();
                const char* password = gsasl_property_fast(session.get(), GSASL_PASSWORD);
                const bool fits =
                    password && matches(credentials->key(hash), hash, password) && account;
                return fits ? GSASL_OK : GSASL_AUTHENTICATION_ERROR;
            }
            default:
                return GSASL_NO_CALLBACK;
        }
    }

    /// Nobody may act for somebody else: an authorization identity is the account's own JID, or
    /// absent.
    bool authzid_fits() {
        const char* authzid = gsasl_property_fast(session.get(), GSASL_AUTHZID);
        const char* authid = gsasl_property_fast(session.get(), GSASL_AUTHID);
        // GNU SASL's PLAIN repeats the name where there is none.
        if (!authzid || *authzid == '\0' || (authid && std::string_view(authzid) == authid)) {
            return true;
        }
        const auto jid = xmpp::Jid::parse(authzid);
        return jid && account && *jid == *account;
    }
};

namespace {

int on_property(Gsasl*, Gsasl_session* session, Gsasl_property property) {
    auto* state = static_cast<SaslExchange::State*>(gsasl_session_hook_get(session));
    if (!state) return GSASL_NO_CALLBACK;
    try {
        return state->answer(property);
    } catch (const std::exception& error) {
        spdlog::error("a login could not be checked: {}", error.what());
        state->broken = true;
        return GSASL_NO_CALLBACK;
    }
}

}  // namespace

std::vector<std::string_view> ChannelBinding::types() const {
    std::vector<std::string_view> names;
    if (!tls_exporter.empty()) names.push_back("tls-exporter");
    if (!tls_unique.empty() && tls_unique_defined) names.push_back("tls-unique");
    return names;
}

std::vector<std::string_view> sasl_mechanisms(const SaslContext& context) {
    std::vector<std::string_view> names;
    if (context.encrypted && context.binding.available()) {
        names = {"SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS"};
    }
    names.insert(names.end(), {"SCRAM-SHA-256", "SCRAM-SHA-1"});
    if (context.encrypted) names.push_back("PLAIN");
    return names;
}

std::string_view to_string(SaslFailure failure) {
    switch (failure) {
        case SaslFailure::aborted:
            return "aborted";
        case SaslFailure::incorrect_encoding:
            return "incorrect-encoding";
        case SaslFailure::invalid_authzid:
            return "invalid-authzid";
        case SaslFailure::invalid_mechanism:
            return "invalid-mechanism";
        case SaslFailure::malformed_request:
            return "malformed-request";
        case SaslFailure::not_authorized:
            return "not-authorized";
        case SaslFailure::temporary_auth_failure:
            break;
    }
    return "temporary-auth-failure";
}

SaslExchange::SaslExchange(std::string_view mechanism, SaslContext context,
                           CredentialSource& source) {
    const bool sha1 = mechanism.starts_with("SCRAM-SHA-1") && !mechanism.starts_with("SCRAM-SHA-2");
    const bool plain = mechanism == "PLAIN";
    state_ = std::make_unique<State>(std::move(context), source,
                                     sha1 && !plain ? ScramHash::sha1 : ScramHash::sha256);
    Gsasl* library = nullptr;
    if (gsasl_init(&library) != GSASL_OK) throw std::bad_alloc();
    state_->library.reset(library);
    gsasl_callback_set(library, on_property);
    Gsasl_session* session = nullptr;
    if (gsasl_server_start(library, std::string(mechanism).c_str(), &session) != GSASL_OK) {
        throw std::bad_alloc();
    }
    state_->session.reset(session);
    gsasl_session_hook_set(session, state_.get());
}

SaslExchange::~SaslExchange() = default;
SaslExchange::SaslExchange(SaslExchange&&) noexcept = default;
SaslExchange& SaslExchange::operator=(SaslExchange&&) noexcept = default;

SaslExchange::Step SaslExchange::step(std::string_view base64) {
    if (base64.size() > message_bytes_max) return SaslFailure::malformed_request;
    const auto input = from_base64(base64);
    if (!input) return SaslFailure::incorrect_encoding;

    char* output = nullptr;
    size_t output_size = 0;
    const int status =
        gsasl_step(state_->session.get(), input->data(), input->size(), &output, &output_size);
    const std::unique_ptr<char, Free> owned(output);
    if (state_->broken) return SaslFailure::temporary_auth_failure;
    const auto data = [&] { return to_base64({output, output_size}); };
    switch (status) {
        case GSASL_NEEDS_MORE:
            return Challenge{output_size ? data() : std::string()};
        case GSASL_OK:
            if (!state_->authzid_fits()) return SaslFailure::invalid_authzid;
            if (!state_->account) return SaslFailure::not_authorized;
            return Success{output_size ? data() : std::string(), *state_->account};
        case GSASL_MECHANISM_PARSE_ERROR:
        case GSASL_MECHANISM_CALLED_TOO_MANY_TIMES:
        case GSASL_SASLPREP_ERROR:
            return SaslFailure::malformed_request;
        default:
            return SaslFailure::not_authorized;
    }
}

}  // namespace parley::server
