#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

#include "hosts/server/modules/module_host.hpp"

/// What modules have asked for, done.
namespace parley::server {
namespace {

using Module = std::shared_ptr<RunningModule>;

constexpr uint64_t delay_ms_max = uint64_t{1000} * 60 * 60 * 24 * 365;

/// The binding has checked it.
xmpp::Jid jid_of(const std::string& address) {
    return *xmpp::Jid::parse(address);
}

}  // namespace

void ModuleHost::perform(const Module& module, binding::Action& action) {
    std::visit([&](auto& wanted) { do_action(module, wanted); }, action);
}

void ModuleHost::do_action(const Module& module, binding::Log& log) {
    constexpr std::array levels = {spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                                   spdlog::level::err};
    const bool known = log.level >= XSM_LOG_DEBUG && log.level <= XSM_LOG_ERROR;
    spdlog::log(known ? levels[static_cast<size_t>(log.level)] : spdlog::level::info,
                "module {}: {}", module->name, log.line);
}

void ModuleHost::do_action(const Module& module, binding::OutOfService&) {
    // The loader has said why. Its domains and commands stay, and answer with service-unavailable;
    // what it was asked to judge is refused.
    module->in_service = false;
    for (const auto& [id, timer] : module->timers)
        loop_.cancel(timer);
    module->timers.clear();
}

void ModuleHost::do_action(const Module& module, binding::SetInterest& interest) {
    module->interest = {interest.namespaces.begin(), interest.namespaces.end()};
}

void ModuleHost::do_action(const Module& module, binding::Broadcast& broadcast) {
    if (muc_ == nullptr ||
        !muc_->broadcast(jid_of(broadcast.room_jid), std::move(broadcast.stanza)))
        spdlog::debug("module {}: broadcast to {}, which is gone", module->name,
                      broadcast.room_jid);
}

void ModuleHost::do_action(const Module& module, binding::SendToOccupant& send) {
    if (muc_ == nullptr || !muc_->send_to_occupant(jid_of(send.room_jid), jid_of(send.real_jid),
                                                   std::move(send.stanza)))
        spdlog::debug("module {}: {} is not in {} any more", module->name, send.real_jid,
                      send.room_jid);
}

void ModuleHost::do_action(const Module& module, binding::RequestSnapshot& request) {
    const muc::Room* room = muc_ == nullptr ? nullptr : muc_->room(jid_of(request.room_jid));
    if (room != nullptr) snapshot(*module, *room);
}

void ModuleHost::do_action(const Module&, binding::Route& route) {
    router_.route(std::move(route.stanza));
}

void ModuleHost::do_action(const Module& module, binding::AddService& service) {
    auto domain =
        std::make_unique<ModuleDomain>(service.name, module, router_, [this] { flush(); });
    if (!router_.add_service(service.domain, *domain)) {
        spdlog::error("module {}: the domain {} is already taken in this server", module->name,
                      service.domain);
        return;
    }
    domains_[service.domain] = std::move(domain);
    module->domains.insert(service.domain);
}

void ModuleHost::do_action(const Module& module, binding::RemoveService& service) {
    router_.remove_service(service.domain);
    // The domain may be what is being called right now.
    if (auto node = domains_.extract(service.domain); !node.empty())
        loop_.post([gone = std::shared_ptr<ModuleDomain>(std::move(node.mapped()))] {});
    module->domains.erase(service.domain);
}

void ModuleHost::do_action(const Module& module, binding::SetMucFeatures& features) {
    module->muc_features = std::move(features.features);
}

void ModuleHost::do_action(const Module& module, binding::AddCommand& command) {
    commands_.add(command, module);
    module->commands.insert(command.node);
}

void ModuleHost::do_action(const Module& module, binding::RemoveCommand& command) {
    commands_.remove(command.node);
    module->commands.erase(command.node);
}

void ModuleHost::do_action(const Module& module, binding::SetTimer& timer) {
    if (const auto pending = module->timers.find(timer.id); pending != module->timers.end())
        loop_.cancel(pending->second);
    const std::chrono::milliseconds delay(std::min(timer.delay_ms, delay_ms_max));
    const std::weak_ptr<RunningModule> owner = module;
    module->timers[timer.id] = loop_.after(delay, [this, owner, id = timer.id] {
        const auto alive = owner.lock();
        if (!alive || !alive->can_be_called()) return;
        alive->timers.erase(id);
        alive->hosted->on_timer(id);
        alive->collect();
        flush();
    });
}

void ModuleHost::do_action(const Module& module, binding::CancelTimer& timer) {
    const auto pending = module->timers.find(timer.id);
    if (pending == module->timers.end()) return;
    loop_.cancel(pending->second);
    module->timers.erase(pending);
}

void ModuleHost::do_action(const Module& module, binding::SetRouteInterest& interest) {
    module->route_interest = {interest.namespaces.begin(), interest.namespaces.end()};
}

void ModuleHost::do_action(const Module& module, binding::SetPresenceInterest& interest) {
    module->presence_interest = {interest.namespaces.begin(), interest.namespaces.end()};
}

void ModuleHost::do_action(const Module&, binding::ReloadOptions&) {
    loop_.post([this] { reload_(); });
}

}  // namespace parley::server
