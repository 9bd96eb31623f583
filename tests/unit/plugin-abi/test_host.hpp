#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "plugin-abi/loader/module_instance.hpp"
#include "xsm/timer.h"

/// A host that keeps what a module says and asks for. Any thread. It must outlive a module
/// that goes out of service.
class TestHost {
  public:
    struct Line {
        xsm_log_level level;
        std::string text;
    };

    xsm_host table() {
        xsm_host host{};
        host.self = this;
        host.name = "test";
        host.version = "1";
        host.get_extension = [](const xsm_host*, const char* id) -> const void* {
            static const xsm_host_timer timer = {sizeof timer, set_timer, cancel_timer};
            return std::string_view(id) == XSM_EXT_TIMER ? &timer : nullptr;
        };
        host.log = [](const xsm_host* self, xsm_log_level level, xsm_view text) {
            of(self).add({level, std::string(text.data, text.size)});
        };
        host.wake = [](const xsm_host* self) { of(self).add({XSM_LOG_DEBUG, "(wake)"}); };
        return host;
    }

    std::vector<Line> lines() const {
        const std::lock_guard lock(mutex_);
        return lines_;
    }

    bool said(std::string_view part, xsm_log_level level) const {
        const auto all = lines();
        return std::any_of(all.begin(), all.end(), [&](const Line& line) {
            return line.level == level && line.text.find(part) != std::string::npos;
        });
    }

    /// The module's own words, without the loader's.
    std::vector<std::string> calls() const {
        std::vector<std::string> result;
        for (const Line& line : lines()) {
            if (line.level <= XSM_LOG_INFO) result.push_back(line.text);
        }
        return result;
    }

  private:
    static TestHost& of(const xsm_host* host) { return *static_cast<TestHost*>(host->self); }

    static xsm_status set_timer(const xsm_host* host, uint64_t id, uint64_t delay_ms) {
        of(host).add({XSM_LOG_DEBUG,
                      "(timer " + std::to_string(id) + " in " + std::to_string(delay_ms) + " ms)"});
        return XSM_OK;
    }

    static void cancel_timer(const xsm_host* host, uint64_t id) {
        of(host).add({XSM_LOG_DEBUG, "(cancel " + std::to_string(id) + ")"});
    }

    void add(Line line) {
        const std::lock_guard lock(mutex_);
        lines_.push_back(std::move(line));
    }

    mutable std::mutex mutex_;
    std::vector<Line> lines_;
};

inline std::filesystem::path module_path(std::string_view name) {
    return std::filesystem::path(TEST_MODULES_DIR) / (std::string(name) + ".so");
}
