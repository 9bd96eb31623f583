#pragma once

#include <array>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <string_view>
#include <type_traits>
#include <utility>

#include "xsm/abi.h"

/// The module's side of "nothing throws across the ABI", for modules written in C++: every function
/// that a module hands to its host is one fence and, inside it, whatever the module likes.
///
///     void on_timer(xsm_module* module, uint64_t id) {
///         auto& self = *static_cast<Coordinator*>(module->self);
///         abi::fence(self.host(), "on_timer", [&] { self.on_timer(id); });
///     }
namespace parley::abi {

namespace detail {

/// Logs at level error. Allocates nothing: memory may be what ran out.
inline void log_caught(const xsm_host* host, const char* function, const char* what) noexcept {
    if (host == nullptr || host->log == nullptr) return;
    std::array<char, 512> line{};
    const int length = std::snprintf(line.data(), line.size(), "%s: unexpected exception: %s",
                                     function, what == nullptr ? "" : what);
    size_t size = length < 0 ? 0 : static_cast<size_t>(length);
    if (size >= line.size()) {
        size = line.size() - 1;
        // The last character may be half of one: a host may refuse to log that.
        while (size > 0 && (static_cast<unsigned char>(line[size - 1]) & 0xC0u) == 0x80u)
            --size;
        if (size > 0 && static_cast<unsigned char>(line[size - 1]) >= 0xC0u) --size;
    }
    for (size_t i = 0; i < size; ++i) {
        if (static_cast<unsigned char>(line[i]) < 0x20) line[i] = ' ';
    }
    try {
        host->log(host, XSM_LOG_ERROR, xsm_view{line.data(), size});
    } catch (...) {
        // A host that throws breaks the contract, and there is nobody left to tell.
    }
}

}  // namespace detail

/// Runs `body` and gives what it returns; where it throws, logs one line with the name of the
/// function and gives `fallback`. Any thread.
template <class Value, class Body>
Value fence_or(const xsm_host* host, const char* function, Value fallback, Body&& body) noexcept {
    static_assert(std::is_trivially_copyable_v<Value>, "what crosses the ABI is plain data");
    try {
        return std::forward<Body>(body)();
    } catch (const std::exception& exception) {
        detail::log_caught(host, function, exception.what());
    } catch (...) {
        detail::log_caught(host, function, "not a std::exception");
    }
    return fallback;
}

/// Runs `body`, which returns nothing or an xsm_status. XSM_ERROR where it throws, and one line in
/// the host's log; XSM_OK where it returns nothing. Any thread.
template <class Body>
xsm_status fence(const xsm_host* host, const char* function, Body&& body) noexcept {
    return fence_or<xsm_status>(host, function, XSM_ERROR, [&]() -> xsm_status {
        if constexpr (std::is_void_v<std::invoke_result_t<Body>>) {
            std::forward<Body>(body)();
            return XSM_OK;
        } else {
            return std::forward<Body>(body)();
        }
    });
}

}  // namespace parley::abi
