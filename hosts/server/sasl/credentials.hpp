#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "xmpp/result.hpp"

namespace parley::server {

enum class ScramHash : uint8_t { sha1, sha256 };

/// What a server keeps of a password (RFC 5802 s3). Raw octets, not base64.
struct ScramKey {
    unsigned iterations = 0;
    std::string salt;
    std::string stored_key;
    std::string server_key;
};

struct Credentials {
    ScramKey sha1;
    ScramKey sha256;

    const ScramKey& key(ScramHash hash) const { return hash == ScramHash::sha1 ? sha1 : sha256; }
};

/// RFC 5802 s5.1 demands at least 4096.
inline constexpr unsigned scram_iterations = 10'000;

/// Salts and hashes with a fresh random salt each; the password is prepared by SASLprep (RFC 4013)
/// and 1 to 1023 octets. Takes some 20 ms.
xmpp::Result<Credentials> make_credentials(std::string_view password,
                                           unsigned iterations = scram_iterations);

/// Whether the password yields the key. Constant time in the key.
bool matches(const ScramKey& key, ScramHash hash, std::string_view password);

/// Where a login finds an account's keys.
class CredentialSource {
  public:
    virtual ~CredentialSource() = default;
    /// `local` is prepared by nodeprep. Nothing: there is no such account.
    virtual std::optional<Credentials> find(std::string_view local) = 0;
    /// Keys nobody's password fits, always the same for the same name, so that a login does not
    /// tell which accounts exist.
    virtual Credentials decoy(std::string_view local) = 0;
};

}  // namespace parley::server
