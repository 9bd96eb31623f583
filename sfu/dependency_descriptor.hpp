#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "sfu/frame_marks.hpp"

/// The dependency descriptor, a header extension that tells of a packet's frame what forwarding
/// needs, whatever the codec and though the payload be encrypted (RTP Payload Format For AV1,
/// Appendix A).
namespace parley::sfu {

inline constexpr size_t kTemplatesMax = 64;
inline constexpr size_t kDecodeTargetsMax = 32;
inline constexpr size_t kSpatialLayersMax = 4;  ///< the format has no bound of its own
inline constexpr size_t kReferencesMax = 8;     ///< nor here; AV1 has 7

/// Table A.1.
enum class DecodeTargetIndication : uint8_t { not_present, discardable, switch_point, required };

/// What a frame is to the decode targets, and which frames it needs.
struct FrameDependencies {
    uint8_t spatial_layer = 0;
    uint8_t temporal_layer = 0;
    uint64_t indications = 0;  ///< 2 bits for each decode target, the first lowest
    uint8_t references = 0;
    std::array<uint16_t, kReferencesMax> frame_differences{};  ///< how far back, of the references

    DecodeTargetIndication indication(size_t decode_target) const {
        return static_cast<DecodeTargetIndication>((indications >> (decode_target * 2)) & 3U);
    }
};

/// s8.2: comes with a keyframe and holds until the next.
struct DependencyStructure {
    struct DecodeTarget {
        uint8_t spatial_layer = 0;
        uint8_t temporal_layer = 0;
        bool operator==(const DecodeTarget&) const = default;
    };

    struct Resolution {
        uint16_t width = 0;
        uint16_t height = 0;
        bool operator==(const Resolution&) const = default;
    };

    uint8_t template_id_offset = 0;
    uint8_t templates = 0;
    uint8_t decode_targets = 0;
    uint8_t chains = 0;
    uint8_t spatial_layers = 0;
    bool has_resolutions = false;
    std::array<FrameDependencies, kTemplatesMax> template_dependencies{};
    std::array<DecodeTarget, kDecodeTargetsMax> targets{};
    std::array<Resolution, kSpatialLayersMax> resolutions{};
};

/// One packet's.
struct DependencyDescriptor {
    bool frame_begin = false;
    bool frame_end = false;
    uint16_t frame_number = 0;
    bool structure_attached = false;                ///< the first packet of a keyframe
    std::optional<uint32_t> active_decode_targets;  ///< bit by bit, where it tells them
    FrameDependencies frame;
};

/// Reads the descriptors of one encoding: keeps the structure, and of the latest frames the layers.
class DependencyReader {
  public:
    /// Nothing where it is malformed, or its structure was not seen.
    std::optional<DependencyDescriptor> read(std::span<const uint8_t> value);

    /// Of what `read` has just returned.
    FrameMarks marks(const DependencyDescriptor& descriptor) const;

    /// nullptr before the first.
    const DependencyStructure* structure() const { return started_ ? &structure_ : nullptr; }

    /// Those that the sender produces, bit by bit.
    uint32_t active_decode_targets() const { return active_decode_targets_; }

  private:
    static constexpr size_t kHistory = 64;  ///< frames

    struct Seen {
        uint16_t frame_number = 0;
        uint8_t temporal_layer = kTemporalLayersMax;  ///< none
    };

    bool stale(uint16_t frame_number) const;
    void keep(const DependencyDescriptor& descriptor);
    bool needs_lower_layers_only(const DependencyDescriptor& descriptor) const;

    bool started_ = false;
    uint16_t structure_since_ = 0;  ///< the frame it came with, or a later one
    DependencyStructure structure_;
    DependencyStructure attached_;  ///< being read
    uint32_t active_decode_targets_ = 0;
    std::array<Seen, kHistory> seen_{};  ///< by frame number
};

/// Overwrites the frame number of a descriptor, or of a copy of it, that `read` has accepted.
void write_frame_number(std::span<uint8_t> value, uint16_t frame_number);

}  // namespace parley::sfu
