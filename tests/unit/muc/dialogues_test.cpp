#define BOOST_TEST_MODULE muc
#include <algorithm>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/unit/muc/dialogue.hpp"

namespace {

/// Every file of tests/stanzas/muc is a test case.
std::vector<std::string> dialogue_files() {
    std::vector<std::string> files;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(PARLEY_TESTS_DIR) + "/stanzas/muc"))
        if (entry.path().extension() == ".dialogue") files.push_back(entry.path().string());
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace

BOOST_DATA_TEST_CASE(dialogue, boost::unit_test::data::make(dialogue_files()), file) {
    for (const std::string& fault : parley::server::muc::test::run_dialogue(file))
        BOOST_ERROR(fault);
}
