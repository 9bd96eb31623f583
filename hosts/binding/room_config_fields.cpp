#include "hosts/binding/room_config_fields.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "xmpp/namespaces.hpp"
#include "xmpp/xml.hpp"

namespace parley::binding {

namespace {

using xmpp::DataForm;
using xmpp::Element;
using Field = DataForm::Field;

constexpr std::array<std::string_view, 4> types = {"boolean", "list-single", "text-single",
                                                   "fixed"};

bool is_option(const Field& field, std::string_view value) {
    return std::ranges::find(field.options, value, &DataForm::Option::value) != field.options.end();
}

bool is_boolean(std::string_view value) {
    return value == "0" || value == "1" || value == "true" || value == "false";
}

bool may_be(const Field& field, std::string_view value) {
    if (field.type == "boolean") return is_boolean(value);
    if (field.type == "list-single") return is_option(field, value);
    return value.size() <= RoomConfigFields::value_octets_max;
}

/// XEP-0004 s3.3 has two spellings of each boolean; values have one.
std::string normalised(const Field& field, std::string value) {
    if (field.type != "boolean") return value;
    return value == "1" || value == "true" ? "1" : "0";
}

bool is_sound(const Field& field) {
    if (std::ranges::find(types, field.type) == types.end()) return false;
    if (field.var == "FORM_TYPE" || field.var.starts_with("muc#")) return false;
    return field.type == "fixed" ||
           (!field.var.empty() && field.values.size() == 1 && may_be(field, field.values.front()));
}

std::optional<DataForm> read_form(const std::string& xml) {
    const auto element = xmpp::parse_xml(xml);
    if (!element) return std::nullopt;
    auto form = DataForm::parse(*element);
    if (!form || form->fields.size() != element->elements().size()) return std::nullopt;
    return std::move(*form);
}

}  // namespace

std::optional<RoomConfigFields> RoomConfigFields::parse(std::string_view fields_xml) {
    auto form = read_form("<x xmlns='" + std::string(xmpp::ns::data_form) + "' type='form'>" +
                          std::string(fields_xml) + "</x>");
    if (!form || form->fields.size() > fields_max) return std::nullopt;
    std::set<std::string_view> vars;
    for (const Field& field : form->fields) {
        if (!is_sound(field)) return std::nullopt;
        if (!field.var.empty() && !vars.insert(field.var).second) return std::nullopt;
    }
    RoomConfigFields fields;
    fields.fields_ = std::move(form->fields);
    return fields;
}

std::vector<Element> RoomConfigFields::form(std::string_view values_xml) const {
    DataForm form;
    form.fields = with_values(values_xml);
    std::vector<Element> elements;
    const Element x = form.to_element();
    for (const Element* child : x.elements())
        elements.push_back(*child);
    return elements;
}

xmpp::Result<std::optional<Element>> RoomConfigFields::submit(std::string_view values_xml,
                                                              const Element& form) const {
    const auto submitted = DataForm::parse(form);
    if (!submitted) return tl::unexpected(submitted.error());
    bool has_any = false;
    DataForm values;
    values.type = DataForm::Type::submit;
    for (Field& field : with_values(values_xml)) {
        if (field.type == "fixed") continue;
        if (const Field* sent = submitted->field(field.var)) {
            has_any = true;
            const std::string value(submitted->value(field.var));
            if (sent->values.size() > 1 || !may_be(field, value)) {
                return tl::unexpected(xmpp::Error{"The room's setting " + field.var + " (" +
                                                  field.label + ") cannot have this value."});
            }
            field.values = {normalised(field, value)};
        }
        values.add(Field{field.var, {}, {}, std::move(field.values), {}, false});
    }
    if (!has_any) return std::optional<Element>();
    return std::optional(values.to_element());
}

/// A value that the field cannot have any more is the default again.
std::vector<Field> RoomConfigFields::with_values(std::string_view values_xml) const {
    std::vector<Field> fields = fields_;
    const auto values = read_form(std::string(values_xml));
    for (Field& field : fields) {
        if (field.type == "fixed") continue;
        const Field* kept = values ? values->field(field.var) : nullptr;
        const bool is_usable =
            kept && kept->values.size() == 1 && may_be(field, kept->values.front());
        field.values = {normalised(field, (is_usable ? *kept : field).values.front())};
    }
    return fields;
}

}  // namespace parley::binding
