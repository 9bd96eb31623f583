#pragma once

#include <charconv>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "xmpp/element.hpp"
#include "xmpp/result.hpp"

/// Reading attributes of hostile XML into bounded values.
namespace parley::module::jingle {

/// An unsigned decimal number without sign or space, at most `max`.
template <class Number>
std::optional<Number> number(std::string_view text,
                             Number max = std::numeric_limits<Number>::max()) {
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value > max)
        return std::nullopt;
    return static_cast<Number>(value);
}

/// The same from an attribute; `fallback` where the attribute is missing or empty.
template <class Number>
std::optional<Number> number_or(const xmpp::Element& element, std::string_view attribute,
                                Number fallback, Number max = std::numeric_limits<Number>::max()) {
    const std::string_view text = element.attr(attribute);
    return text.empty() ? std::optional<Number>(fallback) : number<Number>(text, max);
}

inline tl::unexpected<xmpp::Error> invalid(std::string text) {
    return tl::unexpected(xmpp::Error{std::move(text)});
}

/// Printable text of bounded length: no control characters, which end up in other protocols' lines.
inline bool is_plain(std::string_view text, size_t bytes_max) {
    if (text.size() > bytes_max) return false;
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
    }
    return true;
}

}  // namespace parley::module::jingle
