#include "tests/unit/module/match.hpp"

#include <algorithm>

#include "xmpp/xml.hpp"

namespace parley::module::test {

namespace {

constexpr std::string_view any = "{any}";

std::string trimmed(const std::string& text) {
    const char* space = " \n\r\t";
    const size_t begin = text.find_first_not_of(space);
    if (begin == std::string::npos) return {};
    return text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

bool same_text(std::string_view expected, std::string_view actual) {
    return expected == any ? !actual.empty() : expected == actual;
}

std::optional<std::string> attribute_mismatch(const xmpp::Element& expected,
                                              const xmpp::Element& actual, Match match) {
    for (const xmpp::Attribute& attribute : expected.attributes()) {
        if (!actual.has_attr(attribute.name)) return "lacks attribute " + attribute.name;
        if (!same_text(attribute.value, actual.attr(attribute.name))) {
            return attribute.name + " is '" + std::string(actual.attr(attribute.name)) +
                   "' instead of '" + attribute.value + "'";
        }
    }
    if (match == Match::part) return std::nullopt;
    for (const xmpp::Attribute& attribute : actual.attributes()) {
        if (!expected.has_attr(attribute.name)) return "has attribute " + attribute.name;
    }
    return std::nullopt;
}

std::optional<std::string> child_mismatch(const xmpp::Element& expected,
                                          const xmpp::Element& actual, Match match) {
    const auto wanted = expected.elements();
    const auto got = actual.elements();
    if (match == Match::whole && wanted.size() != got.size()) {
        return "has " + std::to_string(got.size()) + " children instead of " +
               std::to_string(wanted.size());
    }
    auto next = got.begin();
    for (const xmpp::Element* child : wanted) {
        std::optional<std::string> last;
        const auto found = std::find_if(next, got.end(), [&](const xmpp::Element* candidate) {
            last = mismatch(*child, *candidate, match);
            return !last || match == Match::whole;
        });
        if (found == got.end()) return "has no matching " + child->name();
        if (last) return last;
        next = found + 1;
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> mismatch(const xmpp::Element& expected, const xmpp::Element& actual,
                                    Match match) {
    const auto at = [&](const std::string& what) { return expected.name() + ": " + what; };
    if (!actual.is(expected.name(), expected.ns())) return at("is " + xmpp::to_xml(actual));
    if (const auto wrong = attribute_mismatch(expected, actual, match)) return at(*wrong);
    if (const auto wrong = child_mismatch(expected, actual, match)) return at(*wrong);
    const std::string text = trimmed(expected.text());
    if (text.empty() && match == Match::part) return std::nullopt;
    if (!same_text(text, trimmed(actual.text()))) return at("says '" + actual.text() + "'");
    return std::nullopt;
}

}  // namespace parley::module::test
