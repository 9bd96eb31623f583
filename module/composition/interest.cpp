#include "module/composition/interest.hpp"

#include <array>

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

}  // namespace

std::vector<std::string_view> message_interest() {
    return {interest.begin(), interest.end()};
}

/// A colon is rare, and found fast.
bool may_be_of_interest(std::string_view message_xml) {
    constexpr size_t before_colon = common.find(':');
    for (size_t colon = message_xml.find(':'); colon != std::string_view::npos;
         colon = message_xml.find(':', colon + 1)) {
        if (colon < before_colon) continue;
        const std::string_view rest = message_xml.substr(colon - before_colon);
        if (!rest.starts_with(common)) continue;
        for (const std::string_view name : interest) {
            if (rest.starts_with(name)) return true;
        }
    }
    return message_xml.find("&#") != std::string_view::npos;
}

}  // namespace parley::module
