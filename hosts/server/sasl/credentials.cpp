#include "hosts/server/sasl/credentials.hpp"

#include <gsasl.h>
#include <openssl/crypto.h>

#include <array>
#include <memory>

namespace parley::server {
namespace {

constexpr size_t salt_bytes = 16;
constexpr size_t password_bytes_max = 1023;

struct Free {
    void operator()(char* text) const { gsasl_free(text); }
};

Gsasl_hash to_gsasl(ScramHash hash) {
    return hash == ScramHash::sha1 ? GSASL_HASH_SHA1 : GSASL_HASH_SHA256;
}

/// Fills stored_key and server_key from the prepared password, the salt and the iterations.
bool derive(ScramKey& key, ScramHash hash, const char* password) {
    std::array<char, GSASL_HASH_MAX_SIZE> salted{}, client{}, server{}, stored{};
    const int status = gsasl_scram_secrets_from_password(
        to_gsasl(hash), password, key.iterations, key.salt.data(), key.salt.size(), salted.data(),
        client.data(), server.data(), stored.data());
    const size_t size = gsasl_hash_length(to_gsasl(hash));
    key.stored_key.assign(stored.data(), size);
    key.server_key.assign(server.data(), size);
    OPENSSL_cleanse(salted.data(), salted.size());
    OPENSSL_cleanse(client.data(), client.size());
    return status == GSASL_OK;
}

std::unique_ptr<char, Free> prepare(std::string_view password, Gsasl_saslprep_flags flags) {
    if (password.empty() || password.size() > password_bytes_max ||
        password.find('\0') != std::string_view::npos) {
        return nullptr;
    }
    char* prepared = nullptr;
    if (gsasl_saslprep(std::string(password).c_str(), flags, &prepared, nullptr) != GSASL_OK) {
        return nullptr;
    }
    return std::unique_ptr<char, Free>(prepared);
}

}  // namespace

xmpp::Result<Credentials> make_credentials(std::string_view password, unsigned iterations) {
    const auto prepared = prepare(password, static_cast<Gsasl_saslprep_flags>(0));
    if (!prepared || *prepared == '\0') {
        return tl::unexpected(xmpp::Error{
            "a password has 1 to 1023 octets of UTF-8 and no control characters (SASLprep)"});
    }
    Credentials credentials;
    for (const ScramHash hash : {ScramHash::sha1, ScramHash::sha256}) {
        ScramKey& key = hash == ScramHash::sha1 ? credentials.sha1 : credentials.sha256;
        key.iterations = iterations;
        key.salt.resize(salt_bytes);
        if (gsasl_nonce(key.salt.data(), salt_bytes) != GSASL_OK ||
            !derive(key, hash, prepared.get())) {
            return tl::unexpected(xmpp::Error{"the password could not be hashed"});
        }
    }
    return credentials;
}

bool matches(const ScramKey& key, ScramHash hash, std::string_view password) {
    const auto prepared = prepare(password, GSASL_ALLOW_UNASSIGNED);
    if (!prepared) return false;
    ScramKey candidate = key;
    return derive(candidate, hash, prepared.get()) &&
           candidate.stored_key.size() == key.stored_key.size() &&
           CRYPTO_memcmp(candidate.stored_key.data(), key.stored_key.data(),
                         key.stored_key.size()) == 0;
}

}  // namespace parley::server
