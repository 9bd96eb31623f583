#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "xmpp/jid.hpp"

namespace parley::server::muc {

using TimePoint = std::chrono::system_clock::time_point;

/// XEP-0045 s5.2, ordered so that a higher one may do more.
enum class Affiliation : uint8_t { outcast, none, member, admin, owner };

/// XEP-0045 s5.1, ordered likewise.
enum class Role : uint8_t { none, visitor, participant, moderator };

/// Why a client is out of a room.
enum class LeaveReason : uint8_t {
    left,
    kicked,            ///< status 307
    banned,            ///< status 301
    affiliation_lost,  ///< status 321 or 322
    connection_lost,   ///< status 333
    shutdown           ///< status 332
};

/// What modules keep with a room: a text for each, by the module's name.
using ModuleValues = std::map<std::string, std::string, std::less<>>;

std::string_view to_string(Affiliation affiliation);
std::string_view to_string(Role role);
std::optional<Affiliation> parse_affiliation(std::string_view text);
std::optional<Role> parse_role(std::string_view text);

/// The status codes of XEP-0045 s10.2 that this service sends.
namespace status {
inline constexpr int non_anonymous = 100;
inline constexpr int configuration_changed = 104;
inline constexpr int self = 110;
inline constexpr int logging_enabled = 170;
inline constexpr int now_non_anonymous = 172;
inline constexpr int now_semi_anonymous = 173;
inline constexpr int room_created = 201;
inline constexpr int banned = 301;
inline constexpr int nick_changed = 303;
inline constexpr int kicked = 307;
inline constexpr int affiliation_changed = 321;
inline constexpr int members_only = 322;
inline constexpr int shutdown = 332;
inline constexpr int technical_problem = 333;
}  // namespace status

}  // namespace parley::server::muc
