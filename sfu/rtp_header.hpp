#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace parley::sfu {

/// RFC 3550 s5.1, parsed once per packet. Offsets are into the packet it was parsed from.
struct RtpHeader {
    bool padding = false;
    bool marker = false;
    uint8_t payload_type = 0;
    uint16_t sequence = 0;
    uint32_t timestamp = 0;
    uint32_t ssrc = 0;
    uint16_t extension_profile = 0;  ///< RFC 8285: 0xBEDE, 0x100x; 0 without an extension
    uint16_t extension_offset = 0;   ///< of the first element
    uint16_t extension_size = 0;     ///< octets of elements
    uint16_t header_size = 0;        ///< octets before the payload
    uint16_t payload_size = 0;       ///< octets, without padding
    uint8_t padding_size = 0;        ///< octets, counting the last

    /// Nothing where the packet is not version 2 or its lengths do not fit.
    static std::optional<RtpHeader> parse(std::span<const uint8_t> packet);
};

/// RFC 8285: one element. The value is borrowed from the packet.
struct ExtensionElement {
    uint8_t id = 0;
    std::span<const uint8_t> value;
};

/// Walks the elements of one-byte and two-byte headers; stops at the first that does not fit.
class ExtensionReader {
  public:
    ExtensionReader(std::span<const uint8_t> packet, const RtpHeader& header);
    std::optional<ExtensionElement> next();

  private:
    std::span<const uint8_t> rest_;
    bool two_byte_ = false;
};

/// What a packet is sent with. Elements of ids 1 to 14 and at most 255 octets are written, with
/// one-byte headers where all have 1 to 16 octets; others are left out.
struct RtpFields {
    bool padding = false;
    bool marker = false;
    uint8_t payload_type = 0;
    uint16_t sequence = 0;
    uint32_t timestamp = 0;
    uint32_t ssrc = 0;
    std::span<const ExtensionElement> extensions;
};

/// The octets written to `out`, or 0 where it is too small.
size_t write_rtp_header(std::span<uint8_t> out, const RtpFields& fields);

}  // namespace parley::sfu
