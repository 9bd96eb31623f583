#include "hosts/server/modules/module_host.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "hosts/server/modules/abi_values.hpp"
#include "hosts/server/muc/events.hpp"

namespace parley::server {
namespace {

std::vector<abi::ModuleOption> options_of(const ModuleConfig& config) {
    std::vector<abi::ModuleOption> options;
    for (const auto& [key, value] : config.options)
        options.push_back({key, value});
    return options;
}

}  // namespace

ModuleHost::ModuleHost(const Config& config, std::string version, EventLoop& loop, Router& router)
    : config_(config),
      version_(std::move(version)),
      loop_(loop),
      router_(router),
      commands_(config, router, [this] { flush(); }) {
    router_.set_hooks(this);
}

ModuleHost::~ModuleHost() {
    stop();
    router_.set_hooks(nullptr);
}

size_t ModuleHost::start() {
    size_t running = 0;
    for (const ModuleConfig& module_config : config_.modules)
        if (start_module(module_config)) ++running;
    return running;
}

bool ModuleHost::start_module(const ModuleConfig& module_config) {
    const auto module = std::make_shared<RunningModule>();
    module->name = module_config.name;
    module->path = module_config.path;
    module->waker = std::make_shared<Waker>(loop_, [this, weak = std::weak_ptr(module)] {
        const auto woken = weak.lock();
        if (!woken || !woken->can_be_called()) return;
        woken->hosted->on_wake();
        woken->collect();
        flush();
    });
    const auto leave_out = [&](const abi::LoadError& error) {
        spdlog::error("module {} is left out: {}", module->name, error.text);
        module->waker->close();
        return false;
    };

    binding::HostIdentity identity{"parleyd", version_, {}};
    if (config_.muc) {
        identity.muc_domain = config_.muc->domain.domain();
        identity.storage_directory =
            config_.data_dir / "modules" / module->name / identity.muc_domain;
    }
    std::vector<binding::Action> last_words;
    auto loaded = binding::HostedModule::load(
        module_config.path, options_of(module_config), std::move(identity),
        [waker = module->waker] { waker->wake(); }, last_words);
    for (binding::Action& action : last_words)
        if (auto* log = std::get_if<binding::Log>(&action)) do_action(module, *log);
    if (!loaded) return leave_out(loaded.error());

    module->hosted = std::move(*loaded);
    const auto started = module->hosted->start(taken_names());
    module->collect();
    if (!started) {
        for (binding::Action& action : module->actions)
            if (auto* log = std::get_if<binding::Log>(&action)) do_action(module, *log);
        return leave_out(started.error());
    }
    spdlog::info("module {} started: {}", module->name, module_config.path.string());
    modules_.push_back(module);
    flush();
    if (muc_ != nullptr)
        for (const muc::Room* room : muc_->rooms()) {
            give_values(*module, *room, room->module_values());
            snapshot(*module, *room);
        }
    flush();
    return true;
}

binding::TakenNames ModuleHost::taken_names() const {
    binding::TakenNames taken{{config_.domain}, commands_.nodes()};
    if (config_.muc) taken.domains.insert(config_.muc->domain.domain());
    for (const auto& [domain, service] : domains_)
        taken.domains.insert(domain);
    return taken;
}

void ModuleHost::reconfigure(const Config& config) {
    for (const ModuleConfig& wanted : config.modules) {
        const auto is_it = [&](const auto& module) { return module->name == wanted.name; };
        if (std::none_of(modules_.begin(), modules_.end(), is_it))
            spdlog::warn("module {} does not run; a restart starts it", wanted.name);
    }
    for (const auto& module : modules_)
        give_options(*module, config);
    flush();
}

void ModuleHost::give_options(RunningModule& module, const Config& config) {
    const auto wanted =
        std::find_if(config.modules.begin(), config.modules.end(),
                     [&](const ModuleConfig& one) { return one.name == module.name; });
    if (wanted == config.modules.end()) {
        spdlog::warn("module {} is not in the configuration any more; it runs until a restart",
                     module.name);
        return;
    }
    if (wanted->path != module.path)
        spdlog::warn("module {} has another path now, which a restart loads", module.name);
    if (!module.can_be_called()) return;
    module.hosted->on_options(options_of(*wanted));
    module.collect();
}

void ModuleHost::stop() {
    while (!modules_.empty()) {
        const std::shared_ptr<RunningModule> module = modules_.back();
        module->hosted->stop();
        module->collect();
        flush();
        module->waker->close();
        clean_up(*module);
        module->hosted.reset();
        modules_.pop_back();
    }
}

void ModuleHost::clean_up(RunningModule& module) {
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
    module.actions.clear();
}

void ModuleHost::flush() {
    if (flushing_) return;
    flushing_ = true;
    bool any = true;
    // A snapshot may make a module ask for more; one that never ends is cut off until the next
    // event.
    for (int round = 0; any && round < 100; ++round) {
        any = false;
        for (size_t i = 0; i < modules_.size(); ++i) {
            const std::shared_ptr<RunningModule> module = modules_[i];
            for (binding::Action& action : std::exchange(module->actions, {})) {
                perform(module, action);
                any = true;
            }
        }
    }
    flushing_ = false;
}

void ModuleHost::give_values(RunningModule& module, const muc::Room& room,
                             const muc::ModuleValues& values) {
    const auto found = values.find(module.name);
    if (found == values.end() || !module.can_be_called()) return;
    module.hosted->on_room_values(room.address(), found->second);
    module.collect();
}

void ModuleHost::snapshot(RunningModule& module, const muc::Room& room) {
    if (!module.can_be_called()) return;
    const AbiOccupants occupants(room);
    module.hosted->on_room_snapshot(to_abi(room), {occupants.data(), occupants.size()});
    for (const auto& [nick, occupant] : room.occupants())
        for (const muc::Session& session : occupant->sessions)
            give_presence(module, room, muc::events::info(room, *occupant, session), nullptr,
                          session.presence);
    module.collect();
}

}  // namespace parley::server
