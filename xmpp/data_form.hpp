#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "xmpp/element.hpp"
#include "xmpp/result.hpp"

namespace parley::xmpp {

/// A data form (XEP-0004).
struct DataForm {
    enum class Type : uint8_t { form, submit, cancel, result };

    struct Option {
        std::string label;
        std::string value;
        bool operator==(const Option&) const = default;
    };

    struct Field {
        std::string var;
        std::string
            type;  ///< "boolean", "fixed", "hidden", "jid-multi", "jid-single", "list-multi",
                   ///< "list-single", "text-multi", "text-private", "text-single", or empty
        std::string label;
        std::vector<std::string> values;
        std::vector<Option> options;
        bool required = false;
        bool operator==(const Field&) const = default;
    };

    Type type = Type::form;
    std::string title;
    std::vector<std::string> instructions;
    std::vector<Field> fields;
    std::vector<Field> reported;            ///< columns of a multi-item result
    std::vector<std::vector<Field>> items;  ///< rows of a multi-item result

    /// Reads <x xmlns='jabber:x:data'/>; at most 1024 fields.
    static Result<DataForm> parse(const Element& x);
    Element to_element() const;

    /// The field of that name, or null. Borrowed.
    const Field* field(std::string_view var) const;
    /// The first value of that field, or an empty view.
    std::string_view value(std::string_view var) const;
    /// XEP-0004 boolean: "1" or "true"; `fallback` where the field is missing.
    bool boolean(std::string_view var, bool fallback) const;

    /// The FORM_TYPE (XEP-0068), or an empty view.
    std::string_view form_type() const { return value("FORM_TYPE"); }

    /// Appends a field; for writing forms in a line each.
    DataForm& add(Field field);
};

}  // namespace parley::xmpp
