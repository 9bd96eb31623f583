#include <cstring>

#include "sfu/packet_ring.hpp"
#include "sfu/stream_rewriter.hpp"
#include "tests/fuzz/fuzz_check.hpp"

using namespace parley::sfu;

namespace {

void check_extensions(std::span<const uint8_t> packet, const RtpHeader& header) {
    size_t total = 0;
    ExtensionReader reader(packet, header);
    while (const auto element = reader.next()) {
        const bool inside =
            element->value.empty() ||
            (element->value.data() >= packet.data() + header.extension_offset &&
             element->value.data() + element->value.size() <= packet.data() + header.header_size);
        fuzz_check(inside, "an element lies in the extension");
        total += element->value.size() + 1;
    }
    fuzz_check(total <= header.extension_size, "elements do not overlap");
}

RewriteRules rules() {
    RewriteRules all;
    all.ssrc = 1;
    all.rtx_ssrc = 2;
    for (uint8_t i = 0; i < 128; ++i) {
        all.payload_types[i] = i;
        all.rtx_payload_types[i] = static_cast<uint8_t>(127 - i);
    }
    for (uint8_t i = 1; i < 15; ++i)
        all.extension_ids[i] = i;
    all.abs_send_time_id = 14;
    return all;
}

/// The payload may be VP8's or VP9's: their numbers are written anew.
void describe(StoredPacket& packet) {
    const auto payload = packet.body().first(packet.header.payload_size);
    packet.descriptor = std::monostate{};
    if (packet.header.payload_type % 2 == 0) {
        if (const auto vp8 = Vp8Descriptor::parse(payload)) packet.descriptor = *vp8;
    } else if (const auto vp9 = Vp9Descriptor::parse(payload)) {
        packet.descriptor = *vp9;
    }
}

void check_rewritten(std::span<const uint8_t> out, const StoredPacket& packet, size_t extra) {
    const auto header = RtpHeader::parse(out);
    fuzz_check(header.has_value(), "what is sent can be parsed");
    fuzz_check(header->payload_size == packet.header.payload_size + extra, "the payload is whole");
    fuzz_check(header->padding_size == packet.header.padding_size, "so is the padding");
}

}  // namespace

/// Any packet that parses can be forwarded and sent again, and what is sent parses, too.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::span<const uint8_t> bytes(data, size);
    const auto header = RtpHeader::parse(bytes);
    if (!header) return 0;
    fuzz_check(size_t{header->header_size} + header->payload_size + header->padding_size == size,
               "header, payload and padding are the packet");
    check_extensions(bytes, *header);

    if (classify(bytes) != DatagramKind::rtp) return 0;
    static StoredPacket packet;
    std::memcpy(packet.data.data(), data, size);
    packet.size = static_cast<uint16_t>(size);
    packet.header = *header;
    describe(packet);
    StreamRewriter rewriter(rules(), 1024, 0);
    const auto position = rewriter.place(packet);
    fuzz_check(position.has_value(), "the first packet has a place");
    std::array<uint8_t, 1568> out;
    if (const size_t sent = rewriter.write(out, *position, packet, SendStamp{})) {
        check_rewritten({out.data(), sent}, packet, 0);
    }
    if (const size_t sent = rewriter.write_again(out, *position, packet, SendStamp{})) {
        check_rewritten({out.data(), sent}, packet, 2);
    }
    return 0;
}
