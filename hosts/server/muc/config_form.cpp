#include "hosts/server/muc/config_form.hpp"

#include <array>
#include <charconv>

namespace parley::server::muc {
namespace {

constexpr std::string_view form_type = "http://jabber.org/protocol/muc#roomconfig";

struct BooleanField {
    std::string_view var;
    std::string_view label;
    bool RoomConfig::*value;
};

constexpr std::array boolean_fields = {
    BooleanField{"muc#roomconfig_persistentroom", "Keep the room when the last occupant leaves",
                 &RoomConfig::persistent},
    BooleanField{"muc#roomconfig_publicroom", "List the room publicly",
                 &RoomConfig::publicly_listed},
    BooleanField{"muc#roomconfig_membersonly", "Only members may enter", &RoomConfig::members_only},
    BooleanField{"muc#roomconfig_moderatedroom", "Newcomers need to be given voice",
                 &RoomConfig::moderated},
    BooleanField{"muc#roomconfig_allowinvites", "Occupants may invite others",
                 &RoomConfig::allow_invites},
    BooleanField{"muc#roomconfig_changesubject", "Participants may change the subject",
                 &RoomConfig::change_subject},
};

struct PrivateMessagesName {
    std::string_view value;
    std::string_view label;
    PrivateMessages allowed;
};

constexpr std::array private_messages_names = {
    PrivateMessagesName{"anyone", "Anyone", PrivateMessages::anyone},
    PrivateMessagesName{"participants", "Anyone with voice", PrivateMessages::participants},
    PrivateMessagesName{"moderators", "Moderators only", PrivateMessages::moderators},
    PrivateMessagesName{"none", "Nobody", PrivateMessages::none},
};

constexpr std::string_view var_title = "muc#roomconfig_roomname";
constexpr std::string_view var_description = "muc#roomconfig_roomdesc";
constexpr std::string_view var_whois = "muc#roomconfig_whois";
constexpr std::string_view var_protected = "muc#roomconfig_passwordprotectedroom";
constexpr std::string_view var_password = "muc#roomconfig_roomsecret";
constexpr std::string_view var_occupants_max = "muc#roomconfig_maxusers";
constexpr std::string_view var_private_messages = "muc#roomconfig_allowpm";
constexpr std::string_view var_history = "muc#roomconfig_historylength";
constexpr std::string_view var_history_fetch = "muc#maxhistoryfetch";

void add(xmpp::DataForm& form, std::string_view var, std::string_view type, std::string_view label,
         std::string value, std::vector<xmpp::DataForm::Option> options = {}) {
    xmpp::DataForm::Field field;
    field.var = var;
    field.type = type;
    field.label = label;
    field.values.push_back(std::move(value));
    field.options = std::move(options);
    form.add(std::move(field));
}

xmpp::Result<size_t> number(std::string_view text, std::string_view var) {
    size_t value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc{} || end != text.data() + text.size() || text.empty())
        return tl::unexpected(xmpp::Error{std::string(var) + " must be a number"});
    return value;
}

xmpp::Result<void> take_text(const xmpp::DataForm& form, std::string_view var, size_t octets_max,
                             std::string& target) {
    if (form.field(var) == nullptr) return {};
    const std::string_view value = form.value(var);
    if (value.size() > octets_max)
        return tl::unexpected(xmpp::Error{std::string(var) + " may have at most " +
                                          std::to_string(octets_max) + " octets"});
    target = value;
    return {};
}

xmpp::Result<void> take_password(const xmpp::DataForm& form, const MucLimits& limits,
                                 RoomConfig& config) {
    const bool is_protected = form.boolean(var_protected, !config.password.empty());
    if (!is_protected) {
        config.password.clear();
        return {};
    }
    if (auto taken = take_text(form, var_password, limits.password_octets_max, config.password);
        !taken)
        return taken;
    if (config.password.empty())
        return tl::unexpected(xmpp::Error{"A room protected by a password needs a password"});
    return {};
}

xmpp::Result<void> take_numbers(const xmpp::DataForm& form, const MucLimits& limits,
                                RoomConfig& config) {
    if (form.field(var_occupants_max) != nullptr) {
        const std::string_view text = form.value(var_occupants_max);
        const auto value = text.empty() || text == "none" ? xmpp::Result<size_t>(0)
                                                          : number(text, var_occupants_max);
        if (!value) return tl::unexpected(value.error());
        if (*value > limits.occupants_per_room_max)
            return tl::unexpected(xmpp::Error{"At most " +
                                              std::to_string(limits.occupants_per_room_max) +
                                              " occupants are possible in a room of this service"});
        config.occupants_max = *value;
    }
    for (const std::string_view var : {var_history, var_history_fetch}) {
        if (form.field(var) == nullptr || form.value(var).empty()) continue;
        const auto value = number(form.value(var), var);
        if (!value) return tl::unexpected(value.error());
        config.history_messages = std::min(*value, limits.history_messages_max);
    }
    return {};
}

xmpp::Result<void> take_choices(const xmpp::DataForm& form, RoomConfig& config) {
    if (form.field(var_whois) != nullptr) {
        const std::string_view whois = form.value(var_whois);
        if (whois != "anyone" && whois != "moderators")
            return tl::unexpected(
                xmpp::Error{"muc#roomconfig_whois must be 'anyone' or 'moderators'"});
        config.non_anonymous = whois == "anyone";
    }
    if (form.field(var_private_messages) != nullptr) {
        const std::string_view wanted = form.value(var_private_messages);
        for (const auto& [value, label, allowed] : private_messages_names) {
            if (value != wanted) continue;
            config.private_messages = allowed;
            return {};
        }
        return tl::unexpected(xmpp::Error{
            "muc#roomconfig_allowpm must be 'anyone', 'participants', 'moderators' or 'none'"});
    }
    return {};
}

}  // namespace

xmpp::DataForm config_form(const RoomConfig& config, const MucLimits& limits) {
    xmpp::DataForm form;
    form.type = xmpp::DataForm::Type::form;
    form.title = "Configuration of the room";
    form.instructions = {"Only owners of the room may change this."};
    add(form, "FORM_TYPE", "hidden", "", std::string(form_type));
    add(form, var_title, "text-single", "Name", config.title);
    add(form, var_description, "text-single", "Description", config.description);
    for (const BooleanField& field : boolean_fields)
        add(form, field.var, "boolean", field.label, config.*field.value ? "1" : "0");
    add(form, var_whois, "list-single", "Who sees the real addresses of occupants",
        config.non_anonymous ? "anyone" : "moderators",
        {{"Moderators only", "moderators"}, {"Anyone", "anyone"}});
    std::vector<xmpp::DataForm::Option> choices;
    std::string chosen;
    for (const auto& [value, label, allowed] : private_messages_names) {
        choices.push_back({std::string(label), std::string(value)});
        if (allowed == config.private_messages) chosen = value;
    }
    add(form, var_private_messages, "list-single", "Who may send private messages", chosen,
        choices);
    add(form, var_protected, "boolean", "Ask for a password", config.password.empty() ? "0" : "1");
    add(form, var_password, "text-private", "Password", config.password);
    add(form, var_occupants_max, "text-single",
        "Occupants at most (up to " + std::to_string(limits.occupants_per_room_max) + ")",
        config.occupants_max == 0 ? std::to_string(limits.occupants_per_room_max)
                                  : std::to_string(config.occupants_max));
    add(form, var_history, "text-single",
        "Messages shown to newcomers (up to " + std::to_string(limits.history_messages_max) + ")",
        std::to_string(config.history_messages));
    return form;
}

xmpp::Result<RoomConfig> apply_config_form(const xmpp::DataForm& form, const RoomConfig& current,
                                           const MucLimits& limits) {
    if (!form.form_type().empty() && form.form_type() != form_type)
        return tl::unexpected(xmpp::Error{"The form is not one of " + std::string(form_type)});
    RoomConfig config = current;
    for (const BooleanField& field : boolean_fields)
        config.*field.value = form.boolean(field.var, config.*field.value);
    auto taken = take_text(form, var_title, limits.title_octets_max, config.title);
    if (taken)
        taken = take_text(form, var_description, limits.description_octets_max, config.description);
    if (taken) taken = take_password(form, limits, config);
    if (taken) taken = take_numbers(form, limits, config);
    if (taken) taken = take_choices(form, config);
    if (!taken) return tl::unexpected(taken.error());
    return config;
}

}  // namespace parley::server::muc
