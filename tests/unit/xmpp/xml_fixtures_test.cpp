#include <algorithm>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "xmpp/xml.hpp"

using namespace parley::xmpp;
namespace data = boost::unit_test::data;
namespace fs = std::filesystem;

namespace {

constexpr XmlLimits limits = {
    .stanza_bytes_max = 16 * 1024, .depth_max = 64, .attributes_max = 64, .nodes_max = 1024};

/// A file of tests/stanzas/xml; the folder it is in says what must come of it.
struct Fixture {
    fs::path path;

    std::string expected() const { return path.parent_path().filename().string(); }

    std::string bytes() const {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
};

std::ostream& operator<<(std::ostream& out, const Fixture& fixture) {
    return out << fixture.path.filename().string();
}

std::vector<Fixture> fixtures(std::string_view kind) {
    std::vector<Fixture> result;
    for (const auto& entry :
         fs::recursive_directory_iterator(fs::path(PARLEY_TESTS_DIR) / "stanzas/xml" / kind)) {
        if (entry.is_regular_file()) result.push_back({entry.path()});
    }
    std::sort(result.begin(), result.end(),
              [](const Fixture& a, const Fixture& b) { return a.path < b.path; });
    return result;
}

struct Outcome {
    std::vector<StreamParser::Event> events;
    std::string word = "valid";
};

Outcome feed(std::string_view bytes, size_t piece_bytes) {
    StreamParser parser(limits);
    Outcome outcome;
    while (!bytes.empty()) {
        const auto fed = parser.feed(bytes.substr(0, piece_bytes), outcome.events);
        if (!fed) {
            outcome.word = to_string(fed.error());
            return outcome;
        }
        bytes.remove_prefix(std::min(bytes.size(), piece_bytes));
    }
    return outcome;
}

void check_round_trip(const Element& element) {
    const std::string written = to_xml(element);
    BOOST_TEST_CONTEXT(written) {
        const auto again = parse_xml(written, {}, "");
        BOOST_REQUIRE(again);
        BOOST_CHECK(*again == element);
        BOOST_TEST(to_xml(*again) == written);
    }
}

void check_same(const Outcome& a, const Outcome& b) {
    BOOST_TEST(a.word == b.word);
    BOOST_REQUIRE_EQUAL(a.events.size(), b.events.size());
    for (size_t i = 0; i < a.events.size(); ++i) {
        BOOST_REQUIRE_EQUAL(a.events[i].index(), b.events[i].index());
        if (const auto* element = std::get_if<Element>(&a.events[i])) {
            BOOST_CHECK(*element == std::get<Element>(b.events[i]));
            check_round_trip(*element);
        }
    }
}

}  // namespace

BOOST_DATA_TEST_CASE(document_fixture, data::make(fixtures("document")), fixture) {
    const std::string bytes = fixture.bytes();
    const auto parsed = parse_xml(bytes, limits);
    BOOST_TEST((parsed ? "valid" : std::string(to_string(parsed.error()))) == fixture.expected());
    if (parsed) check_round_trip(*parsed);
}

BOOST_DATA_TEST_CASE(stream_fixture, data::make(fixtures("stream")), fixture) {
    const std::string bytes = fixture.bytes();
    const Outcome whole = feed(bytes, bytes.size());
    BOOST_TEST(whole.word == fixture.expected());
    for (const size_t piece_bytes : {size_t{1}, size_t{2}, size_t{3}, size_t{64}}) {
        BOOST_TEST_CONTEXT("in pieces of " << piece_bytes) {
            check_same(whole, feed(bytes, piece_bytes));
        }
    }
}
