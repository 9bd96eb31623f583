#include "hosts/server/net/random_id.hpp"

#include <openssl/rand.h>

#include <array>
#include <stdexcept>

namespace parley::server {

std::string random_id() {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<unsigned char, 16> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
        throw std::runtime_error("OpenSSL has no random numbers");
    }
    std::string text;
    for (const unsigned char byte : bytes)
        (text += digits[byte >> 4]) += digits[byte & 15];
    return text;
}

}  // namespace parley::server
