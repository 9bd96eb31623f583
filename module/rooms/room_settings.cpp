#include "module/rooms/room_settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

namespace parley::module {

namespace {

using Field = xmpp::DataForm::Field;

constexpr std::string_view var_calls = "urn:parley:room:0#calls";
constexpr std::string_view var_permission = "urn:parley:room:0#permission";
constexpr std::string_view var_modes = "urn:parley:room:0#modes";
constexpr std::string_view var_guests = "urn:parley:room:0#guests";
constexpr std::string_view var_participants_max = "urn:parley:room:0#participants_max";

constexpr uint32_t participants_min = 2;

template <class Value>
struct Choice {
    Value value;
    std::string_view name;
    std::string_view label;
};

constexpr std::array permissions = {
    Choice<CallPermission>{CallPermission::anyone_with_voice, "anyone", "Anyone with voice"},
    Choice<CallPermission>{CallPermission::members, "members", "Members"},
    Choice<CallPermission>{CallPermission::moderators, "moderators", "Moderators"},
};

constexpr std::array modes = {
    Choice<CallModes>{CallModes::any, "any", "Both"},
    Choice<CallModes>{CallModes::mesh, "mesh", "Directly between the participants"},
    Choice<CallModes>{CallModes::sfu, "sfu", "Through the server"},
};

template <class Value, size_t count>
std::optional<Value> from_name(const std::array<Choice<Value>, count>& choices,
                               std::string_view name) {
    const auto found = std::ranges::find(choices, name, &Choice<Value>::name);
    return found == choices.end() ? std::nullopt : std::optional(found->value);
}

template <class Value, size_t count>
Field list_field(std::string_view var, std::string label,
                 const std::array<Choice<Value>, count>& choices, Value value) {
    Field field{std::string(var), "list-single", std::move(label), {}, {}, false};
    for (const Choice<Value>& choice : choices) {
        field.options.push_back({std::string(choice.label), std::string(choice.name)});
        if (choice.value == value) field.values.emplace_back(choice.name);
    }
    return field;
}

}  // namespace

std::optional<CallPermission> call_permission_from(std::string_view name) {
    return from_name(permissions, name);
}

std::optional<CallModes> call_modes_from(std::string_view name) {
    return from_name(modes, name);
}

bool allows(const RoomSettings& settings, Mode mode) {
    if (!settings.calls_allowed) return false;
    if (settings.modes == CallModes::any) return true;
    return (settings.modes == CallModes::sfu) == (mode == Mode::sfu);
}

std::vector<xmpp::Element> room_fields(const RoomSettings& defaults, const RoomChoices& choices) {
    const uint32_t participants_max = choices.participants_max;
    xmpp::DataForm form;
    form.add({{}, "fixed", {}, {"Group calls"}, {}, false});
    form.add({std::string(var_calls),
              "boolean",
              "Allow calls in this room, while it is members-only and shows real addresses",
              {defaults.calls_allowed ? "1" : "0"},
              {},
              false});
    form.add(
        list_field(var_permission, "Who may take part in calls", permissions, defaults.permission));
    if (choices.has_sfu)
        form.add(list_field(var_modes, "How calls are carried", modes, defaults.modes));
    if (choices.has_sfu && choices.guests_allowed) {
        form.add({std::string(var_guests),
                  "boolean",
                  "Let anybody who knows the id of a call take part in it, through the server, "
                  "without being in the room",
                  {defaults.guests ? "1" : "0"},
                  {},
                  false});
    }
    const uint32_t most = std::min(defaults.participants_max, participants_max);
    form.add({std::string(var_participants_max),
              "text-single",
              "Most participants of a call (" + std::to_string(participants_min) + " to " +
                  std::to_string(participants_max) + ")",
              {std::to_string(most)},
              {},
              false});
    std::vector<xmpp::Element> fields;
    const xmpp::Element x = form.to_element();
    for (const xmpp::Element* field : x.elements())
        fields.push_back(*field);
    return fields;
}

xmpp::Result<RoomSettings> read_room_settings(const xmpp::Element& values,
                                              const RoomSettings& defaults,
                                              uint32_t participants_max) {
    const auto form = xmpp::DataForm::parse(values);
    if (!form) return tl::unexpected(form.error());
    RoomSettings settings = defaults;
    settings.calls_allowed = form->boolean(var_calls, defaults.calls_allowed);
    settings.permission =
        call_permission_from(form->value(var_permission)).value_or(defaults.permission);
    settings.modes = call_modes_from(form->value(var_modes)).value_or(defaults.modes);
    settings.guests = form->boolean(var_guests, defaults.guests);
    if (form->field(var_participants_max)) {
        const std::string_view text = form->value(var_participants_max);
        uint32_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc{} || end != text.data() + text.size() || number < participants_min ||
            number > participants_max) {
            return tl::unexpected(
                xmpp::Error{"A call may have from " + std::to_string(participants_min) + " to " +
                            std::to_string(participants_max) + " participants on this server."});
        }
        settings.participants_max = number;
    }
    return settings;
}

}  // namespace parley::module
