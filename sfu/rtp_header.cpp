#include "sfu/rtp_header.hpp"

#include <algorithm>

#include "sfu/byte_order.hpp"

namespace parley::sfu {

namespace {

constexpr size_t kFixedSize = 12;
constexpr uint16_t kOneByteProfile = 0xBEDE;
constexpr uint16_t kTwoByteProfile = 0x1000;  // the low 4 bits are the application's

}  // namespace

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |V=2|P|X|  CC   |M|     PT      |       sequence number         |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                           timestamp                           |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                             SSRC                              |
// +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
std::optional<RtpHeader> RtpHeader::parse(std::span<const uint8_t> packet) {
    if (packet.size() < kFixedSize || packet.size() > UINT16_MAX) return std::nullopt;
    if ((packet[0] >> 6) != 2) return std::nullopt;

    RtpHeader header;
    header.padding = (packet[0] & 0x20) != 0;
    header.marker = (packet[1] & 0x80) != 0;
    header.payload_type = packet[1] & 0x7f;
    header.sequence = read_u16(&packet[2]);
    header.timestamp = read_u32(&packet[4]);
    header.ssrc = read_u32(&packet[8]);

    size_t offset = kFixedSize + size_t{packet[0] & 0x0fU} * 4;
    if ((packet[0] & 0x10) != 0) {
        if (offset + 4 > packet.size()) return std::nullopt;
        header.extension_profile = read_u16(&packet[offset]);
        header.extension_size = static_cast<uint16_t>(
            std::min<size_t>(size_t{read_u16(&packet[offset + 2])} * 4, UINT16_MAX));
        header.extension_offset = static_cast<uint16_t>(offset + 4);
        offset += 4 + size_t{header.extension_size};
    }
    if (offset > packet.size()) return std::nullopt;
    header.header_size = static_cast<uint16_t>(offset);

    const size_t rest = packet.size() - offset;
    if (header.padding) {
        if (rest == 0) return std::nullopt;
        header.padding_size = packet.back();
        if (header.padding_size == 0 || header.padding_size > rest) return std::nullopt;
    }
    header.payload_size = static_cast<uint16_t>(rest - header.padding_size);
    return header;
}

ExtensionReader::ExtensionReader(std::span<const uint8_t> packet, const RtpHeader& header) {
    two_byte_ = (header.extension_profile & 0xfff0) == kTwoByteProfile;
    if (two_byte_ || header.extension_profile == kOneByteProfile) {
        rest_ = packet.subspan(header.extension_offset, header.extension_size);
    }
}

std::optional<ExtensionElement> ExtensionReader::next() {
    while (!rest_.empty() && rest_[0] == 0)
        rest_ = rest_.subspan(1);  // padding between elements
    if (rest_.empty()) return std::nullopt;

    ExtensionElement element;
    size_t size = 0;
    if (two_byte_) {
        if (rest_.size() < 2) return std::nullopt;
        element.id = rest_[0];
        size = rest_[1];
        rest_ = rest_.subspan(2);
    } else {
        element.id = rest_[0] >> 4;
        size = (rest_[0] & 0x0fU) + 1;
        rest_ = rest_.subspan(1);
        if (element.id == 15) {  // RFC 8285 s4.2: stop here
            rest_ = {};
            return std::nullopt;
        }
    }
    if (size > rest_.size()) {
        rest_ = {};
        return std::nullopt;
    }
    element.value = rest_.first(size);
    rest_ = rest_.subspan(size);
    return element;
}

namespace {

bool writable(const ExtensionElement& element) {
    return element.id >= 1 && element.id <= 14 && element.value.size() <= 255;
}

bool fits_one_byte(const ExtensionElement& element) {
    return !element.value.empty() && element.value.size() <= 16;
}

}  // namespace

size_t write_rtp_header(std::span<uint8_t> out, const RtpFields& fields) {
    size_t elements = 0;
    size_t values = 0;
    bool two_byte = false;
    for (const auto& element : fields.extensions) {
        if (!writable(element)) continue;
        ++elements;
        values += element.value.size();
        two_byte = two_byte || !fits_one_byte(element);
    }
    const size_t words = (values + elements * (two_byte ? 2 : 1) + 3) / 4;
    const size_t size = kFixedSize + (elements > 0 ? 4 + words * 4 : 0);
    if (out.size() < size) return 0;

    out[0] = static_cast<uint8_t>(0x80 | (fields.padding ? 0x20 : 0) | (elements > 0 ? 0x10 : 0));
    out[1] = static_cast<uint8_t>((fields.marker ? 0x80 : 0) | (fields.payload_type & 0x7f));
    write_u16(&out[2], fields.sequence);
    write_u32(&out[4], fields.timestamp);
    write_u32(&out[8], fields.ssrc);
    if (elements == 0) return size;

    write_u16(&out[kFixedSize], two_byte ? kTwoByteProfile : kOneByteProfile);
    write_u16(&out[kFixedSize + 2], static_cast<uint16_t>(words));
    size_t offset = kFixedSize + 4;
    for (const auto& element : fields.extensions) {
        if (!writable(element)) continue;
        const size_t value = element.value.size();
        if (two_byte) {
            out[offset++] = element.id;
            out[offset++] = static_cast<uint8_t>(value);
        } else {
            out[offset++] = static_cast<uint8_t>((size_t{element.id} << 4) | (value - 1));
        }
        std::copy(element.value.begin(), element.value.end(),
                  out.begin() + static_cast<ptrdiff_t>(offset));
        offset += value;
    }
    std::fill(out.begin() + static_cast<ptrdiff_t>(offset),
              out.begin() + static_cast<ptrdiff_t>(size), uint8_t{0});
    return size;
}

}  // namespace parley::sfu
