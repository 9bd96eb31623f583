#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "plugin-abi/loader/load_error.hpp"
#include "plugin-abi/loader/module_extensions.hpp"
#include "plugin-abi/loader/module_library.hpp"
#include "xsm/abi.h"

namespace parley::abi {

/// An option of the module's configuration table, flattened as xsm_option says.
struct ModuleOption {
    std::string key;
    std::string value;
};

/// What a host puts up with.
struct ModuleLimits {
    std::chrono::milliseconds start_ms_max{10'000};
    std::chrono::milliseconds stop_ms_max{10'000};
    std::chrono::microseconds call_us_max{XSM_CALL_BUDGET_US};
    std::chrono::milliseconds overrun_log_interval_ms{
        60'000};                            ///< one line about overruns in this time
    size_t buffer_bytes_max = 1024 * 1024;  ///< of one xsm_buf
};

/// One instance of a module, from the host's side: the only way to call into it.
///
/// Every call is fenced. A module that lets an exception out, or does not come back from start or
/// stop in time, is out of service: nothing of it is ever called again, stop and destroy included,
/// because nothing is known of its state. Its threads may live on, so the host's structs and what
/// their `self` points to must then stay valid until the process ends, and host functions should
/// refuse (XSM_ERROR) while !is_in_service().
///
/// [host-context] throughout, except where said otherwise.
class ModuleInstance {
  public:
    /// Opens the module and makes an instance. `host` is copied; struct_size and abi_version are
    /// filled in here. `host.self` and the strings must live until destroy, or for ever (see
    /// above). Errors that come later are logged with host.log.
    static LoadResult<std::unique_ptr<ModuleInstance>> load(const std::filesystem::path& path,
                                                            const xsm_host& host,
                                                            std::span<const ModuleOption> options,
                                                            const ModuleLimits& limits = {});

    /// Stops where it runs, and destroys.
    ~ModuleInstance();
    ModuleInstance(const ModuleInstance&) = delete;
    ModuleInstance& operator=(const ModuleInstance&) = delete;

    std::string_view name() const { return library_.entry().name; }

    std::string_view version() const { return library_.entry().version; }

    std::string_view description() const { return library_.entry().description; }

    const std::filesystem::path& path() const { return library_.path(); }

    const ModuleExtensions& extensions() const { return extensions_; }

    /// Blocks until the module has started, at most limits.start_ms_max. The module's start, and
    /// the host functions it calls, run on a helper thread while this one waits: what is
    /// [host-context] stays serialised, but not on the host's usual thread. After start_failed it
    /// may be tried again.
    LoadResult<void> start();

    /// Blocks until the module has joined its threads, at most limits.stop_ms_max; same helper
    /// thread. Does nothing where the module is not running.
    void stop();

    /// Calls into the module: `body(xsm_module*)` makes exactly one call. False where the call was
    /// not made, or threw: then the host does what it does without the module, and fails closed for
    /// the module's namespaces. `function` names the call in the log.
    template <class Body>
    bool call(const char* function, Body&& body);

    /// Copies a buffer the module gave out and frees it. Nothing where the buffer breaks the
    /// contract (no data, above limits.buffer_bytes_max) or the module is out of service.
    std::optional<std::string> take(xsm_buf& buffer);

    /// False once the module was put out of service. [any-thread]
    bool is_in_service() const { return in_service_.load(std::memory_order_acquire); }

    bool is_running() const { return running_ && is_in_service(); }

    /// How many calls took longer than limits.call_us_max.
    uint64_t overruns() const { return overruns_; }

  private:
    using Clock = std::chrono::steady_clock;

    ModuleInstance(ModuleLibrary library, const xsm_host& host, const ModuleLimits& limits);

    LoadResult<void> create(std::span<const ModuleOption> options);
    LoadResult<void> adopt(xsm_module* module);
    void destroy();
    void put_out_of_service(const char* function, std::string_view why);
    void note_overrun(const char* function, Clock::duration took);
    void log(xsm_log_level level, const std::string& line) const;
    LoadError error(LoadProblem problem, const std::string& text) const;

    ModuleLibrary library_;
    ModuleLimits limits_;
    std::unique_ptr<xsm_host> host_;  ///< its address is known to the module
    xsm_module* module_ = nullptr;
    xsm_module functions_{};  ///< a copy, zeros behind what the module knows
    ModuleExtensions extensions_;
    std::atomic<bool> in_service_{true};
    bool running_ = false;
    uint64_t overruns_ = 0;
    uint64_t overruns_logged_ = 0;
    std::optional<Clock::time_point> overrun_logged_at_;
};

template <class Body>
bool ModuleInstance::call(const char* function, Body&& body) {
    if (!is_in_service() || module_ == nullptr) return false;
    const Clock::time_point began = Clock::now();
    try {
        std::forward<Body>(body)(module_);
    } catch (const std::exception& exception) {
        put_out_of_service(function, exception.what());
        return false;
    } catch (...) {
        put_out_of_service(function, "not a std::exception");
        return false;
    }
    const Clock::duration took = Clock::now() - began;
    if (took > limits_.call_us_max) note_overrun(function, took);
    return true;
}

}  // namespace parley::abi
