#include "module/jingle/reason.hpp"

#include <array>

#include "module/jingle/namespaces.hpp"

namespace parley::module {

namespace {

constexpr std::array<std::string_view, 17> names = {
    "alternative-session",
    "busy",
    "cancel",
    "connectivity-error",
    "decline",
    "expired",
    "failed-application",
    "failed-transport",
    "general-error",
    "gone",
    "incompatible-parameters",
    "media-error",
    "security-error",
    "success",
    "timeout",
    "unsupported-applications",
    "unsupported-transports",
};
static_assert(names[static_cast<size_t>(Reason::unsupported_transports)] ==
              "unsupported-transports");

}  // namespace

std::string_view to_string(Reason reason) {
    return names[static_cast<size_t>(reason)];
}

std::optional<Reason> reason_from(std::string_view name) {
    for (size_t i = 0; i < names.size(); ++i) {
        if (names[i] == name) return static_cast<Reason>(i);
    }
    return std::nullopt;
}

xmpp::Element reason_element(Reason reason, std::string_view text) {
    xmpp::Element element("reason", ns::jingle);
    element.add(to_string(reason));
    if (!text.empty()) element.add("text").add_text(text);
    return element;
}

}  // namespace parley::module
