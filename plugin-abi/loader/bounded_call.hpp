#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "xsm/abi.h"

namespace parley::abi {

/// How a call that is allowed to take its time came out.
struct BoundedOutcome {
    enum class End : uint8_t { returned, threw, timed_out };
    End end = End::returned;
    xsm_status status = XSM_OK;  ///< where it returned
    std::string text;            ///< the module's own words, or the exception's
};

/// Runs `body` on a thread of its own, all signals blocked, and waits for it at most `limit`. After
/// a time-out the thread goes on and is never joined: `body` must own, or outlive the process with,
/// whatever it touches. `body` fills in status and text.
BoundedOutcome call_bounded(std::function<void(BoundedOutcome&)> body,
                            std::chrono::milliseconds limit);

}  // namespace parley::abi
