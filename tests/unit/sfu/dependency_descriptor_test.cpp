#include "sfu/dependency_descriptor.hpp"

#include <boost/test/unit_test.hpp>

#include "sfu/temporal_filter.hpp"
#include "tests/unit/sfu/dependency_writer.hpp"

namespace parley::sfu::test {

namespace {

using Indication = DecodeTargetIndication;

/// A.10.2.1: one spatial layer with three temporal layers; the first decode target has them all.
Structure l1t3() {
    return {.id_offset = 0,
            .templates = {{0, 0, {}, {0}, "SSS"},
                          {0, 0, {4}, {4}, "SSS"},
                          {0, 1, {2}, {2}, "SD-"},
                          {0, 2, {1}, {1}, "D--"},
                          {0, 2, {1}, {3}, "D--"}},
            .protected_by = {0, 0, 0},
            .resolutions = {{640, 360}}};
}

/// As encoders of VP8 and two temporal layers tell them: some frames of the upper one let it begin.
Structure l1t2(unsigned id_offset) {
    return {.id_offset = id_offset,
            .templates = {{0, 0, {}, {0}, "SS"},
                          {0, 0, {2}, {2}, "SR"},
                          {0, 1, {1}, {1}, "-S"},
                          {0, 1, {2, 1}, {1}, "-R"}},
            .protected_by = {0, 0},
            .resolutions = {}};
}

/// Two spatial layers, full SVC, in as many decode targets; a chain each.
Structure l2t1() {
    return {.id_offset = 60,
            .templates = {{0, 0, {}, {0, 0}, "SS"},
                          {0, 0, {2}, {2, 1}, "SR"},
                          {1, 0, {1}, {1, 1}, "-S"},
                          {1, 0, {2, 1}, {1, 1}, "-R"}},
            .protected_by = {0, 1},
            .resolutions = {{320, 180}, {640, 360}}};
}

std::optional<FrameMarks> marks_of(DependencyReader& reader, const Descriptor& descriptor) {
    const auto read = reader.read(write_descriptor(descriptor));
    if (!read) return std::nullopt;
    return reader.marks(*read);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dependency_descriptor)

BOOST_AUTO_TEST_CASE(a_structure_is_read_as_it_was_written) {
    struct Case {
        const char* name;
        Structure structure;
        std::vector<DependencyStructure::DecodeTarget> targets;
        unsigned spatial_layers;
    };

    const std::vector<Case> cases{
        {"L1T3", l1t3(), {{0, 2}, {0, 1}, {0, 0}}, 1},
        {"L1T2", l1t2(63), {{0, 0}, {0, 1}}, 1},
        {"L2T1", l2t1(), {{0, 0}, {1, 0}}, 2},
    };
    for (const auto& each : cases) {
        BOOST_TEST_CONTEXT(each.name) {
            DependencyReader reader;
            BOOST_TEST(reader.structure() == nullptr);
            const unsigned first = each.structure.id_offset;
            BOOST_REQUIRE(reader.read(
                write_descriptor({.template_id = first, .structure = &each.structure})));
            const auto* read = reader.structure();
            BOOST_REQUIRE(read != nullptr);
            BOOST_TEST(read->template_id_offset == first);
            BOOST_TEST(read->spatial_layers == each.spatial_layers);
            BOOST_REQUIRE(read->templates == each.structure.templates.size());
            BOOST_REQUIRE(read->decode_targets == each.targets.size());
            for (size_t i = 0; i < each.targets.size(); ++i)
                BOOST_TEST((read->targets[i] == each.targets[i]));
            for (size_t i = 0; i < read->templates; ++i) {
                const auto& expected = each.structure.templates[i];
                const auto& frame = read->template_dependencies[i];
                BOOST_TEST(frame.spatial_layer == expected.spatial);
                BOOST_TEST(frame.temporal_layer == expected.temporal);
                BOOST_REQUIRE(frame.references == expected.differences.size());
                for (size_t j = 0; j < frame.references; ++j)
                    BOOST_TEST(frame.frame_differences[j] == expected.differences[j]);
                for (size_t j = 0; j < each.targets.size(); ++j) {
                    BOOST_TEST("-DSR"[static_cast<size_t>(frame.indication(j))] ==
                               expected.indications[j]);
                }
            }
            BOOST_TEST(read->has_resolutions == !each.structure.resolutions.empty());
            for (size_t i = 0; i < each.structure.resolutions.size(); ++i) {
                BOOST_TEST(read->resolutions[i].width == each.structure.resolutions[i].first);
                BOOST_TEST(read->resolutions[i].height == each.structure.resolutions[i].second);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(frames_take_what_their_template_says_unless_they_say_otherwise) {
    const auto structure = l1t3();
    DependencyReader reader;
    BOOST_TEST(!reader.read(write_descriptor({.template_id = 1, .frame_number = 6})));
    const auto key = reader.read(write_descriptor(
        {.end = false, .template_id = 0, .frame_number = 65'534, .structure = &structure}));
    BOOST_REQUIRE(key);
    BOOST_TEST(key->frame_begin);
    BOOST_TEST(!key->frame_end);
    BOOST_TEST(key->structure_attached);
    BOOST_TEST(key->frame_number == 65'534);
    BOOST_TEST(reader.active_decode_targets() == 7u);

    const auto plain =
        reader.read(write_descriptor({.begin = false, .template_id = 2, .frame_number = 0}));
    BOOST_REQUIRE(plain);
    BOOST_TEST(!plain->frame_begin);
    BOOST_TEST(plain->frame_end);
    BOOST_TEST(!plain->structure_attached);
    BOOST_TEST(!plain->active_decode_targets);
    BOOST_TEST(plain->frame.temporal_layer == 1);
    BOOST_TEST(plain->frame.frame_differences[0] == 2);

    const auto custom = reader.read(write_descriptor({.template_id = 4,
                                                      .frame_number = 1,
                                                      .indications = "R-S",
                                                      .differences = {1, 17, 4'096},
                                                      .chains = {255},
                                                      .active = 0b101,
                                                      .active_bits = 3}));
    BOOST_REQUIRE(custom);
    BOOST_TEST(custom->frame.temporal_layer == 2);
    BOOST_TEST((custom->frame.indication(0) == Indication::required));
    BOOST_TEST((custom->frame.indication(1) == Indication::not_present));
    BOOST_TEST((custom->frame.indication(2) == Indication::switch_point));
    BOOST_REQUIRE(custom->frame.references == 3);
    BOOST_TEST(custom->frame.frame_differences[0] == 1);
    BOOST_TEST(custom->frame.frame_differences[1] == 17);
    BOOST_TEST(custom->frame.frame_differences[2] == 4'096);
    BOOST_TEST(reader.active_decode_targets() == 5u);
}

BOOST_AUTO_TEST_CASE(marks_tell_where_layers_and_encodings_may_begin) {
    struct Case {
        Descriptor descriptor;
        FrameMarks marks;
    };

    const auto three = l1t3();
    const auto two = l1t2(63);
    const auto spatial = l2t1();
    const auto frame = [](unsigned template_id, unsigned number) {
        return Descriptor{.template_id = template_id, .frame_number = number};
    };
    const auto key = [](const Structure& structure, unsigned number) {
        return Descriptor{
            .template_id = structure.id_offset, .frame_number = number, .structure = &structure};
    };
    const auto marks = [](uint8_t spatial_layer, uint8_t temporal_layer, bool sync, uint8_t open) {
        return FrameMarks{.frame_begin = true,
                          .frame_end = true,
                          .temporal_layer = temporal_layer,
                          .spatial_layer = spatial_layer,
                          .layer_sync = sync,
                          .layer_open = open};
    };
    auto key_of = [&](uint8_t open, uint16_t width, uint16_t height) {
        auto all = marks(0, 0, true, open);
        all.keyframe = true;
        all.width = width;
        all.height = height;
        return all;
    };
    const std::vector<Case> cases{
        {key(three, 65'535), key_of(2, 640, 360)},
        {frame(3, 0), marks(0, 2, false, 2)},
        {frame(2, 1), marks(0, 1, false, 2)},  // who has it may have the third layer
        {frame(4, 2), marks(0, 2, false, 2)},
        {frame(1, 3), marks(0, 0, false, 2)},  // needs one of its own layer, but opens all
        {key(two, 4), key_of(1, 0, 0)},
        {frame(1, 5), marks(0, 1, true, 1)},  // needs the lowest layer alone
        {frame(0, 6), marks(0, 0, false, 0)},
        {frame(2, 7), marks(0, 1, false, 1)},
        {frame(1, 9), marks(0, 1, false, 1)},  // needs 8, which was lost: who knows
        {key(spatial, 10), key_of(0, 640, 360)},
        {frame(62, 11), marks(1, 0, false, 0)},
    };
    DependencyReader reader;
    for (const auto& each : cases) {
        BOOST_TEST_CONTEXT("frame " << each.descriptor.frame_number) {
            const auto read = marks_of(reader, each.descriptor);
            BOOST_REQUIRE(read);
            BOOST_TEST((*read == each.marks));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_late_structure_does_not_replace_a_newer_one) {
    const auto older = l1t3();
    const auto newer = l1t2(20);
    DependencyReader reader;
    const auto key = [&](const Structure& structure, unsigned number) {
        return reader.read(write_descriptor(
            {.template_id = structure.id_offset, .frame_number = number, .structure = &structure}));
    };
    BOOST_TEST(key(newer, 5).has_value());
    BOOST_TEST(!key(older, 65'530));
    BOOST_TEST(!reader.read(write_descriptor({.template_id = 21, .frame_number = 4})));
    BOOST_TEST(reader.structure()->template_id_offset == 20);
    BOOST_TEST(key(newer, 5).has_value());
    BOOST_TEST(key(older, 40'000).has_value());  // a sender that began anew
    BOOST_TEST(reader.structure()->template_id_offset == 0);
}

BOOST_AUTO_TEST_CASE(a_structure_holds_over_wraps_of_the_frame_number) {
    const auto structure = l1t3();
    DependencyReader reader;
    reader.read(write_descriptor({.frame_number = 100, .structure = &structure}));
    for (unsigned number = 101; number < 200'000; ++number) {
        BOOST_REQUIRE(
            reader.read(write_descriptor({.template_id = 1, .frame_number = number & 0xffff})));
    }
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_refused) {
    const auto structure = l2t1();
    const auto whole = write_descriptor({.template_id = 60, .structure = &structure});
    DependencyReader reader;
    for (size_t size = 0; size < whole.size(); ++size) {
        BOOST_TEST_CONTEXT("size " << size) {
            BOOST_TEST(!reader.read(std::span(whole).first(size)));
        }
    }
    BOOST_TEST(reader.structure() == nullptr);
    BOOST_TEST(reader.read(whole).has_value());

    struct Case {
        const char* name;
        std::vector<uint8_t> value;
    };

    BitWriter templates;  // as many as there are bits
    templates.put(0x80'0000, 24).put(0x10, 5).put(0, 11);
    for (int i = 0; i < 100; ++i)
        templates.put(0, 16);
    BitWriter spatial_layers;
    spatial_layers.put(0x80'0000, 24).put(0x10, 5).put(0, 11).put(0xaaaa'aaaa, 32).put(0, 32);
    BitWriter temporal_layers;
    temporal_layers.put(0x80'0000, 24).put(0x10, 5).put(0, 11).put(0x5555'5555, 32).put(0, 32);
    const std::vector<unsigned> differences(kReferencesMax + 1, 1);
    const std::vector<Case> cases{
        {"too many templates", templates.bytes()},
        {"too many spatial layers", spatial_layers.bytes()},
        {"too many temporal layers", temporal_layers.bytes()},
        {"too many references",
         write_descriptor({.template_id = 60, .frame_number = 1, .differences = differences})},
        {"a template before the first", write_descriptor({.template_id = 59, .frame_number = 1})},
        {"a template behind the last", write_descriptor({.template_id = 0, .frame_number = 1})},
        {"custom chains beyond the end", {0xfc, 0, 1, 0x08}},
        {"custom indications beyond the end",
         {
             0xfc,
             0,
             1,
             0x22,
         }},
    };
    for (const auto& each : cases) {
        BOOST_TEST_CONTEXT(each.name) {
            BOOST_TEST(!reader.read(each.value));
        }
    }
    BOOST_TEST(reader.read(write_descriptor({.template_id = 63, .frame_number = 1})).has_value());
}

BOOST_AUTO_TEST_CASE(a_frame_number_is_replaced_where_it_is) {
    const auto structure = l1t3();
    auto value = write_descriptor({.frame_number = 7, .structure = &structure});
    write_frame_number(value, 0xfffe);
    DependencyReader reader;
    const auto read = reader.read(value);
    BOOST_REQUIRE(read);
    BOOST_TEST(read->frame_number == 0xfffe);
    BOOST_TEST(read->frame_begin);
    BOOST_TEST(read->structure_attached);
    std::vector<uint8_t> small(2, 0xee);
    write_frame_number(small, 1);
    BOOST_TEST((small == std::vector<uint8_t>(2, 0xee)));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(temporal_filter)

BOOST_AUTO_TEST_CASE(layers_begin_where_a_frame_lets_them_and_end_at_once) {
    struct Case {
        uint8_t target;
        uint8_t layer;
        bool sync;
        uint8_t open;
        bool begin;
        bool accepted;
    };

    const std::vector<Case> cases{
        {2, 1, false, 1, true, false},  // in the middle of a stream
        {2, 0, false, 0, true, true},
        {2, 2, true, 2, true, true},    // a layer that needs only what
                                        // the receiver has
        {2, 1, false, 1, true, true},   // and that one has it, too
        {1, 2, false, 2, false, true},  // no frame is cut
        {1, 2, false, 2, true, false},
        {1, 1, false, 1, true, true},
        {2, 2, false, 2, true, false},
        {2, 0, false, 2, true, true},  // opens all
        {2, 2, false, 2, true, true},
        {0, 1, false, 1, true, false},
        {0, 0, false, 0, true, true},
        {1, 1, true, 1, false, false},  // not from the middle of a frame
        {1, 0, true, 7, true, true},
        {1, 1, false, 1, true, true},
        {1, 2, false, 2, true, false},
    };
    TemporalFilter filter;
    for (size_t i = 0; i < cases.size(); ++i) {
        BOOST_TEST_CONTEXT("packet " << i) {
            const auto& each = cases[i];
            filter.set_target(each.target);
            BOOST_TEST(filter.accept({.frame_begin = each.begin,
                                      .temporal_layer = each.layer,
                                      .layer_sync = each.sync,
                                      .layer_open = each.open}) == each.accepted);
        }
    }
    filter.reset();
    BOOST_TEST(filter.current() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu::test
