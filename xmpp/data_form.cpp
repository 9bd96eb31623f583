#include "xmpp/data_form.hpp"

#include <array>
#include <utility>

#include "xmpp/namespaces.hpp"

namespace parley::xmpp {

namespace {

constexpr size_t fields_max = 1024;
constexpr std::array<std::string_view, 4> types = {"form", "submit", "cancel", "result"};

/// Reads fields and counts them against fields_max.
class Reader {
  public:
    Result<std::vector<DataForm::Field>> fields_of(const Element& parent) {
        std::vector<DataForm::Field> fields;
        for (const Element* child : parent.elements()) {
            if (!child->is("field", ns::data_form)) continue;
            if (++count_ > fields_max) {
                return tl::unexpected(Error{"a data form has more than 1024 fields"});
            }
            fields.push_back(field_of(*child));
        }
        return fields;
    }

  private:
    static DataForm::Field field_of(const Element& element) {
        DataForm::Field field;
        field.var = element.attr("var");
        field.type = element.attr("type");
        field.label = element.attr("label");
        for (const Element* child : element.elements()) {
            if (child->is("value", ns::data_form)) {
                field.values.push_back(child->text());
            } else if (child->is("required", ns::data_form)) {
                field.required = true;
            } else if (child->is("option", ns::data_form)) {
                const Element* value = child->child("value", ns::data_form);
                field.options.push_back(
                    {std::string(child->attr("label")), value ? value->text() : std::string()});
            }
        }
        return field;
    }

    size_t count_ = 0;
};

void add_field(Element& parent, const DataForm::Field& field) {
    Element& element = parent.add("field");
    if (!field.var.empty()) element.set_attr("var", field.var);
    if (!field.type.empty()) element.set_attr("type", field.type);
    if (!field.label.empty()) element.set_attr("label", field.label);
    if (field.required) element.add("required");
    for (const std::string& value : field.values)
        element.add("value").add_text(value);
    for (const DataForm::Option& option : field.options) {
        Element& child = element.add("option");
        if (!option.label.empty()) child.set_attr("label", option.label);
        child.add("value").add_text(option.value);
    }
}

}  // namespace

Result<DataForm> DataForm::parse(const Element& x) {
    if (!x.is("x", ns::data_form)) {
        return tl::unexpected(Error{"not a data form: expected <x xmlns='jabber:x:data'/>"});
    }
    DataForm form;
    size_t type = 0;
    while (type < types.size() && types[type] != x.attr("type"))
        ++type;
    if (type == types.size()) {
        return tl::unexpected(
            Error{"a data form's type must be 'form', 'submit', 'cancel' or 'result'"});
    }
    form.type = static_cast<Type>(type);

    Reader reader;
    auto fields = reader.fields_of(x);
    if (!fields) return tl::unexpected(fields.error());
    form.fields = std::move(*fields);
    for (const Element* child : x.elements()) {
        if (child->is("title", ns::data_form)) {
            form.title = child->text();
        } else if (child->is("instructions", ns::data_form)) {
            form.instructions.push_back(child->text());
        } else if (child->is("reported", ns::data_form) || child->is("item", ns::data_form)) {
            auto row = reader.fields_of(*child);
            if (!row) return tl::unexpected(row.error());
            if (child->name() == "item") {
                form.items.push_back(std::move(*row));
            } else {
                form.reported = std::move(*row);
            }
        }
    }
    return form;
}

Element DataForm::to_element() const {
    Element x("x", ns::data_form);
    x.set_attr("type", types[static_cast<size_t>(type)]);
    if (!title.empty()) x.add("title").add_text(title);
    for (const std::string& line : instructions)
        x.add("instructions").add_text(line);
    for (const Field& field : fields)
        add_field(x, field);
    if (!reported.empty()) {
        Element& columns = x.add("reported");
        for (const Field& field : reported)
            add_field(columns, field);
    }
    for (const std::vector<Field>& item : items) {
        Element& row = x.add("item");
        for (const Field& field : item)
            add_field(row, field);
    }
    return x;
}

const DataForm::Field* DataForm::field(std::string_view var) const {
    for (const Field& field : fields) {
        if (field.var == var) return &field;
    }
    return nullptr;
}

std::string_view DataForm::value(std::string_view var) const {
    const Field* found = field(var);
    return found == nullptr || found->values.empty() ? std::string_view{} : found->values.front();
}

bool DataForm::boolean(std::string_view var, bool fallback) const {
    if (field(var) == nullptr) return fallback;
    const std::string_view text = value(var);
    return text == "1" || text == "true";
}

DataForm& DataForm::add(Field field) {
    fields.push_back(std::move(field));
    return *this;
}

}  // namespace parley::xmpp
