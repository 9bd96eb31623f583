#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

/// What every input must fulfil. Says what broke and ends the run, so that the input is kept.
inline void fuzz_check(bool holds, std::string_view what) {
    if (holds) return;
    std::cerr << "broken: " << what << std::endl;
    std::abort();
}

inline std::string_view fuzz_text(const uint8_t* data, size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}
