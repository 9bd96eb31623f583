#include "hosts/server/routing/digests.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <array>
#include <new>

namespace parley::server {
namespace {

using Sha1 = std::array<unsigned char, SHA_DIGEST_LENGTH>;

std::string to_base64(const Sha1& digest) {
    std::array<unsigned char, 4 * ((SHA_DIGEST_LENGTH + 2) / 3) + 1> text{};
    const int size = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest.size()));
    return {text.begin(), text.begin() + size};
}

const unsigned char* octets(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string sha1_base64(std::string_view text) {
    Sha1 digest{};
    if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr) != 1) {
        throw std::bad_alloc();
    }
    return to_base64(digest);
}

std::string hmac_sha1_base64(std::string_view key, std::string_view text) {
    Sha1 digest{};
    if (HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), octets(text), text.size(),
             digest.data(), nullptr) == nullptr) {
        throw std::bad_alloc();
    }
    return to_base64(digest);
}

}  // namespace parley::server
