#pragma once

#include <cstddef>
#include <cstdint>

/// Network byte order at any alignment. The caller has checked that the bytes are there.
namespace parley::sfu {

constexpr uint16_t read_u16(const uint8_t* bytes) {
    return static_cast<uint16_t>((bytes[0] << 8) | bytes[1]);
}

constexpr uint32_t read_u24(const uint8_t* bytes) {
    return (uint32_t{bytes[0]} << 16) | (uint32_t{bytes[1]} << 8) | bytes[2];
}

constexpr uint32_t read_u32(const uint8_t* bytes) {
    return (uint32_t{read_u16(bytes)} << 16) | read_u16(bytes + 2);
}

constexpr uint64_t read_u64(const uint8_t* bytes) {
    return (uint64_t{read_u32(bytes)} << 32) | read_u32(bytes + 4);
}

constexpr void write_u16(uint8_t* bytes, uint16_t value) {
    bytes[0] = static_cast<uint8_t>(value >> 8);
    bytes[1] = static_cast<uint8_t>(value);
}

constexpr void write_u24(uint8_t* bytes, uint32_t value) {
    bytes[0] = static_cast<uint8_t>(value >> 16);
    write_u16(bytes + 1, static_cast<uint16_t>(value));
}

constexpr void write_u32(uint8_t* bytes, uint32_t value) {
    write_u16(bytes, static_cast<uint16_t>(value >> 16));
    write_u16(bytes + 2, static_cast<uint16_t>(value));
}

constexpr void write_u64(uint8_t* bytes, uint64_t value) {
    write_u32(bytes, static_cast<uint32_t>(value >> 32));
    write_u32(bytes + 4, static_cast<uint32_t>(value));
}

}  // namespace parley::sfu
