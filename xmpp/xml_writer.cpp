#include <string>
#include <string_view>

#include "xmpp/namespaces.hpp"
#include "xmpp/xml.hpp"

namespace parley::xmpp {

namespace {

enum class Place { text, attribute };

/// XML 1.0 s2.4, s3.3.3: a parser would change line ends and tabs in attributes, and \r anywhere,
/// were they not character references. Characters that XML cannot carry become U+FFFD.
std::string_view replacement(char c, Place place) {
    switch (c) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '\'':
            return place == Place::attribute ? "&apos;" : "";
        case '"':
            return place == Place::attribute ? "&quot;" : "";
        case '\r':
            return "&#xD;";
        case '\n':
            return place == Place::attribute ? "&#xA;" : "";
        case '\t':
            return place == Place::attribute ? "&#x9;" : "";
        default:
            return static_cast<unsigned char>(c) < 0x20 ? "\xEF\xBF\xBD" : "";
    }
}

void append_escaped(std::string& out, std::string_view text, Place place) {
    size_t plain_from = 0;
    for (size_t i = 0; i < text.size(); ++i) {
        const std::string_view with = replacement(text[i], place);
        if (with.empty()) continue;
        out.append(text, plain_from, i - plain_from);
        out += with;
        plain_from = i + 1;
    }
    out.append(text, plain_from);
}

void append_attribute(std::string& out, std::string_view name, std::string_view value) {
    out += ' ';
    out += name;
    out += "='";
    append_escaped(out, value, Place::attribute);
    out += '\'';
}

void append_attributes(std::string& out, const Element& element) {
    size_t prefixes = 0;
    for (const Attribute& attribute : element.attributes()) {
        if (attribute.ns.empty()) {
            append_attribute(out, attribute.name, attribute.value);
        } else if (attribute.ns == ns::xml) {
            append_attribute(out, "xml:" + attribute.name, attribute.value);
        } else {
            // One prefix for each attribute: attributes in namespaces of their own are rare.
            const std::string prefix = "a" + std::to_string(++prefixes);
            append_attribute(out, "xmlns:" + prefix, attribute.ns);
            append_attribute(out, prefix + ":" + attribute.name, attribute.value);
        }
    }
}

void append_element(std::string& out, const Element& element, std::string_view outer_ns) {
    out += '<';
    out += element.name();
    if (element.ns() != outer_ns) append_attribute(out, "xmlns", element.ns());
    append_attributes(out, element);
    if (element.nodes().empty()) {
        out += "/>";
        return;
    }
    out += '>';
    for (const Node& node : element.nodes()) {
        if (const std::string* text = node.text()) {
            append_escaped(out, *text, Place::text);
        } else {
            append_element(out, *node.element(), element.ns());
        }
    }
    out += "</";
    out += element.name();
    out += '>';
}

}  // namespace

std::string to_xml(const Element& element, std::string_view outer_ns) {
    std::string out;
    out.reserve(512);
    append_element(out, element, outer_ns);
    return out;
}

std::string escape_xml(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    append_escaped(out, text, Place::attribute);
    return out;
}

}  // namespace parley::xmpp
