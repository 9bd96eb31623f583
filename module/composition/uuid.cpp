#include "module/composition/uuid.hpp"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace parley::module {

std::string random_uuid() {
    std::array<uint8_t, 16> octets{};
    if (getrandom(octets.data(), octets.size(), 0) != static_cast<ssize_t>(octets.size())) {
        throw std::system_error(errno, std::generic_category(), "getrandom");
    }
    octets[6] = static_cast<uint8_t>((octets[6] & 0x0f) | 0x40);
    octets[8] = static_cast<uint8_t>((octets[8] & 0x3f) | 0x80);

    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (size_t i = 0; i < octets.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += digits[octets[i] >> 4];
        text += digits[octets[i] & 0x0f];
    }
    return text;
}

}  // namespace parley::module
