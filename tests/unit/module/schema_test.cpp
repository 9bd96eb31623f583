/// The XML schemas of docs/schema against everything that dialogues say and hear.
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "module/calls/namespaces.hpp"
#include "module/jingle/namespaces.hpp"
#include "tests/unit/module/dialogue.hpp"
#include "xmpp/xml.hpp"

namespace parley::module::test {

namespace {

const std::filesystem::path tests = PARLEY_TESTS_DIR;

void say_nothing(void*, const char*, ...) {}

class Schema {
  public:
    explicit Schema(const std::filesystem::path& file) {
        const std::unique_ptr<xmlSchemaParserCtxt, decltype(&xmlSchemaFreeParserCtxt)> parser(
            xmlSchemaNewParserCtxt(file.c_str()), xmlSchemaFreeParserCtxt);
        schema_.reset(xmlSchemaParse(parser.get()));
        if (!schema_) throw std::runtime_error(file.string() + " is no valid schema");
    }

    bool accepts(const xmpp::Element& element) const {
        const std::string xml = xmpp::to_xml(element);
        const std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)> document(
            xmlReadMemory(xml.data(), static_cast<int>(xml.size()), "", nullptr, XML_PARSE_NONET),
            xmlFreeDoc);
        const std::unique_ptr<xmlSchemaValidCtxt, decltype(&xmlSchemaFreeValidCtxt)> validator(
            xmlSchemaNewValidCtxt(schema_.get()), xmlSchemaFreeValidCtxt);
        xmlSchemaSetValidErrors(validator.get(), say_nothing, say_nothing, nullptr);
        return document && xmlSchemaValidateDoc(validator.get(), document.get()) == 0;
    }

  private:
    std::unique_ptr<xmlSchema, decltype(&xmlSchemaFree)> schema_{nullptr, xmlSchemaFree};
};

const Schema* schema_of(const std::string& ns) {
    static const std::map<std::string, Schema> schemas = [] {
        std::map<std::string, Schema> read;
        const auto folder = tests / "../docs/schema";
        read.emplace(ns::call, folder / "jingle-muc-message.xsd");
        read.emplace(ns::call_sfu, folder / "jingle-muc-media-sfu.xsd");
        read.emplace(ns::sfu, folder / "parley-sfu.xsd");
        return read;
    }();
    const auto found = schemas.find(ns);
    return found == schemas.end() ? nullptr : &found->second;
}

/// "{any}" stands for a value that only the play knows.
xmpp::Element with_values(xmpp::Element element) {
    for (const xmpp::Attribute& attribute : std::vector(element.attributes())) {
        if (attribute.value != "{any}") continue;
        element.set_attr(attribute.name, attribute.name == "since"
                                             ? "2026-11-23T00:00:00Z"
                                             : "0f3b9c1e-6d4a-4a5e-9b1f-2f7c8a1d3e50");
    }
    for (xmpp::Node& node : element.nodes()) {
        if (node.element()) *node.element() = with_values(*node.element());
    }
    return element;
}

/// The elements of our namespaces in a tree, without those inside of them.
void collect(const xmpp::Element& tree, std::vector<const xmpp::Element*>& found) {
    if (schema_of(tree.ns())) {
        found.push_back(&tree);
        return;
    }
    for (const xmpp::Element* child : tree.elements())
        collect(*child, found);
}

/// The first element of ours that its schema does not accept; nothing where all are fine.
std::optional<std::string> fault_in(const xmpp::Element& step, size_t& checked) {
    std::vector<const xmpp::Element*> elements;
    collect(step, elements);
    for (const xmpp::Element* element : elements) {
        ++checked;
        const xmpp::Element filled = with_values(*element);
        if (!schema_of(element->ns())->accepts(filled)) return xmpp::to_xml(filled);
    }
    return std::nullopt;
}

/// A client may send a stamp of its own, which the module discards.
xmpp::Element without_stamps(xmpp::Element step) {
    for (xmpp::Node& node : step.nodes()) {
        if (!node.element()) continue;
        xmpp::Element& child = *node.element();
        if (child.ns() == ns::call || child.ns() == ns::call_sfu) {
            child.remove_attr("position");
            child.remove_attr("jid");
        }
        child = without_stamps(std::move(child));
    }
    return step;
}

bool is_malformed(const xmpp::Element& expectation) {
    return expectation.name() == "refused" &&
           xmpp::to_xml(expectation).find("<malformed-call-message") != std::string::npos;
}

/// An IQ to the SFU that it answers with a result.
bool is_taken(const xmpp::Element& said, const xmpp::Element* next) {
    const xmpp::Element* iq = said.first_child();
    if (!iq || iq->name() != "iq" || !next) return false;
    // Where the media plane is told, the answer comes after it, and there is no other than a
    // result.
    if (next->name() == "media") return true;
    return next->name() == "routed" && next->first_child()->attr("type") == "result";
}

/// Records of calls are the module's own (module/cluster), and said to nobody.
bool is_internal(const xmpp::Element& step) {
    return step.name() == "published" || step.name() == "node-lost";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(schema)

BOOST_AUTO_TEST_CASE(what_the_module_lets_through_and_says_is_valid) {
    size_t checked = 0;
    size_t malformed = 0;
    size_t malformed_by_schema = 0;
    for (const auto& entry : std::filesystem::directory_iterator(tests / "stanzas/calls")) {
        if (entry.path().extension() != ".xml") continue;
        const xmpp::Element script = read_xml_file(entry.path());
        const auto steps = script.elements();
        for (size_t i = 0; i < steps.size(); ++i) {
            if (is_internal(*steps[i]) || steps[i]->attr("match") == "part") continue;
            const bool is_said = steps[i]->name() == "says";
            const std::string outcome = i + 1 < steps.size() ? steps[i + 1]->name() : "";
            const auto fault = fault_in(is_said ? without_stamps(*steps[i]) : *steps[i], checked);
            if (is_said && outcome == "refused" && is_malformed(*steps[i + 1])) {
                ++malformed;
                malformed_by_schema += fault ? 1 : 0;
            } else if (!is_said || outcome == "broadcast" || outcome == "passed" ||
                       is_taken(*steps[i], i + 1 < steps.size() ? steps[i + 1] : nullptr)) {
                BOOST_TEST(!fault, entry.path().filename() << ": " << fault.value_or(""));
            }
        }
    }
    BOOST_TEST(checked > 400u);
    // The others have two call elements, a wrong address, or a fault in what is another schema's.
    BOOST_TEST(malformed > 20u);
    BOOST_TEST(malformed_by_schema >= 8u);
}

BOOST_AUTO_TEST_CASE(what_the_sfu_refuses_as_malformed_is_not_valid) {
    const xmpp::Element script = read_xml_file(tests / "stanzas/calls/sfu-rule-subscription.xml");
    const auto steps = script.elements();
    size_t refused = 0;
    size_t refused_by_schema = 0;
    for (size_t i = 0; i + 1 < steps.size(); ++i) {
        const bool is_said = steps[i]->name() == "says";
        if (!is_said || xmpp::to_xml(*steps[i + 1]).find("<bad-request") == std::string::npos) {
            continue;
        }
        size_t checked = 0;
        ++refused;
        refused_by_schema += fault_in(*steps[i], checked) ? 1 : 0;
    }
    BOOST_TEST(refused >= 14u);
    // The others lack a count, name no full JID, or one twice.
    BOOST_TEST(refused_by_schema == refused - 3);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::module::test
