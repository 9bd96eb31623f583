#pragma once

#include <cstring>
#include <string_view>

#include "xsm/abi.h"

/// Text across the ABI: borrowed views one way, buffers of our own the other.
namespace parley::module {

inline std::string_view text(xsm_view view) {
    return view.size == 0 ? std::string_view{} : std::string_view(view.data, view.size);
}

inline xsm_view view(std::string_view text) {
    return {text.data(), text.size()};
}

/// Released by release(), through the free_buf of entry or module.
inline xsm_buf make_buffer(std::string_view text) {
    if (text.empty()) return {nullptr, 0};
    char* data = new char[text.size()];
    std::memcpy(data, text.data(), text.size());
    return {data, text.size()};
}

inline void release(xsm_buf buffer) noexcept {
    delete[] buffer.data;
}

}  // namespace parley::module
