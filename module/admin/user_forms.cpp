#include "module/admin/user_forms.hpp"

#include <array>
#include <charconv>

#include "module/admin/fields.hpp"

namespace parley::module {

namespace {

using Field = xmpp::DataForm::Field;

struct Duration {
    std::string_view label;
    std::string_view seconds;
};

constexpr std::array durations = {
    Duration{"an hour", "3600"},          Duration{"a day", "86400"},
    Duration{"a week", "604800"},         Duration{"30 days", "2592000"},
    Duration{"until allowed again", "0"},
};

constexpr int64_t duration_s_max = int64_t{10} * 366 * 86'400;

std::string until_of(const ForbiddenUsers::Entry& entry) {
    return entry.until ? to_xmpp_datetime(*entry.until) : "";
}

}  // namespace

xmpp::DataForm forbid_form(const AdminCommand& command) {
    xmpp::DataForm form = form_of(command, xmpp::DataForm::Type::form);
    form.add({"user", "jid-single", "User", {}, {}, true});
    Field duration{"duration", "list-single", "For", {std::string(durations[0].seconds)}, {}, true};
    for (const Duration& offered : durations) {
        duration.options.push_back({std::string(offered.label), std::string(offered.seconds)});
    }
    form.add(std::move(duration));
    form.add({"reason", "text-single", "Why (only administrators see it)", {}, {}, false});
    return form;
}

std::optional<std::chrono::seconds> duration_from(std::string_view text) {
    if (text.empty()) text = durations[0].seconds;
    int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (seconds < 0 || seconds > duration_s_max) return std::nullopt;
    return std::chrono::seconds(seconds);
}

std::string bounded_reason(std::string reason) {
    if (reason.size() <= forbid_reason_octets_max) return reason;
    size_t end = forbid_reason_octets_max;
    while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xC0) == 0x80)
        --end;
    reason.resize(end);
    return reason;
}

xmpp::DataForm allow_form(const AdminCommand& command, const ForbiddenUserList& users) {
    xmpp::DataForm form = form_of(command, xmpp::DataForm::Type::form);
    const bool is_choice = users.size() <= users_offered_max;
    Field field{"user", is_choice ? "list-single" : "jid-single", "User", {}, {}, true};
    for (const auto& [user, entry] : users) {
        if (!is_choice) break;
        const std::string until = entry.until ? " (until " + until_of(entry) + ")" : "";
        field.options.push_back({user.to_string() + until, user.to_string()});
    }
    form.add(std::move(field));
    return form;
}

xmpp::DataForm forbidden_users_table(const AdminCommand& command, const ForbiddenUserList& users) {
    xmpp::DataForm form = form_of(command, xmpp::DataForm::Type::result);
    form.reported = {column("user", "jid-single", "User"), column("until", "text-single", "Until"),
                     column("by", "jid-single", "Forbidden by"),
                     column("reason", "text-single", "Why")};
    RowBudget budget;
    for (const auto& [user, entry] : users) {
        std::vector<Field> row = {cell("user", user.to_string()), cell("until", until_of(entry)),
                                  cell("by", entry.by), cell("reason", entry.reason)};
        if (!budget.takes(row)) break;
        form.items.push_back(std::move(row));
    }
    return form;
}

}  // namespace parley::module
