/// docs/protocol.md shows nothing that was not played: each example is an element of the dialogue
/// it names, and each dialogue it mentions exists.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/module/dialogue.hpp"
#include "tests/unit/module/match.hpp"
#include "xmpp/xml.hpp"

namespace parley::module::test {

namespace {

const std::filesystem::path dialogues = PARLEY_TESTS_DIR "/stanzas/calls";

std::string document() {
    std::ifstream stream(PARLEY_TESTS_DIR "/../docs/protocol.md");
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

bool occurs(const xmpp::Element& wanted, const xmpp::Element& tree, Match match) {
    if (!mismatch(wanted, tree, match)) return true;
    for (const xmpp::Element* child : tree.elements()) {
        if (occurs(wanted, *child, match)) return true;
    }
    return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(protocol_document)

BOOST_AUTO_TEST_CASE(examples_are_parts_of_dialogues) {
    const std::regex example(R"(<!-- example: ([\w-]+\.xml)( part)? -->\n```xml\n([^`]*)```)");
    const std::string text = document();
    int count = 0;
    for (std::sregex_iterator it(text.begin(), text.end(), example), end; it != end; ++it) {
        const auto shown = xmpp::parse_xml((*it)[3].str());
        BOOST_TEST_CONTEXT((*it)[1].str() << ": " << (*it)[3].str()) {
            BOOST_REQUIRE(shown.has_value());
            const Match match = (*it)[2].matched ? Match::part : Match::whole;
            BOOST_TEST(occurs(*shown, read_xml_file(dialogues / (*it)[1].str()), match));
        }
        ++count;
    }
    BOOST_TEST(count >= 15);
}

BOOST_AUTO_TEST_CASE(no_example_is_unchecked) {
    const std::string text = document();
    const auto count = [&text](const std::string& part) {
        int found = 0;
        for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
            ++found;
        }
        return found;
    };
    BOOST_TEST(count("```xml") == count("<!-- example: "));
}

BOOST_AUTO_TEST_CASE(dialogues_it_mentions_exist) {
    const std::regex name(R"([\w-]+\.xml\b)");
    const std::string text = document();
    for (std::sregex_iterator it(text.begin(), text.end(), name), end; it != end; ++it) {
        BOOST_TEST_CONTEXT(it->str()) BOOST_TEST(std::filesystem::exists(dialogues / it->str()));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::module::test
