#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "xmpp/data_form.hpp"
#include "xmpp/element.hpp"
#include "xmpp/result.hpp"

namespace parley::binding {

/// The module's fields of rooms' configuration forms (xsm/room_config.h), and what owners make of
/// them. A room's values are one <x xmlns='jabber:x:data' type='submit'/>, which hosts keep as
/// text; empty text stands for the defaults, and so does any that cannot be read. Pure.
class RoomConfigFields {
  public:
    static constexpr size_t fields_max = 64;
    static constexpr size_t value_octets_max = 1'024;

    RoomConfigFields() = default;

    /// Reads <field/> elements in a row; nothing where they break the contract of set_fields.
    static std::optional<RoomConfigFields> parse(std::string_view fields_xml);

    bool empty() const { return fields_.empty(); }

    /// For an owner's form: the fields with the room's values.
    std::vector<xmpp::Element> form(std::string_view values_xml) const;

    /// The room's values once an owner has submitted the form; nothing where it has none of the
    /// fields. The error says which value cannot be, and is the owner's to read.
    xmpp::Result<std::optional<xmpp::Element>> submit(std::string_view values_xml,
                                                      const xmpp::Element& form) const;

  private:
    using Field = xmpp::DataForm::Field;

    std::vector<Field> with_values(std::string_view values_xml) const;

    std::vector<Field> fields_;
};

}  // namespace parley::binding
