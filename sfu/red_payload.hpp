#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace parley::sfu {

/// The block of a RED payload that is of the packet's own time, as a payload of its own (RFC 2198
/// s3). It is the last; those before it repeat what earlier packets had.
struct RedPrimary {
    uint8_t payload_type = 0;
    uint16_t offset = 0;  ///< octets of the payload before it

    /// Nothing where the blocks do not fit or nothing is left for the primary.
    static std::optional<RedPrimary> parse(std::span<const uint8_t> payload);
};

}  // namespace parley::sfu
