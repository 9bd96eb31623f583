#include "hosts/server/modules/hosted_module.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace parley::server {
namespace {

/// What a module may have queued before the host has done it; beyond that its calls fail.
constexpr size_t actions_max = 100'000;

}  // namespace

HostedModule::HostedModule(std::string name, std::shared_ptr<HostShared> shared)
    : name_(std::move(name)), shared_(std::move(shared)) {}

abi::LoadResult<void> HostedModule::start(const std::filesystem::path& path,
                                          std::span<const abi::ModuleOption> options) {
    closed_ = false;
    auto loaded = abi::ModuleInstance::load(path, make_host(*this, shared_->version), options);
    if (!loaded) return tl::unexpected(loaded.error());
    instance_ = std::move(*loaded);
    loaded_ = instance_.get();
    return instance_->start();
}

void HostedModule::stop() {
    if (instance_ == nullptr) return;
    instance_->stop();
    const bool orderly = instance_->is_in_service();
    closed_ = true;
    loaded_ = nullptr;
    instance_.reset();
    // Threads of the module may still hold a pointer to this object.
    if (!orderly) new std::shared_ptr<HostedModule>(shared_from_this());
}

bool HostedModule::cares_for(const xmpp::Element& stanza) const {
    const std::lock_guard lock(mutex_);
    if (interest_.empty()) return false;
    for (const xmpp::Node& node : stanza.nodes())
        if (const xmpp::Element* child = node.element(); child && interest_.contains(child->ns()))
            return true;
    return false;
}

std::vector<std::string> HostedModule::muc_features() const {
    const std::lock_guard lock(mutex_);
    return muc_features_;
}

std::deque<action::Action> HostedModule::take_actions() {
    const std::lock_guard lock(mutex_);
    return std::exchange(actions_, {});
}

std::set<std::string> HostedModule::take_domains() {
    const std::lock_guard lock(mutex_);
    return std::exchange(own_domains_, {});
}

std::set<std::string> HostedModule::take_commands() {
    const std::lock_guard lock(mutex_);
    return std::exchange(own_commands_, {});
}

bool HostedModule::may_call() const {
    if (closed_) return false;
    const abi::ModuleInstance* instance = loaded_;
    return instance == nullptr || instance->is_in_service();
}

xsm_status HostedModule::note(action::Action action) {
    const std::lock_guard lock(mutex_);
    if (actions_.size() >= actions_max) {
        spdlog::error("module {}: more than {} actions at once; the rest is refused", name_,
                      actions_max);
        return XSM_ERROR;
    }
    actions_.push_back(std::move(action));
    return XSM_OK;
}

void HostedModule::wake() {
    if (!may_call() || wake_pending_.exchange(true)) return;
    shared_->post([weak = weak_from_this()] {
        const auto module = weak.lock();
        if (!module) return;
        module->wake_pending_ = false;
        if (module->shared_->woken) module->shared_->woken(*module);
    });
}

}  // namespace parley::server
