/// docs/protocol.md shows nothing that was not played: each example is an element of the dialogue
/// it names, and each dialogue it mentions exists.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
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

/// An example as the document shows it: "<!-- example: FILE[ part] -->", then a block of XML.
struct Example {
    std::string file;
    Match match;
    std::string xml;
};

std::vector<Example> examples(const std::string& text) {
    const std::string mark = "<!-- example: ";
    const std::string fence = "```xml\n";
    std::vector<Example> found;
    for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
        std::istringstream words(text.substr(at + mark.size(), 80));
        std::string file, next;
        words >> file >> next;
        const size_t begin = text.find(fence, at) + fence.size();
        const size_t end = text.find("```", begin);
        found.push_back(
            {file, next == "part" ? Match::part : Match::whole, text.substr(begin, end - begin)});
    }
    return found;
}

/// Every word of the document that ends in ".xml".
std::vector<std::string> mentioned_files(const std::string& text) {
    const std::string name_characters = "abcdefghijklmnopqrstuvwxyz-";
    std::vector<std::string> names;
    for (size_t at = text.find(".xml"); at != std::string::npos; at = text.find(".xml", at + 1)) {
        const size_t begin = text.find_last_not_of(name_characters, at - 1) + 1;
        names.push_back(text.substr(begin, at + 4 - begin));
    }
    return names;
}

size_t count(const std::string& text, const std::string& part) {
    size_t found = 0;
    for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++found;
    return found;
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
    const auto shown = examples(document());
    BOOST_TEST(shown.size() >= 15u);
    for (const Example& example : shown) {
        BOOST_TEST_CONTEXT(example.file << ": " << example.xml) {
            const auto element = xmpp::parse_xml(example.xml);
            BOOST_REQUIRE(element.has_value());
            BOOST_TEST(occurs(*element, read_xml_file(dialogues / example.file), example.match));
        }
    }
}

BOOST_AUTO_TEST_CASE(no_example_is_unchecked) {
    const std::string text = document();
    BOOST_TEST(count(text, "```xml") == examples(text).size());
}

BOOST_AUTO_TEST_CASE(dialogues_it_mentions_exist) {
    const auto names = mentioned_files(document());
    BOOST_TEST(names.size() >= 40u);
    for (const std::string& name : names) {
        BOOST_TEST_CONTEXT(name) BOOST_TEST(std::filesystem::exists(dialogues / name));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::module::test
