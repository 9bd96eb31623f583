#include "sfu/dependency_descriptor.hpp"

#include <algorithm>

#include "sfu/bit_reader.hpp"
#include "sfu/byte_order.hpp"
#include "sfu/sequence.hpp"

namespace parley::sfu {

namespace {

constexpr size_t kMandatorySize = 3;

/// template_layers(). False: more templates or layers than there may be.
bool read_template_layers(BitReader& reader, DependencyStructure& structure) {
    enum : uint32_t { same, next_temporal, next_spatial, end };

    uint8_t spatial = 0;
    uint8_t temporal = 0;
    uint32_t next = same;
    do {
        if (structure.templates == kTemplatesMax || spatial == kSpatialLayersMax ||
            temporal == kTemporalLayersMax) {
            return false;
        }
        auto& each = structure.template_dependencies[structure.templates++];
        each.spatial_layer = spatial;
        each.temporal_layer = temporal;
        next = reader.read(2);
        if (next == next_temporal) {
            ++temporal;
        } else if (next == next_spatial) {
            temporal = 0;
            ++spatial;
        }
    } while (next != end);
    structure.spatial_layers = static_cast<uint8_t>(spatial + 1);
    return true;
}

/// template_dtis() for one template, or frame_dtis().
void read_indications(BitReader& reader, size_t decode_targets, FrameDependencies& frame) {
    frame.indications = 0;
    for (size_t i = 0; i < decode_targets; ++i)
        frame.indications |= uint64_t{reader.read(2)} << (i * 2);
}

bool add_reference(FrameDependencies& frame, uint32_t difference) {
    if (frame.references == kReferencesMax) return false;
    frame.frame_differences[frame.references++] = static_cast<uint16_t>(difference);
    return true;
}

/// template_fdiffs() for one template.
bool read_template_differences(BitReader& reader, FrameDependencies& frame) {
    while (reader.flag()) {
        if (!add_reference(frame, reader.read(4) + 1)) return false;
    }
    return true;
}

/// frame_fdiffs().
bool read_frame_differences(BitReader& reader, FrameDependencies& frame) {
    frame.references = 0;
    while (const uint32_t size = reader.read(2)) {
        if (!add_reference(frame, reader.read(4 * size) + 1)) return false;
    }
    return true;
}

/// template_chains(). Which frames a chain has is of no use here.
void read_chains(BitReader& reader, DependencyStructure& structure) {
    structure.chains =
        static_cast<uint8_t>(reader.read_non_symmetric(structure.decode_targets + 1U));
    if (structure.chains == 0) return;
    for (size_t i = 0; i < structure.decode_targets; ++i)
        reader.read_non_symmetric(structure.chains);
    for (size_t i = 0; i < size_t{structure.templates} * structure.chains; ++i)
        reader.read(4);
}

/// decode_target_layers().
void find_target_layers(DependencyStructure& structure) {
    for (size_t target = 0; target < structure.decode_targets; ++target) {
        auto& layers = structure.targets[target];
        layers = {};
        for (size_t i = 0; i < structure.templates; ++i) {
            const auto& each = structure.template_dependencies[i];
            if (each.indication(target) == DecodeTargetIndication::not_present) continue;
            layers.spatial_layer = std::max(layers.spatial_layer, each.spatial_layer);
            layers.temporal_layer = std::max(layers.temporal_layer, each.temporal_layer);
        }
    }
}

/// template_dependency_structure().
bool read_structure(BitReader& reader, DependencyStructure& structure) {
    structure = {};
    structure.template_id_offset = static_cast<uint8_t>(reader.read(6));
    structure.decode_targets = static_cast<uint8_t>(reader.read(5) + 1);
    if (!read_template_layers(reader, structure)) return false;
    const std::span templates(structure.template_dependencies.data(), structure.templates);
    for (auto& each : templates)
        read_indications(reader, structure.decode_targets, each);
    for (auto& each : templates) {
        if (!read_template_differences(reader, each)) return false;
    }
    read_chains(reader, structure);
    find_target_layers(structure);
    structure.has_resolutions = reader.flag();
    if (structure.has_resolutions) {
        for (size_t i = 0; i < structure.spatial_layers; ++i) {
            // One less than they are; 65536 is not told apart from none.
            structure.resolutions[i].width = static_cast<uint16_t>(reader.read(16) + 1);
            structure.resolutions[i].height = static_cast<uint16_t>(reader.read(16) + 1);
        }
    }
    return !reader.overrun();
}

}  // namespace

/// Whether the frame is from before the structure, and came late. A frame number from long before
/// is a sender's that began anew.
bool DependencyReader::stale(uint16_t frame_number) const {
    constexpr int16_t kLateMax = 512;  // frames
    const int16_t late = sequence_distance(frame_number, structure_since_);
    return started_ && late > 0 && late < kLateMax;
}

std::optional<DependencyDescriptor> DependencyReader::read(std::span<const uint8_t> value) {
    if (value.size() < kMandatorySize) return std::nullopt;
    BitReader reader(value);
    DependencyDescriptor descriptor;
    descriptor.frame_begin = reader.flag();
    descriptor.frame_end = reader.flag();
    const uint32_t template_id = reader.read(6);
    descriptor.frame_number = static_cast<uint16_t>(reader.read(16));
    if (stale(descriptor.frame_number)) return std::nullopt;

    bool active_present = false;
    bool custom_indications = false;
    bool custom_differences = false;
    bool custom_chains = false;
    if (value.size() > kMandatorySize) {
        descriptor.structure_attached = reader.flag();
        active_present = reader.flag();
        custom_indications = reader.flag();
        custom_differences = reader.flag();
        custom_chains = reader.flag();
    }
    if (descriptor.structure_attached && !read_structure(reader, attached_)) return std::nullopt;
    if (!descriptor.structure_attached && !started_) return std::nullopt;
    const auto& structure = descriptor.structure_attached ? attached_ : structure_;
    const uint32_t all = UINT32_MAX >> (kDecodeTargetsMax - structure.decode_targets);
    if (descriptor.structure_attached) descriptor.active_decode_targets = all;
    if (active_present) descriptor.active_decode_targets = reader.read(structure.decode_targets);

    const size_t index = (template_id + kTemplatesMax - structure.template_id_offset) % 64;
    if (index >= structure.templates) return std::nullopt;
    descriptor.frame = structure.template_dependencies[index];
    if (custom_indications) {
        read_indications(reader, structure.decode_targets, descriptor.frame);
    }
    if (custom_differences && !read_frame_differences(reader, descriptor.frame)) {
        return std::nullopt;
    }
    if (custom_chains) {
        for (size_t i = 0; i < structure.chains; ++i)
            reader.read(8);
    }
    if (reader.overrun()) return std::nullopt;
    keep(descriptor);
    return descriptor;
}

void DependencyReader::keep(const DependencyDescriptor& descriptor) {
    constexpr int16_t kHeldMax = 16'384;  // frames, so that a wrap makes none of them stale
    if (descriptor.structure_attached) {
        structure_ = attached_;
        structure_since_ = descriptor.frame_number;
        started_ = true;
    }
    const int16_t held = sequence_distance(structure_since_, descriptor.frame_number);
    if (held > kHeldMax) structure_since_ = static_cast<uint16_t>(structure_since_ + kHeldMax / 2);
    if (descriptor.active_decode_targets) {
        active_decode_targets_ = *descriptor.active_decode_targets;
    }
    seen_[descriptor.frame_number % kHistory] = {
        .frame_number = descriptor.frame_number,
        .temporal_layer = descriptor.frame.temporal_layer,
    };
}

bool DependencyReader::needs_lower_layers_only(const DependencyDescriptor& descriptor) const {
    for (size_t i = 0; i < descriptor.frame.references; ++i) {
        const auto needed =
            static_cast<uint16_t>(descriptor.frame_number - descriptor.frame.frame_differences[i]);
        const Seen& seen = seen_[needed % kHistory];
        if (seen.frame_number != needed || seen.temporal_layer >= descriptor.frame.temporal_layer) {
            return false;
        }
    }
    return true;
}

FrameMarks DependencyReader::marks(const DependencyDescriptor& descriptor) const {
    const auto& frame = descriptor.frame;
    FrameMarks marks{.frame_begin = descriptor.frame_begin,
                     .frame_end = descriptor.frame_end,
                     .keyframe = descriptor.structure_attached,
                     .temporal_layer = frame.temporal_layer,
                     .spatial_layer = frame.spatial_layer,
                     .layer_sync = descriptor.structure_attached,
                     .layer_open = frame.temporal_layer};
    bool own_layer = false;
    for (size_t i = 0; i < structure_.decode_targets; ++i) {
        const auto& target = structure_.targets[i];
        if (target.spatial_layer != frame.spatial_layer) continue;
        if (frame.indication(i) != DecodeTargetIndication::switch_point) continue;
        own_layer = own_layer || target.temporal_layer == frame.temporal_layer;
        marks.layer_open = std::max(marks.layer_open, target.temporal_layer);
    }
    if (own_layer && needs_lower_layers_only(descriptor)) marks.layer_sync = true;
    if (descriptor.structure_attached && structure_.has_resolutions) {
        const auto& largest = structure_.resolutions[structure_.spatial_layers - 1U];
        marks.width = largest.width;
        marks.height = largest.height;
    }
    return marks;
}

void write_frame_number(std::span<uint8_t> value, uint16_t frame_number) {
    if (value.size() >= kMandatorySize) write_u16(&value[1], frame_number);
}

}  // namespace parley::sfu
