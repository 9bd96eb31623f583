/// Every file of tests/stanzas/calls is a test case: a rule of docs/protocol.md, kept and broken.
#include <algorithm>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/unit/module/dialogue.hpp"

namespace parley::module::test {

namespace {

std::vector<std::string> dialogues() {
    std::vector<std::string> names;
    const std::filesystem::path folder = PARLEY_TESTS_DIR "/stanzas/calls";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".xml") names.push_back(entry.path().string());
    }
    std::ranges::sort(names);
    return names;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dialogue)

BOOST_DATA_TEST_CASE(goes_as_written, boost::unit_test::data::make(dialogues()), file) {
    BOOST_REQUIRE_NO_THROW(
        try { Dialogue(file).play(); } catch (const std::exception& exception) {
            BOOST_ERROR(exception.what());
        });
}

BOOST_AUTO_TEST_CASE(there_are_dialogues) {
    BOOST_TEST(dialogues().size() > 30);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::module::test
