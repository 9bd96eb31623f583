#include <spdlog/spdlog.h>

#include <algorithm>

#include "hosts/server/modules/module_host.hpp"

/// What modules have asked for, done.
namespace parley::server {
namespace {

constexpr uint64_t delay_ms_max = uint64_t{1000} * 60 * 60 * 24 * 365;

}  // namespace

void ModuleHost::perform(HostedModule& module, action::Action& action) {
    std::visit([&](auto& wanted) { perform(module, wanted); }, action);
}

void ModuleHost::perform(HostedModule&, action::Route& route) {
    router_.route(std::move(route.stanza));
}

void ModuleHost::perform(HostedModule& module, action::Broadcast& broadcast) {
    if (muc_ == nullptr || !muc_->broadcast(broadcast.room, std::move(broadcast.message)))
        spdlog::debug("module {}: broadcast to {}, which is gone", module.name(),
                      broadcast.room.to_string());
}

void ModuleHost::perform(HostedModule& module, action::SendToOccupant& send) {
    if (muc_ == nullptr ||
        !muc_->send_to_occupant(send.room, send.real_jid, std::move(send.stanza)))
        spdlog::debug("module {}: {} is not in {} any more", module.name(),
                      send.real_jid.to_string(), send.room.to_string());
}

void ModuleHost::perform(HostedModule& module, action::RequestSnapshot& request) {
    const muc::Room* room = muc_ == nullptr ? nullptr : muc_->room(request.room);
    if (room != nullptr) snapshot(module, *room);
}

void ModuleHost::perform(HostedModule& module, action::SetTimer& timer) {
    if (const auto pending = module.timers.find(timer.id); pending != module.timers.end())
        loop_.cancel(pending->second);
    const std::chrono::milliseconds delay(std::min(timer.delay_ms, delay_ms_max));
    const auto owner = module.weak_from_this();
    module.timers[timer.id] = loop_.after(delay, [this, owner, id = timer.id] {
        const auto alive = owner.lock();
        if (!alive) return;
        alive->timers.erase(id);
        alive->call("on_timer", [&](xsm_module* called) {
            const auto& functions = alive->instance()->extensions().timer;
            if (functions) functions->on_timer(called, id);
        });
        flush();
    });
}

void ModuleHost::perform(HostedModule& module, action::CancelTimer& timer) {
    const auto pending = module.timers.find(timer.id);
    if (pending == module.timers.end()) return;
    loop_.cancel(pending->second);
    module.timers.erase(pending);
}

void ModuleHost::perform(HostedModule& module, action::AddService& service) {
    auto domain = std::make_unique<ModuleDomain>(service.name, module.shared_from_this(), router_,
                                                 [this] { flush(); });
    if (!router_.add_service(service.domain, *domain)) {
        spdlog::error("module {}: the domain {} is already taken in this server", module.name(),
                      service.domain);
        return;
    }
    domains_[service.domain] = std::move(domain);
    module.domains.insert(service.domain);
}

void ModuleHost::perform(HostedModule& module, action::RemoveService& service) {
    router_.remove_service(service.domain);
    // The domain may be what is being called right now.
    if (auto node = domains_.extract(service.domain); !node.empty())
        loop_.post([gone = std::shared_ptr<ModuleDomain>(std::move(node.mapped()))] {});
    module.domains.erase(service.domain);
    shared_->domains.give_back(service.domain);
}

void ModuleHost::perform(HostedModule& module, action::AddCommand& command) {
    commands_.add(command.node, command.name, module.shared_from_this());
    module.commands.insert(command.node);
}

void ModuleHost::perform(HostedModule& module, action::RemoveCommand& command) {
    commands_.remove(command.node);
    module.commands.erase(command.node);
    shared_->commands.give_back(command.node);
}

}  // namespace parley::server
