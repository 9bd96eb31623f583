#include "sfu/packet_extensions.hpp"

#include "sfu/byte_order.hpp"
#include "sfu/negotiation.hpp"

namespace parley::sfu {

namespace {

std::string_view text(std::span<const uint8_t> value) {
    return {reinterpret_cast<const char*>(value.data()), value.size()};
}

}  // namespace

void ExtensionIds::learn(const std::vector<HeaderExtension>& negotiated) {
    for (const auto& [id, uri] : negotiated) {
        if (uri == kMidUri) mid = id;
        if (uri == kRidUri) rid = id;
        if (uri == kRepairedRidUri) repaired_rid = id;
        if (uri == kAudioLevelUri) audio_level = id;
        if (uri == kTransportSequenceUri) transport_sequence = id;
        if (uri == kDependencyDescriptorUri) dependency_descriptor = id;
    }
}

PacketExtensions PacketExtensions::read(const ExtensionIds& ids, std::span<const uint8_t> packet,
                                        const RtpHeader& header) {
    PacketExtensions found;
    ExtensionReader reader(packet, header);
    while (const auto element = reader.next()) {
        const auto& [id, value] = *element;
        if (id == 0 || value.empty()) continue;
        if (id == ids.mid) found.mid = text(value);
        if (id == ids.rid) found.rid = text(value);
        if (id == ids.repaired_rid) found.repaired_rid = text(value);
        if (id == ids.audio_level) found.audio_level = AudioLevel::parse(value);
        if (id == ids.transport_sequence && value.size() >= 2) {
            found.transport_sequence = read_u16(value.data());
        }
        if (id == ids.dependency_descriptor) found.dependency_descriptor = value;
    }
    return found;
}

}  // namespace parley::sfu
