#include "hosts/server/modules/module_host.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "hosts/server/modules/abi_values.hpp"

namespace parley::server {

ModuleHost::ModuleHost(const Config& config, const std::string& version, EventLoop& loop,
                       Router& router)
    : config_(config),
      loop_(loop),
      router_(router),
      shared_(std::make_shared<HostShared>(
          version, config.muc ? config.muc->domain : *xmpp::Jid::parse("no-rooms.invalid"))),
      commands_(config, router, [this] { flush(); }) {
    shared_->domains.take(config.domain);
    shared_->domains.take(shared_->muc_domain.domain());
    shared_->post_to_loop = [&loop](std::function<void()> task) { loop.post(std::move(task)); };
    shared_->woken = [this](HostedModule& module) {
        module.call("on_wake", [](xsm_module* called) { called->on_wake(called); });
        flush();
    };
}

ModuleHost::~ModuleHost() {
    stop();
}

size_t ModuleHost::start() {
    size_t running = 0;
    for (const ModuleConfig& module_config : config_.modules)
        if (start_module(module_config)) ++running;
    return running;
}

bool ModuleHost::start_module(const ModuleConfig& module_config) {
    std::vector<abi::ModuleOption> options;
    for (const auto& [key, value] : module_config.options)
        options.push_back({key, value});
    const auto module = std::make_shared<HostedModule>(module_config.name, shared_);
    if (const auto started = module->start(module_config.path, options); !started) {
        spdlog::error("module {} is left out: {}", module_config.name, started.error().text);
        clean_up(*module);
        module->stop();
        return false;
    }
    const abi::ModuleInstance& instance = *module->instance();
    spdlog::info("module {} started: {} {}, {}", module_config.name, instance.name(),
                 instance.version(), instance.description());
    modules_.push_back(module);
    flush();
    if (muc_ != nullptr)
        for (const muc::Room* room : muc_->rooms())
            snapshot(*module, *room);
    flush();
    return true;
}

void ModuleHost::stop() {
    while (!modules_.empty()) {
        const std::shared_ptr<HostedModule> module = modules_.back();
        module->stop();
        flush();
        clean_up(*module);
        modules_.pop_back();
    }
}

void ModuleHost::clean_up(HostedModule& module) {
    for (const auto& [id, timer] : module.timers)
        loop_.cancel(timer);
    module.timers.clear();
    for (const std::string& domain : module.domains) {
        router_.remove_service(domain);
        domains_.erase(domain);
    }
    module.domains.clear();
    for (const std::string& node : module.commands)
        commands_.remove(node);
    module.commands.clear();
    for (const std::string& domain : module.take_domains())
        shared_->domains.give_back(domain);
    for (const std::string& node : module.take_commands())
        shared_->commands.give_back(node);
    module.take_actions();
}

void ModuleHost::bury_dead() {
    for (const auto& module : modules_) {
        if (module->buried || module->in_service() || module->instance() == nullptr) continue;
        module->buried = true;
        // Its domains stay, and answer with service-unavailable.
        for (const auto& [id, timer] : module->timers)
            loop_.cancel(timer);
        module->timers.clear();
        module->take_actions();
    }
}

void ModuleHost::flush() {
    if (flushing_) return;
    flushing_ = true;
    bool any = true;
    // A snapshot may make a module ask for more; a module that never ends is cut off.
    for (int round = 0; any && round < 100; ++round) {
        any = false;
        for (size_t i = 0; i < modules_.size(); ++i) {
            const std::shared_ptr<HostedModule> module = modules_[i];
            for (action::Action& action : module->take_actions()) {
                perform(*module, action);
                any = true;
            }
        }
    }
    bury_dead();
    flushing_ = false;
}

void ModuleHost::snapshot(HostedModule& module, const muc::Room& room) {
    if (module.instance() == nullptr || !module.instance()->extensions().muc) return;
    const xsm_muc_room abi_room = to_abi(room);
    const AbiOccupants occupants(room);
    module.call("on_room_snapshot", [&](xsm_module* called) {
        module.instance()->extensions().muc->on_room_snapshot(called, &abi_room, occupants.data(),
                                                              occupants.size());
    });
}

}  // namespace parley::server
