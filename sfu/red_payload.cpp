#include "sfu/red_payload.hpp"

#include "sfu/byte_order.hpp"

namespace parley::sfu {

namespace {

constexpr uint8_t kMoreBlocks = 0x80;  // F
constexpr size_t kHeaderSize = 4;      // of each block but the primary, whose header has one octet

}  // namespace

//  |1|   block PT  |     timestamp offset      |   block length    |
//  |0|   block PT  |
std::optional<RedPrimary> RedPrimary::parse(std::span<const uint8_t> payload) {
    size_t header = 0;
    size_t repeated = 0;
    while (header < payload.size() && (payload[header] & kMoreBlocks) != 0) {
        if (payload.size() - header < kHeaderSize) return std::nullopt;
        repeated += read_u16(&payload[header + 2]) & 0x3ffU;
        header += kHeaderSize;
    }
    const size_t offset = header + 1 + repeated;
    if (offset >= payload.size() || payload.size() > UINT16_MAX) return std::nullopt;
    return RedPrimary{.payload_type = payload[header], .offset = static_cast<uint16_t>(offset)};
}

}  // namespace parley::sfu
