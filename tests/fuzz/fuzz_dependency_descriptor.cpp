#include <algorithm>
#include <vector>

#include "sfu/dependency_descriptor.hpp"
#include "sfu/picture_numbers.hpp"
#include "tests/fuzz/fuzz_check.hpp"

using namespace parley::sfu;

namespace {

void check_structure(const DependencyStructure& structure) {
    fuzz_check(structure.templates >= 1 && structure.templates <= kTemplatesMax,
               "there are so many templates");
    fuzz_check(structure.decode_targets >= 1 && structure.decode_targets <= kDecodeTargetsMax,
               "there are so many decode targets");
    fuzz_check(structure.chains <= structure.decode_targets, "a chain protects a decode target");
    for (size_t i = 0; i < structure.decode_targets; ++i) {
        fuzz_check(structure.targets[i].spatial_layer < structure.spatial_layers,
                   "a decode target is of a layer that there is");
    }
}

void check_marks(const DependencyDescriptor& descriptor, const FrameMarks& marks) {
    fuzz_check(marks.frame_begin == descriptor.frame_begin, "marks tell where the frame begins");
    fuzz_check(marks.temporal_layer < kTemporalLayersMax, "there are so many temporal layers");
    fuzz_check(marks.spatial_layer < kSpatialLayersMax, "there are so many spatial layers");
    fuzz_check(marks.layer_open >= marks.temporal_layer, "a frame's own layer is open");
    fuzz_check(!marks.keyframe || marks.layer_sync, "a keyframe needs no other layer");
}

}  // namespace

/// The descriptors of one encoding, each behind an octet with its size.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::span<const uint8_t> rest(data, size);
    DependencyReader reader;
    FrameNumberContinuity continuity;
    while (!rest.empty()) {
        const auto value = rest.subspan(1, std::min<size_t>(rest[0], rest.size() - 1));
        rest = rest.subspan(1 + value.size());
        const auto read = reader.read(value);
        if (!read) continue;
        fuzz_check(reader.structure() != nullptr, "what is read has a structure");
        check_structure(*reader.structure());
        check_marks(*read, reader.marks(*read));
        const auto number = continuity.place(read->frame_number, read->structure_attached);
        if (!number || !read->structure_attached) continue;
        std::vector<uint8_t> copy(value.begin(), value.end());
        write_frame_number(copy, *number);
        const auto again = DependencyReader().read(copy);
        fuzz_check(again && again->frame_number == *number, "a number reads as it was written");
        fuzz_check(again->frame.indications == read->frame.indications &&
                       again->frame.frame_differences == read->frame.frame_differences,
                   "nothing else was written");
    }
    return 0;
}
