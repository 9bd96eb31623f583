#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "sfu/audio_level.hpp"
#include "sfu/rtp_header.hpp"
#include "sfu/session_description.hpp"

namespace parley::sfu {

/// The ids under which one transport's header extensions come in, which are the same in all of its
/// contents (RFC 9143 s8); 0: not negotiated.
struct ExtensionIds {
    uint8_t mid = 0;
    uint8_t rid = 0;
    uint8_t repaired_rid = 0;
    uint8_t audio_level = 0;
    uint8_t transport_sequence = 0;
    uint8_t dependency_descriptor = 0;

    void learn(const std::vector<HeaderExtension>& negotiated);
};

/// What the SFU reads of one packet's extensions; borrowed from the packet.
struct PacketExtensions {
    std::string_view mid;           ///< RFC 9143 s15
    std::string_view rid;           ///< RFC 8852
    std::string_view repaired_rid;  ///< RFC 8852
    std::optional<AudioLevel> audio_level;
    std::optional<uint16_t> transport_sequence;
    std::span<const uint8_t> dependency_descriptor;

    static PacketExtensions read(const ExtensionIds& ids, std::span<const uint8_t> packet,
                                 const RtpHeader& header);
};

}  // namespace parley::sfu
