#include "hosts/server/routing/entity_capabilities.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <vector>

#include "hosts/server/routing/digests.hpp"
#include "xmpp/namespaces.hpp"

namespace parley::server {

using xmpp::Element;
namespace ns = xmpp::ns;

namespace {

/// Each with a '<' behind it, in the order of their octets.
std::string sorted(std::vector<std::string> texts) {
    std::sort(texts.begin(), texts.end());
    std::string all;
    for (const auto& text : texts)
        all += text + "<";
    return all;
}

std::string values(const Element& field) {
    std::vector<std::string> texts;
    for (const Element* child : field.elements()) {
        if (child->is("value", ns::data_form)) texts.push_back(child->text());
    }
    return sorted(std::move(texts));
}

/// A form, by what sorts it. Without a FORM_TYPE of type hidden it does not count (s5.4).
void add_form(const Element& form, std::map<std::string, std::string>& forms) {
    std::optional<std::string> type;
    std::map<std::string, std::string> fields;
    for (const Element* field : form.elements()) {
        if (!field->is("field", ns::data_form)) continue;
        if (field->attr("var") != "FORM_TYPE") {
            fields.emplace(field->attr("var"), values(*field));
        } else if (field->attr("type") == "hidden") {
            type = values(*field);
        }
    }
    if (!type) return;
    std::string& text = forms[*type];
    text = *type;
    for (const auto& [name, all] : fields)
        text += name + "<" + all;
}

}  // namespace

std::string verification_string(const Element& query) {
    std::vector<std::array<std::string, 4>> identities;
    std::vector<std::string> features;
    std::map<std::string, std::string> forms;
    for (const Element* child : query.elements()) {
        const auto attr = [&](std::string_view name) { return std::string(child->attr(name)); };
        if (child->is("identity", ns::disco_info)) {
            identities.push_back({attr("category"), attr("type"),
                                  std::string(child->attr_ns("lang", ns::xml)), attr("name")});
        } else if (child->is("feature", ns::disco_info)) {
            features.push_back(attr("var"));
        } else if (child->is("x", ns::data_form)) {
            add_form(*child, forms);
        }
    }
    std::sort(identities.begin(), identities.end());
    std::string text;
    for (const auto& [category, type, lang, name] : identities)
        text += category + "/" + type + "/" + lang + "/" + name + "<";
    text += sorted(std::move(features));
    for (const auto& [type, form] : forms)
        text += form;
    return sha1_base64(text);
}

}  // namespace parley::server
