#include "hosts/server/muc/types.hpp"

#include <array>

namespace parley::server::muc {
namespace {

constexpr std::array<std::string_view, 5> affiliation_names = {"outcast", "none", "member", "admin",
                                                               "owner"};
constexpr std::array<std::string_view, 4> role_names = {"none", "visitor", "participant",
                                                        "moderator"};

template <class Enum, size_t count>
std::optional<Enum> find(const std::array<std::string_view, count>& names, std::string_view text) {
    for (size_t i = 0; i < count; ++i)
        if (names[i] == text) return static_cast<Enum>(i);
    return std::nullopt;
}

}  // namespace

std::string_view to_string(Affiliation affiliation) {
    return affiliation_names[static_cast<size_t>(affiliation)];
}

std::string_view to_string(Role role) {
    return role_names[static_cast<size_t>(role)];
}

std::optional<Affiliation> parse_affiliation(std::string_view text) {
    return find<Affiliation>(affiliation_names, text);
}

std::optional<Role> parse_role(std::string_view text) {
    return find<Role>(role_names, text);
}

}  // namespace parley::server::muc
