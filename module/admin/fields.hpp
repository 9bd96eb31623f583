#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "module/admin/commands.hpp"

/// The parts of which the forms of commands are made.
namespace parley::module {

inline xmpp::DataForm form_of(const AdminCommand& command, xmpp::DataForm::Type type) {
    xmpp::DataForm form;
    form.type = type;
    form.title = command.name;
    form.add({"FORM_TYPE", "hidden", {}, {std::string(command.node)}, {}, false});
    return form;
}

inline xmpp::DataForm::Field column(std::string var, std::string type, std::string label) {
    return {std::move(var), std::move(type), std::move(label), {}, {}, false};
}

inline xmpp::DataForm::Field cell(std::string var, std::vector<std::string> values) {
    return {std::move(var), {}, {}, std::move(values), {}, false};
}

inline xmpp::DataForm::Field cell(std::string var, std::string value) {
    return cell(std::move(var), std::vector{std::move(value)});
}

inline xmpp::DataForm::Field shown(std::string var, std::string type, std::string label,
                                   std::string value) {
    return {std::move(var), std::move(type), std::move(label), {std::move(value)}, {}, false};
}

/// How many rows one answer has room for: hosts read it within xmpp::XmlLimits, of whose nodes and
/// octets this leaves a part to what stands around the rows.
class RowBudget {
  public:
    /// False where there is no room for this row. The first one is always taken.
    bool takes(const std::vector<xmpp::DataForm::Field>& row) {
        size_t nodes = 1;
        size_t octets = 20;
        for (const auto& field : row) {
            nodes += 1 + 2 * field.values.size();
            octets += 40 + field.var.size();
            for (const std::string& value : field.values)
                octets += 20 + octets_as_xml(value);
        }
        const bool is_first = nodes_ == 0;
        nodes_ += nodes;
        octets_ += octets;
        return is_first || (nodes_ <= nodes_max && octets_ <= octets_max);
    }

  private:
    static size_t octets_as_xml(std::string_view text) {
        size_t octets = text.size();
        for (const char c : text)
            octets += std::string_view("&<>'\"").find(c) != std::string_view::npos ? 5 : 0;
        return octets;
    }

    static constexpr size_t nodes_max = 7'000;
    static constexpr size_t octets_max = size_t{240} * 1024;

    size_t nodes_ = 0;
    size_t octets_ = 0;
};

/// What to say of a table that shows fewer rows than there are; nothing where it shows all.
inline std::string note_of_rows(const xmpp::DataForm& table, size_t rows) {
    if (table.items.size() >= rows) return {};
    return "These are the first " + std::to_string(table.items.size()) + " of " +
           std::to_string(rows) + ": the answer has no room for more.";
}

}  // namespace parley::module
