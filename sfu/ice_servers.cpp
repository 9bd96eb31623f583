#include "sfu/ice_servers.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

namespace parley::sfu {

namespace {

constexpr size_t kSha1Size = 20;
constexpr size_t kSha1Base64Size = 28;

std::string hmac_sha1_base64(const std::string& key, const std::string& text) {
    std::array<unsigned char, kSha1Size> digest;
    const auto* octets = reinterpret_cast<const unsigned char*>(text.data());
    if (HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), octets, text.size(),
             digest.data(), nullptr) == nullptr) {
        throw std::runtime_error("HMAC-SHA1 is not available");
    }
    std::array<unsigned char, kSha1Base64Size + 1> encoded;
    const int size = EVP_EncodeBlock(encoded.data(), digest.data(), kSha1Size);
    return {encoded.begin(), encoded.begin() + size};
}

}  // namespace

TurnCredentials turn_credentials(const TurnServer& server,
                                 std::chrono::system_clock::time_point expiry) {
    if (server.secret.empty()) return {.user = server.user, .password = server.password};
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(expiry.time_since_epoch()).count();
    TurnCredentials credentials;
    credentials.user = std::to_string(seconds) + ":sfu";
    credentials.password = hmac_sha1_base64(server.secret, credentials.user);
    return credentials;
}

}  // namespace parley::sfu
