#include "plugin-abi/loader/module_instance.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <mutex>
#include <utility>
#include <vector>

#include "plugin-abi/loader/bounded_call.hpp"
#include "plugin-abi/loader/struct_check.hpp"

namespace parley::abi {

namespace {

constexpr size_t text_bytes_max = 1024;

constexpr std::array module_members = {
    XSM_MEMBER(xsm_module, start),    XSM_MEMBER(xsm_module, stop),
    XSM_MEMBER(xsm_module, destroy),  XSM_MEMBER(xsm_module, on_wake),
    XSM_MEMBER(xsm_module, free_buf), XSM_MEMBER(xsm_module, get_extension),
};

constexpr const char* report_it = " That is a bug of the module: report it to its authors.";

/// A module's words, fit for one line of a log.
std::string one_line(std::string_view text) {
    std::string line(text.substr(0, text_bytes_max));
    for (char& c : line) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    }
    return line;
}

std::string words_of(const xsm_buf& buffer) {
    if (buffer.data == nullptr || buffer.size == 0) return "it gave no reason.";
    return one_line({buffer.data, buffer.size});
}

xsm_view view_of(std::string_view text) {
    return {text.data(), text.size()};
}

std::string in_ms(std::chrono::steady_clock::duration time) {
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
    return std::to_string(us / 1000) + "." + std::to_string(us % 1000 / 100) + " ms";
}

/// A module out of service is never destroyed, and may have threads that know the host's address:
/// both stay valid until the process ends. In a list, so that they are not taken for leaks.
void keep_until_exit(std::unique_ptr<xsm_host> host, xsm_module* module) {
    static std::mutex mutex;
    static auto& kept = *new std::vector<std::pair<std::unique_ptr<xsm_host>, xsm_module*>>;
    const std::lock_guard lock(mutex);
    kept.emplace_back(std::move(host), module);
}

}  // namespace

ModuleInstance::ModuleInstance(ModuleLibrary library, const xsm_host& host,
                               const ModuleLimits& limits)
    : library_(std::move(library)), limits_(limits), host_(std::make_unique<xsm_host>(host)) {
    host_->struct_size = sizeof(xsm_host);
    host_->abi_version = std::min(XSM_ABI_VERSION, library_.entry().abi_version);
}

ModuleInstance::~ModuleInstance() {
    stop();
    xsm_module* const module = module_;
    destroy();
    if (!is_in_service()) keep_until_exit(std::move(host_), module);
}

LoadResult<std::unique_ptr<ModuleInstance>> ModuleInstance::load(
    const std::filesystem::path& path, const xsm_host& host, std::span<const ModuleOption> options,
    const ModuleLimits& limits) {
    assert(host.get_extension != nullptr && host.log != nullptr && host.wake != nullptr);
    auto library = ModuleLibrary::open(path);
    if (!library) return tl::unexpected(library.error());
    std::unique_ptr<ModuleInstance> instance(new ModuleInstance(std::move(*library), host, limits));
    if (auto created = instance->create(options); !created) {
        return tl::unexpected(created.error());
    }
    return instance;
}

LoadResult<void> ModuleInstance::create(std::span<const ModuleOption> options) {
    std::vector<xsm_option> views;
    views.reserve(options.size());
    for (const ModuleOption& option : options) {
        views.push_back({view_of(option.key), view_of(option.value)});
    }
    xsm_module* module = nullptr;
    xsm_buf reason{};
    try {
        const xsm_status status =
            library_.entry().create(host_.get(), views.data(), views.size(), &module, &reason);
        const std::string words = words_of(reason);
        library_.entry().free_buf(reason);
        if (status != XSM_OK) {
            return tl::unexpected(error(LoadProblem::create_failed,
                                        "it cannot be set up with its options: " + words +
                                            " Correct the module's options in the configuration."));
        }
        return adopt(module);
    } catch (const std::exception& exception) {
        put_out_of_service("create", exception.what());
    } catch (...) {
        put_out_of_service("create", "not a std::exception");
    }
    return tl::unexpected(
        error(LoadProblem::threw, std::string("an exception came out of create.") + report_it));
}

LoadResult<void> ModuleInstance::adopt(xsm_module* module) {
    const auto refuse = [this](const std::string& why) {
        return tl::unexpected(error(LoadProblem::instance_malformed, why + "." + report_it));
    };
    if (module == nullptr) return refuse("create reported success, but made no instance");
    xsm_module functions{};
    if (auto wrong = read_struct(module, "xsm_module", XSM_SIZE_THROUGH(xsm_module, get_extension),
                                 module_members, functions)) {
        return refuse(*wrong);
    }
    module_ = module;
    functions_ = functions;
    auto extensions = ModuleExtensions::of(*module);
    if (!extensions) return refuse(extensions.error().text);
    extensions_ = *extensions;
    return {};
}

LoadResult<void> ModuleInstance::start() {
    assert(!running_);
    if (!is_in_service()) {
        return tl::unexpected(error(LoadProblem::threw, "it was put out of service before."));
    }
    // By value: after a time-out the thread outlives this object.
    const BoundedOutcome outcome = call_bounded(
        [functions = functions_, module = module_](BoundedOutcome& result) {
            xsm_buf reason{};
            result.status = functions.start(module, &reason);
            if (result.status != XSM_OK) result.text = words_of(reason);
            functions.free_buf(module, reason);
        },
        limits_.start_ms_max);
    switch (outcome.end) {
        case BoundedOutcome::End::threw:
            put_out_of_service("start", outcome.text);
            return tl::unexpected(error(LoadProblem::threw, std::string("an exception came out of "
                                                                        "start.") +
                                                                report_it));
        case BoundedOutcome::End::timed_out: {
            const std::string limit = in_ms(limits_.start_ms_max);
            put_out_of_service("start", "no answer within " + limit);
            return tl::unexpected(
                error(LoadProblem::start_timed_out,
                      "start did not return within " + limit +
                          ". The server goes on without it; restart the server to try again. Where "
                          "its log lines above name no cause, report it to its authors."));
        }
        case BoundedOutcome::End::returned:
            break;
    }
    if (outcome.status != XSM_OK) {
        return tl::unexpected(error(LoadProblem::start_failed, "it cannot start: " + outcome.text));
    }
    running_ = true;
    return {};
}

void ModuleInstance::stop() {
    if (!is_running()) return;
    running_ = false;
    const BoundedOutcome outcome = call_bounded(
        [functions = functions_, module = module_](BoundedOutcome&) { functions.stop(module); },
        limits_.stop_ms_max);
    if (outcome.end == BoundedOutcome::End::threw) {
        put_out_of_service("stop", outcome.text);
    } else if (outcome.end == BoundedOutcome::End::timed_out) {
        put_out_of_service("stop", "no answer within " + in_ms(limits_.stop_ms_max));
    }
}

void ModuleInstance::destroy() {
    call("destroy", [this](xsm_module* module) { functions_.destroy(module); });
    module_ = nullptr;
}

std::optional<std::string> ModuleInstance::take(xsm_buf& buffer) {
    const xsm_buf taken = std::exchange(buffer, xsm_buf{nullptr, 0});
    if (!is_in_service()) return std::nullopt;
    if (taken.data == nullptr && taken.size > 0) {
        log(XSM_LOG_ERROR, std::string("it gave a buffer of ") + std::to_string(taken.size) +
                               " bytes without data." + report_it);
        return std::nullopt;
    }
    std::optional<std::string> text;
    if (taken.size <= limits_.buffer_bytes_max) {
        text.emplace(taken.data == nullptr ? "" : taken.data, taken.size);
    } else {
        log(XSM_LOG_ERROR, "it gave a buffer of " + std::to_string(taken.size) +
                               " bytes; the server takes " +
                               std::to_string(limits_.buffer_bytes_max) + " at most.");
    }
    call("free_buf", [&](xsm_module* module) { functions_.free_buf(module, taken); });
    return text;
}

void ModuleInstance::put_out_of_service(const char* function, std::string_view why) {
    running_ = false;
    in_service_.store(false, std::memory_order_release);
    log(XSM_LOG_ERROR, std::string("out of service after ") + function + ": " + one_line(why) +
                           ". Nothing more is handed to the module, and what only it can judge is "
                           "refused. Restart "
                           "the server to bring it back." +
                           report_it);
}

void ModuleInstance::note_overrun(const char* function, Clock::duration took) {
    ++overruns_;
    const Clock::time_point now = Clock::now();
    if (overrun_logged_at_ && now - *overrun_logged_at_ < limits_.overrun_log_interval_ms) return;
    log(XSM_LOG_WARNING,
        std::string(function) + " took " + in_ms(took) + ", more than the " +
            in_ms(limits_.call_us_max) + " a call may take; " +
            std::to_string(overruns_ - overruns_logged_) +
            " such calls since the last line like this. The server waits meanwhile.");
    overruns_logged_ = overruns_;
    overrun_logged_at_ = now;
}

void ModuleInstance::log(xsm_log_level level, const std::string& line) const {
    const std::string whole = "module " + std::string(name()) + ": " + line;
    host_->log(host_.get(), level, view_of(whole));
}

LoadError ModuleInstance::error(LoadProblem problem, const std::string& text) const {
    return {problem, path().string() + ": module " + std::string(name()) + ": " + text};
}

}  // namespace parley::abi
