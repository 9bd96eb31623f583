#include "module/composition/interest.hpp"

#include <array>
#include <cstring>

#include "module/calls/namespaces.hpp"

namespace parley::module {

namespace {

constexpr std::string_view common = "urn:xmpp:";
constexpr std::array interest = {ns::call, ns::call_sfu, ns::call_invites, ns::dino_call};

constexpr bool have_common_beginning() {
    for (const std::string_view name : interest) {
        if (!name.starts_with(common)) return false;
    }
    return true;
}

static_assert(have_common_beginning());

/// From where `part` is found to the end; empty where it is not.
std::string_view find(std::string_view text, std::string_view part) {
    const void* found = memmem(text.data(), text.size(), part.data(), part.size());
    if (!found) return {};
    return text.substr(static_cast<size_t>(static_cast<const char*>(found) - text.data()));
}

}  // namespace

std::vector<std::string_view> message_interest() {
    return {interest.begin(), interest.end()};
}

bool may_be_of_interest(std::string_view message_xml) {
    std::string_view rest = find(message_xml, common);
    for (; !rest.empty(); rest = find(rest.substr(common.size()), common)) {
        for (const std::string_view name : interest) {
            if (rest.starts_with(name)) return true;
        }
    }
    return !find(message_xml, "&#").empty();
}

}  // namespace parley::module
