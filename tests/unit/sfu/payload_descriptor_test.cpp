#include <boost/test/unit_test.hpp>
#include <vector>

#include "sfu/av1_payload.hpp"
#include "sfu/h264_payload.hpp"
#include "sfu/red_payload.hpp"
#include "sfu/vp8_descriptor.hpp"
#include "sfu/vp9_descriptor.hpp"

namespace parley::sfu::test {

namespace {

using Bytes = std::vector<uint8_t>;

constexpr uint8_t kAll = kTemporalLayersMax - 1;

/// Every payload that is cut within its descriptor is refused.
template <class Parse>
void check_cut(const Bytes& payload, size_t descriptor, Parse parse) {
    for (size_t size = 0; size <= descriptor; ++size) {
        BOOST_TEST_CONTEXT("cut to " << size) {
            BOOST_TEST(!parse(std::span(payload).first(size)));
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(vp8_descriptor)

BOOST_AUTO_TEST_CASE(descriptors_are_read) {
    struct Case {
        const char* name;
        Bytes payload;
        unsigned size;
        bool has_picture_id, wide, has_tl0, has_layer;
        PictureNumbers numbers;
        FrameMarks marks;
    };

    const std::vector<Case> cases{
        {"the least", {0x00, 0x01}, 1, false, false, false, false, {}, {.frame_end = true}},
        {"the start of a delta frame",
         {0x10, 0x01},
         1,
         false,
         false,
         false,
         false,
         {},
         {.frame_begin = true, .frame_end = true}},
        {"a keyframe with its dimensions",
         {0x10, 0x50, 0x01, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x42, 0x68, 0x81},
         1,
         false,
         false,
         false,
         false,
         {},
         {.frame_begin = true,
          .frame_end = true,
          .keyframe = true,
          .layer_sync = true,
          .layer_open = kAll,
          .width = 640,
          .height = 360}},
        {"a keyframe too short to tell them",
         {0x10, 0x50, 0x01, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x42, 0x68},
         1,
         false,
         false,
         false,
         false,
         {},
         {.frame_begin = true,
          .frame_end = true,
          .keyframe = true,
          .layer_sync = true,
          .layer_open = kAll}},
        {"a later partition says nothing of keyframes",
         {0x11, 0x00},
         1,
         false,
         false,
         false,
         false,
         {},
         {.frame_end = true}},
        {"seven bits of picture id",
         {0x90, 0x80, 0x7f, 0x01},
         3,
         true,
         false,
         false,
         false,
         {.picture_id = 127},
         {.frame_begin = true, .frame_end = true}},
        {"all there is",
         {0x90, 0xf0, 0xff, 0xfe, 0xab, 0xb1, 0x01},
         6,
         true,
         true,
         true,
         true,
         {.picture_id = 0x7ffe, .tl0_picture_index = 0xab},
         {.frame_begin = true,
          .frame_end = true,
          .temporal_layer = 2,
          .layer_sync = true,
          .layer_open = 2}},
        {"a key index without a layer",
         {0x80, 0x10, 0xff, 0x01},
         3,
         false,
         false,
         false,
         false,
         {},
         {.frame_end = true}},
        {"a layer without a picture id",
         {0x90, 0x60, 0x07, 0x40, 0x01},
         4,
         false,
         false,
         true,
         true,
         {.tl0_picture_index = 7},
         {.frame_begin = true, .frame_end = true, .temporal_layer = 1, .layer_open = 1}},
    };
    for (const auto& each : cases) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto read = Vp8Descriptor::parse(each.payload);
            BOOST_REQUIRE(read);
            BOOST_TEST(read->size == each.size);
            BOOST_TEST(read->has_picture_id == each.has_picture_id);
            BOOST_TEST(read->wide_picture_id == each.wide);
            BOOST_TEST(read->has_tl0_picture_index == each.has_tl0);
            BOOST_TEST(read->has_temporal_layer == each.has_layer);
            BOOST_TEST((read->numbers == each.numbers));
            BOOST_TEST((read->marks(true) == each.marks));
            BOOST_TEST(!read->marks(false).frame_end);
            check_cut(each.payload, each.size, Vp8Descriptor::parse);
        }
    }
}

BOOST_AUTO_TEST_CASE(numbers_are_replaced_where_they_are) {
    struct Case {
        Bytes payload, written;
    };

    const PictureNumbers numbers{.picture_id = 0x7ffd, .tl0_picture_index = 0xcd};
    const std::vector<Case> cases{
        {{0x90, 0xf0, 0x80, 0x01, 0xab, 0xb1, 0x01}, {0x90, 0xf0, 0xff, 0xfd, 0xcd, 0xb1, 0x01}},
        {{0x90, 0xc0, 0x01, 0xab, 0x01}, {0x90, 0xc0, 0x7d, 0xcd, 0x01}},
        {{0x90, 0x80, 0x01, 0xab, 0x01}, {0x90, 0x80, 0x7d, 0xab, 0x01}},
        {{0x90, 0x40, 0xab, 0x01}, {0x90, 0x40, 0xcd, 0x01}},
        {{0x90, 0x20, 0xab, 0x01}, {0x90, 0x20, 0xab, 0x01}},
        {{0x10, 0xab, 0x01}, {0x10, 0xab, 0x01}},
    };
    for (auto each : cases) {
        const auto read = Vp8Descriptor::parse(each.payload);
        BOOST_REQUIRE(read);
        read->write(each.payload, numbers);
        BOOST_TEST(each.payload == each.written, boost::test_tools::per_element());
        read->write(std::span(each.payload).first(1), {});
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(vp9_descriptor)

BOOST_AUTO_TEST_CASE(descriptors_are_read) {
    struct Case {
        const char* name;
        Bytes payload;
        unsigned size;
        PictureNumbers numbers;
        FrameMarks marks;
    };

    const std::vector<Case> cases{
        {"a keyframe in one packet",
         {0x0c, 0x01},
         1,
         {},
         {.frame_begin = true,
          .frame_end = true,
          .keyframe = true,
          .layer_sync = true,
          .layer_open = kAll}},
        {"a keyframe's second packet",
         {0x84, 0x05, 0x01},
         2,
         {.picture_id = 5},
         {.frame_end = true, .keyframe = true, .layer_sync = true, .layer_open = kAll}},
        {"a delta frame", {0x48, 0x01}, 1, {}, {.frame_begin = true}},
        {"layers, not flexible",
         {0xe8, 0xff, 0xfe, 0x54, 0xab, 0x01},
         5,
         {.picture_id = 0x7ffe, .tl0_picture_index = 0xab},
         {.frame_begin = true,
          .temporal_layer = 2,
          .spatial_layer = 2,
          .layer_sync = true,
          .layer_open = kAll}},
        {"layers, flexible",
         {0xf8, 0x01, 0x20, 0x02},
         3,
         {.picture_id = 1},
         {.frame_begin = true, .temporal_layer = 1, .layer_open = 1}},
        {"a higher spatial layer of a key picture",
         {0xa8, 0x01, 0x03, 0x00, 0x02},
         4,
         {.picture_id = 1},
         {.frame_begin = true, .spatial_layer = 1}},
    };
    for (const auto& each : cases) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto read = Vp9Descriptor::parse(each.payload);
            BOOST_REQUIRE(read);
            BOOST_TEST(read->size == each.size);
            BOOST_TEST((read->numbers == each.numbers));
            BOOST_TEST((read->marks() == each.marks));
            check_cut(each.payload, each.size, Vp9Descriptor::parse);
        }
    }
}

BOOST_AUTO_TEST_CASE(numbers_are_replaced_where_they_are) {
    struct Case {
        Bytes payload, written;
    };

    const PictureNumbers numbers{.picture_id = 0x7ffd, .tl0_picture_index = 0xcd};
    const std::vector<Case> cases{
        {{0xe8, 0x80, 0x01, 0x20, 0xab, 0x01}, {0xe8, 0xff, 0xfd, 0x20, 0xcd, 0x01}},
        {{0xf8, 0x01, 0x20, 0xab}, {0xf8, 0x7d, 0x20, 0xab}},
        {{0x28, 0x20, 0xab, 0x01}, {0x28, 0x20, 0xcd, 0x01}},
        {{0x08, 0x01}, {0x08, 0x01}},
    };
    for (auto each : cases) {
        const auto read = Vp9Descriptor::parse(each.payload);
        BOOST_REQUIRE(read);
        read->write(each.payload, numbers);
        BOOST_TEST(each.payload == each.written, boost::test_tools::per_element());
        read->write(std::span(each.payload).first(1), {});
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(payloads_without_a_descriptor)

BOOST_AUTO_TEST_CASE(h264_is_told_by_its_nal_units) {
    struct Case {
        const char* name;
        Bytes payload;
        bool valid, begin, keyframe;
    };

    const std::vector<Case> cases{
        {"nothing", {}, false, false, false},
        {"a sequence parameter set", {0x67, 0x42}, true, true, true},
        {"a picture parameter set", {0x68, 0x42}, true, false, false},
        {"an IDR slice", {0x65, 0x88}, true, false, true},
        {"a first slice", {0x61, 0x9a}, true, true, false},
        {"a later slice", {0x61, 0x1a}, true, false, false},
        {"a slice's header alone", {0x61}, true, false, false},
        {"an access unit delimiter", {0x09, 0xf0}, true, false, false},
        {"parameter sets", {0x78, 0, 2, 0x67, 0x42, 0, 1, 0x68}, true, true, true},
        {"parameter sets and their slice", {0x78, 0, 1, 0x67, 0, 2, 0x65, 0x88}, true, true, true},
        {"an IDR slice behind another unit", {0x78, 0, 1, 0x06, 0, 1, 0x65}, true, false, true},
        {"an aggregate of nothing", {0x78}, true, false, false},
        {"an aggregate that is cut", {0x78, 0, 3, 0x67, 0x42}, false, false, false},
        {"an aggregate cut in a size", {0x78, 0, 1, 0x67, 0}, false, false, false},
        {"an empty unit", {0x78, 0, 0}, false, false, false},
        {"an IDR slice's first fragment", {0x7c, 0x85, 0x88}, true, false, true},
        {"its next", {0x7c, 0x05, 0x88}, true, false, false},
        {"its last", {0x7c, 0x45, 0x88}, true, false, false},
        {"a slice's first fragment", {0x7c, 0x81, 0x9a}, true, true, false},
        {"a slice's next", {0x7c, 0x01, 0x9a}, true, false, false},
        {"a sequence parameter set's first fragment", {0x7c, 0x87}, true, true, true},
        {"a fragment without a header", {0x7c}, false, false, false},
    };
    for (const auto& each : cases) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto marks = h264_marks(each.payload, true);
            BOOST_REQUIRE(marks.has_value() == each.valid);
            if (!marks) continue;
            BOOST_TEST(marks->frame_begin == each.begin);
            BOOST_TEST(marks->keyframe == each.keyframe);
            BOOST_TEST(marks->layer_sync == each.keyframe);
            BOOST_TEST(marks->layer_open == (each.keyframe ? kAll : 0));
            BOOST_TEST(marks->frame_end);
        }
    }
}

BOOST_AUTO_TEST_CASE(av1_is_told_by_its_aggregation_header_and_its_obus) {
    struct Case {
        const char* name;
        Bytes payload;
        std::optional<FrameMarks> marks;
    };

    const FrameMarks key{
        .frame_begin = true, .keyframe = true, .layer_sync = true, .layer_open = kAll};
    const std::vector<Case> cases{
        {"nothing", {}, std::nullopt},
        {"an aggregation header alone", {0x10}, std::nullopt},
        {"a new sequence", {0x18, 0x08, 0x00}, key},
        {"a new sequence in the middle of an OBU", {0x98, 0x08, 0x00}, std::nullopt},
        {"a sequence header, not marked", {0x20, 0x01, 0x08, 0x30}, key},
        {"one behind a delimiter, sizes told", {0x00, 0x01, 0x10, 0x01, 0x08}, key},
        {"a frame", {0x10, 0x30}, FrameMarks{.frame_begin = true}},
        {"a tile group", {0x10, 0x20}, FrameMarks{}},
        {"the rest of one, whatever it looks like", {0x90, 0x08}, FrameMarks{}},
        {"the rest of one and a frame of a layer",
         {0xa0, 0x01, 0x08, 0x34, 0x48},
         FrameMarks{.temporal_layer = 2, .spatial_layer = 1, .layer_open = 2}},
        {"a layer",
         {0x10, 0x34, 0x20},
         FrameMarks{.frame_begin = true, .temporal_layer = 1, .layer_open = 1}},
        {"an extension beyond the end", {0x10, 0x34}, FrameMarks{.frame_begin = true}},
        {"a size beyond the end", {0x20, 0x02, 0x30}, std::nullopt},
        {"a size that does not end", {0x20, 0x80, 0x80, 0x80, 0x80, 0x00}, std::nullopt},
        {"a size cut", {0x20, 0x80}, std::nullopt},
        {"empty OBUs", {0x00, 0x00, 0x00, 0x00}, FrameMarks{}},
    };
    for (const auto& each : cases) {
        BOOST_TEST_CONTEXT(each.name) {
            BOOST_TEST((av1_marks(each.payload, false) == each.marks));
            if (each.marks) BOOST_TEST(av1_marks(each.payload, true)->frame_end);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_format_is_known_by_its_name) {
    struct Case {
        const char* codec;
        PayloadFormat format;
        Bytes keyframe;
    };

    const std::vector<Case> cases{
        {"VP8", PayloadFormat::vp8, {0x10, 0x00}},    {"vp9", PayloadFormat::vp9, {0x08, 0x00}},
        {"H264", PayloadFormat::h264, {0x67}},        {"h264", PayloadFormat::h264, {0x67}},
        {"AV1", PayloadFormat::av1, {0x18, 0x08}},    {"AV1X", PayloadFormat::other, {0x10, 0x00}},
        {"", PayloadFormat::other, {0x10, 0x00}},     {"rtx", PayloadFormat::other, {0x10, 0x00}},
        {"VP80", PayloadFormat::other, {0x10, 0x00}},
    };
    for (const auto& each : cases) {
        BOOST_TEST_CONTEXT(each.codec) {
            BOOST_TEST((payload_format(each.codec) == each.format));
            const auto marks = read_frame_marks(each.format, each.keyframe, true);
            BOOST_REQUIRE(marks.has_value() == (each.format != PayloadFormat::other));
            if (marks) BOOST_TEST(marks->keyframe);
            BOOST_TEST(!read_frame_marks(each.format, {}, true));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(red_payload)

BOOST_AUTO_TEST_CASE(the_primary_block_is_found) {
    struct Case {
        const char* name;
        Bytes payload;
        unsigned payload_type, offset;
    };

    const std::vector<Case> cases{
        {"alone", {0x6f, 0xaa}, 111, 1},
        {"behind one", {0xef, 0x0f, 0x00, 0x02, 0x6f, 0x01, 0x02, 0xaa}, 111, 7},
        {"behind two of other types",
         {0x80, 0x1e, 0x00, 0x01, 0xef, 0x0f, 0x00, 0x02, 0x6f, 0x01, 0x02, 0x03, 0xaa, 0xbb},
         111,
         12},
        {"behind an empty one", {0xef, 0x0f, 0x00, 0x00, 0x6f, 0xaa}, 111, 5},
        {"the offset's low bits are no length", {0xef, 0xff, 0xfc, 0x00, 0x6e, 0xaa}, 110, 5},
    };
    for (const auto& each : cases) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto primary = RedPrimary::parse(each.payload);
            BOOST_REQUIRE(primary.has_value());
            BOOST_TEST(primary->payload_type == each.payload_type);
            BOOST_TEST(primary->offset == each.offset);
            check_cut(each.payload, each.offset, RedPrimary::parse);
        }
    }
}

BOOST_AUTO_TEST_CASE(blocks_that_do_not_fit_are_refused) {
    BOOST_TEST(!RedPrimary::parse(Bytes(1500, 0xff)));  // headers without end
    BOOST_TEST(!RedPrimary::parse(Bytes{0xef, 0x00, 0x03, 0xff, 0x6f, 0x01, 0xaa}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu::test
