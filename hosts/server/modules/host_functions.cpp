#include <spdlog/spdlog.h>

#include "hosts/server/modules/hosted_module.hpp"
#include "xmpp/xml.hpp"
#include "xsm/adhoc.h"
#include "xsm/disco.h"
#include "xsm/muc.h"
#include "xsm/service.h"
#include "xsm/stanza.h"
#include "xsm/timer.h"

/// The functions a module calls. They check their arguments, take note, and never call back.
namespace parley::server {

struct HostFunctions {
    static HostedModule& module(const xsm_host* host) {
        return *static_cast<HostedModule*>(host->self);
    }

    static std::string_view text(xsm_view view) {
        return view.size == 0 ? std::string_view() : std::string_view(view.data, view.size);
    }

    /// Runs the body for a module that may call; nothing throws into the module.
    template <class Body>
    static xsm_status guarded(const xsm_host* host, Body body) noexcept {
        try {
            HostedModule& caller = module(host);
            return caller.may_call() ? body(caller) : XSM_ERROR;
        } catch (...) {
            return XSM_ERROR;
        }
    }

    static void log(const xsm_host* host, xsm_log_level level, xsm_view message) {
        constexpr spdlog::level::level_enum levels[] = {spdlog::level::debug, spdlog::level::info,
                                                        spdlog::level::warn, spdlog::level::err};
        const bool known = level >= XSM_LOG_DEBUG && level <= XSM_LOG_ERROR;
        // Also of a module that is out of service: the loader says here why it is.
        try {
            spdlog::log(known ? levels[level] : spdlog::level::info, "module {}: {}",
                        module(host).name(), text(message));
        } catch (...) {
            return;
        }
    }

    static void wake(const xsm_host* host) {
        guarded(host, [](HostedModule& caller) {
            caller.wake();
            return XSM_OK;
        });
    }

    static bool is_stanza(const xmpp::Element& element) {
        return element.ns() == "jabber:client" &&
               (element.name() == "message" || element.name() == "presence" ||
                element.name() == "iq");
    }

    static xsm_status route(const xsm_host* host, xsm_view xml) {
        return guarded(host, [&](HostedModule& caller) -> xsm_status {
            auto stanza = xmpp::parse_xml(text(xml));
            if (!stanza || !is_stanza(*stanza)) return XSM_INVALID;
            const auto from = xmpp::Jid::parse(stanza->attr("from"));
            if (!from || !xmpp::Jid::parse(stanza->attr("to"))) return XSM_INVALID;
            const bool room =
                !from->local().empty() && from->domain() == caller.shared_->muc_domain.domain();
            if (!room && !owns_domain(caller, from->domain())) return XSM_INVALID;
            return caller.note(action::Route{std::move(*stanza)});
        });
    }

    static bool owns_domain(HostedModule& caller, const std::string& domain) {
        const std::lock_guard lock(caller.mutex_);
        return caller.own_domains_.contains(domain);
    }

    static xsm_status set_timer(const xsm_host* host, uint64_t id, uint64_t delay_ms) {
        return guarded(host, [&](HostedModule& caller) {
            return caller.note(action::SetTimer{id, delay_ms});
        });
    }

    static void cancel_timer(const xsm_host* host, uint64_t id) {
        guarded(host, [&](HostedModule& caller) { return caller.note(action::CancelTimer{id}); });
    }

    static xsm_status add_service(const xsm_host* host, xsm_view domain, xsm_view name) {
        return guarded(host, [&](HostedModule& caller) -> xsm_status {
            const auto jid = xmpp::Jid::parse(text(domain));
            if (!jid || !jid->is_domain() || !caller.shared_->domains.take(jid->domain()))
                return XSM_INVALID;
            {
                const std::lock_guard lock(caller.mutex_);
                caller.own_domains_.insert(jid->domain());
            }
            return caller.note(action::AddService{jid->domain(), std::string(text(name))});
        });
    }

    static void remove_service(const xsm_host* host, xsm_view domain) {
        guarded(host, [&](HostedModule& caller) -> xsm_status {
            const auto jid = xmpp::Jid::parse(text(domain));
            if (!jid) return XSM_INVALID;
            {
                const std::lock_guard lock(caller.mutex_);
                if (caller.own_domains_.erase(jid->domain()) == 0) return XSM_INVALID;
            }
            return caller.note(action::RemoveService{jid->domain()});
        });
    }

    static xsm_status set_interest(const xsm_host* host, const xsm_view* namespaces, size_t count) {
        return guarded(host, [&](HostedModule& caller) {
            std::set<std::string, std::less<>> interest;
            for (size_t i = 0; i < count; ++i)
                interest.emplace(text(namespaces[i]));
            const std::lock_guard lock(caller.mutex_);
            caller.interest_ = std::move(interest);
            return XSM_OK;
        });
    }

    /// A stanza whose `from` is the room or somebody in it.
    static std::optional<xmpp::Element> room_stanza(const xmpp::Jid& room, xsm_view xml) {
        auto stanza = xmpp::parse_xml(text(xml));
        if (!stanza || !is_stanza(*stanza)) return std::nullopt;
        const auto from = xmpp::Jid::parse(stanza->attr("from"));
        if (!from || from->bare() != room) return std::nullopt;
        return std::move(*stanza);
    }

    static std::optional<xmpp::Jid> room_jid(const HostedModule& caller, xsm_view view) {
        auto jid = xmpp::Jid::parse(text(view));
        if (!jid || !jid->is_bare() || jid->local().empty() ||
            jid->domain() != caller.shared_->muc_domain.domain())
            return std::nullopt;
        return std::move(*jid);
    }

    static xsm_status broadcast(const xsm_host* host, xsm_view room, xsm_view xml) {
        return guarded(host, [&](HostedModule& caller) -> xsm_status {
            auto jid = room_jid(caller, room);
            auto stanza = jid ? room_stanza(*jid, xml) : std::nullopt;
            if (!stanza || stanza->name() != "message") return XSM_INVALID;
            return caller.note(action::Broadcast{std::move(*jid), std::move(*stanza)});
        });
    }

    static xsm_status send_to_occupant(const xsm_host* host, xsm_view room, xsm_view real_jid,
                                       xsm_view xml) {
        return guarded(host, [&](HostedModule& caller) -> xsm_status {
            auto jid = room_jid(caller, room);
            auto real = xmpp::Jid::parse(text(real_jid));
            auto stanza = jid ? room_stanza(*jid, xml) : std::nullopt;
            if (!stanza || !real || !real->is_full()) return XSM_INVALID;
            return caller.note(
                action::SendToOccupant{std::move(*jid), std::move(*real), std::move(*stanza)});
        });
    }

    static xsm_status request_snapshot(const xsm_host* host, xsm_view room) {
        return guarded(host, [&](HostedModule& caller) -> xsm_status {
            auto jid = room_jid(caller, room);
            return jid ? caller.note(action::RequestSnapshot{std::move(*jid)}) : XSM_INVALID;
        });
    }

    static xsm_status set_muc_features(const xsm_host* host, const xsm_view* features,
                                       size_t count) {
        return guarded(host, [&](HostedModule& caller) {
            std::vector<std::string> list;
            for (size_t i = 0; i < count; ++i)
                list.emplace_back(text(features[i]));
            const std::lock_guard lock(caller.mutex_);
            caller.muc_features_ = std::move(list);
            return XSM_OK;
        });
    }

    static xsm_status add_command(const xsm_host* host, xsm_view node, xsm_view name,
                                  xsm_adhoc_access access) {
        return guarded(host, [&](HostedModule& caller) -> xsm_status {
            if (access != XSM_ADHOC_ADMIN) return XSM_UNSUPPORTED;
            const std::string key(text(node));
            if (key.empty() || !caller.shared_->commands.take(key)) return XSM_INVALID;
            {
                const std::lock_guard lock(caller.mutex_);
                caller.own_commands_.insert(key);
            }
            return caller.note(action::AddCommand{key, std::string(text(name))});
        });
    }

    static void remove_command(const xsm_host* host, xsm_view node) {
        guarded(host, [&](HostedModule& caller) -> xsm_status {
            const std::string key(text(node));
            {
                const std::lock_guard lock(caller.mutex_);
                if (caller.own_commands_.erase(key) == 0) return XSM_INVALID;
            }
            return caller.note(action::RemoveCommand{key});
        });
    }

    static const void* get_extension(const xsm_host*, const char* id) {
        static constexpr xsm_host_stanza stanza = {sizeof stanza, route};
        static constexpr xsm_host_timer timer = {sizeof timer, set_timer, cancel_timer};
        static constexpr xsm_host_service service = {sizeof service, add_service, remove_service};
        static constexpr xsm_host_muc muc = {sizeof muc, set_interest, broadcast, send_to_occupant,
                                             request_snapshot};
        static constexpr xsm_host_disco disco = {sizeof disco, set_muc_features};
        static constexpr xsm_host_adhoc adhoc = {sizeof adhoc, add_command, remove_command};
        const std::string_view name = id == nullptr ? "" : id;
        if (name == XSM_EXT_STANZA) return &stanza;
        if (name == XSM_EXT_TIMER) return &timer;
        if (name == XSM_EXT_SERVICE) return &service;
        if (name == XSM_EXT_MUC) return &muc;
        if (name == XSM_EXT_DISCO) return &disco;
        if (name == XSM_EXT_ADHOC) return &adhoc;
        return nullptr;
    }
};

xsm_host make_host(HostedModule& module, const std::string& version) {
    xsm_host host{};
    host.self = &module;
    host.name = "parleyd";
    host.version = version.c_str();
    host.get_extension = HostFunctions::get_extension;
    host.log = HostFunctions::log;
    host.wake = HostFunctions::wake;
    return host;
}

}  // namespace parley::server
