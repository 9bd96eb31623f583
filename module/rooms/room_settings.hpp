#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "module/calls/call_message.hpp"
#include "xmpp/data_form.hpp"
#include "xmpp/element.hpp"
#include "xmpp/result.hpp"

/// What owners set about the calls of their room, in the room's configuration form. Pure.
namespace parley::module {

/// Who may take part in calls, beyond having voice.
enum class CallPermission : uint8_t { anyone_with_voice, members, moderators };

/// Which modes a new call may have.
enum class CallModes : uint8_t { any, mesh, sfu };

std::optional<CallPermission> call_permission_from(std::string_view name);
std::optional<CallModes> call_modes_from(std::string_view name);

struct RoomSettings {
    bool calls_allowed = true;
    CallPermission permission = CallPermission::members;
    CallModes modes = CallModes::any;
    uint32_t participants_max = UINT32_MAX;  ///< the server's own limit holds, too
    bool guests = false;  ///< who is not in the room may take part by the id of an SFU call
    bool operator==(const RoomSettings&) const = default;
};

bool allows(const RoomSettings& settings, Mode mode);

/// What the server leaves to a room's owners.
struct RoomChoices {
    bool has_sfu = false;           ///< without one there is no choice of modes
    bool guests_allowed = false;    ///< without it there is no such field
    uint32_t participants_max = 0;  ///< the server's limit
};

/// The fields an owner sees, with the defaults.
std::vector<xmpp::Element> room_fields(const RoomSettings& defaults, const RoomChoices& choices);

/// Reads the values of room_fields' fields; those that are missing are `defaults`. The error is the
/// owner's to read.
xmpp::Result<RoomSettings> read_room_settings(const xmpp::Element& values,
                                              const RoomSettings& defaults,
                                              uint32_t participants_max);

}  // namespace parley::module
