#include "module/composition/host.hpp"

#include <string>

#include "module/composition/buffers.hpp"
#include "xmpp/xml.hpp"

namespace parley::module {

namespace {

template <class Extension>
const Extension* find(const xsm_host* host, const char* id) {
    return static_cast<const Extension*>(host->get_extension(host, id));
}

std::vector<xsm_view> views(const std::vector<std::string_view>& texts) {
    std::vector<xsm_view> result;
    for (const std::string_view text : texts)
        result.push_back(view(text));
    return result;
}

}  // namespace

Host::Host(const xsm_host* host)
    : host_(host),
      muc_(find<xsm_host_muc>(host, XSM_EXT_MUC)),
      stanza_(find<xsm_host_stanza>(host, XSM_EXT_STANZA)),
      service_(find<xsm_host_service>(host, XSM_EXT_SERVICE)),
      timer_(find<xsm_host_timer>(host, XSM_EXT_TIMER)),
      disco_(find<xsm_host_disco>(host, XSM_EXT_DISCO)),
      adhoc_(find<xsm_host_adhoc>(host, XSM_EXT_ADHOC)),
      route_(find<xsm_host_route>(host, XSM_EXT_ROUTE)),
      presence_(find<xsm_host_presence>(host, XSM_EXT_PRESENCE)),
      room_config_(find<xsm_host_room_config>(host, XSM_EXT_ROOM_CONFIG)),
      cluster_(find<xsm_host_cluster>(host, XSM_EXT_CLUSTER)),
      storage_(find<xsm_host_storage>(host, XSM_EXT_STORAGE)),
      options_(find<xsm_host_options>(host, XSM_EXT_OPTIONS)) {}

bool Host::log_missing_extensions(bool wants_sfu) const {
    const auto missing = [this](const char* id, std::string_view cost) {
        log(LogLevel::warning, "the server lacks " + std::string(id) + ": " + std::string(cost));
    };
    if (!stanza_) missing(XSM_EXT_STANZA, "rooms do not answer who is in a call");
    if (!timer_) {
        missing(XSM_EXT_TIMER, "calls that nobody answers end only when something else happens");
    }
    if (!disco_) missing(XSM_EXT_DISCO, "clients cannot discover that rooms hold calls");
    if (!adhoc_) missing(XSM_EXT_ADHOC, "administrators have no commands for calls");
    if (!route_) {
        missing(XSM_EXT_ROUTE,
                "clients alone check that the sessions of a mesh call come from its participants");
    }
    if (!presence_) {
        missing(XSM_EXT_PRESENCE, "calls that clients hold among themselves (Muji) are not seen");
    }
    if (!room_config_) {
        missing(XSM_EXT_ROOM_CONFIG, "owners cannot set what calls their rooms allow");
    }
    if (!storage_) {
        missing(XSM_EXT_STORAGE,
                "a restart forgets which users are forbidden to take part in calls");
    }
    if (wants_sfu && !can_run_sfu()) {
        missing(service_ ? XSM_EXT_STANZA : XSM_EXT_SERVICE,
                "no SFU although sfu_jid is set; calls between clients work");
    }
    return muc_ != nullptr;
}

void Host::log(LogLevel level, std::string_view line) const {
    host_->log(host_, static_cast<xsm_log_level>(level), view(line));
}

void Host::carry_out(const Broadcast& output) const {
    muc_->broadcast(host_, view(output.room.to_string()), view(xmpp::to_xml(output.message)));
}

void Host::carry_out(const SendToOccupant& output) const {
    muc_->send_to_occupant(host_, view(output.room.to_string()), view(output.occupant.to_string()),
                           view(xmpp::to_xml(output.message)));
}

void Host::carry_out(const RouteStanza& output) const {
    if (!stanza_) return;
    if (stanza_->route(host_, view(xmpp::to_xml(output.stanza))) != XSM_OK) {
        log(LogLevel::warning,
            "the server refused to route a stanza from " + std::string(output.stanza.attr("from")));
    }
}

void Host::carry_out(const RequestSnapshot& output) const {
    muc_->request_snapshot(host_, view(output.room.to_string()));
}

void Host::carry_out(const LogLine& output) const {
    log(output.level, output.text);
}

void Host::carry_out(const PublishRecord& output) const {
    if (!cluster_) return;
    const std::string value = xmpp::to_xml(output.value);
    if (cluster_->publish(host_, view(output.key), view(value)) != XSM_OK) {
        log(LogLevel::warning, "the server did not take what other nodes should know of the call " +
                                   output.key +
                                   ": should this node be lost, its participants "
                                   "are not told");
    }
}

void Host::carry_out(const WithdrawRecord& output) const {
    if (cluster_) cluster_->withdraw(host_, view(output.key));
}

void Host::carry_out(const ReloadOptions&) const {
    if (options_) {
        options_->reload(host_);
    } else {
        log(LogLevel::warning, "the server lacks " XSM_EXT_OPTIONS
                               ": what is new in its configuration comes with the next start");
    }
}

void Host::set_route_interest(const std::vector<std::string_view>& namespaces) const {
    if (!route_) return;
    const auto list = views(namespaces);
    route_->set_interest(host_, list.data(), list.size());
}

void Host::set_presence_interest(const std::vector<std::string_view>& namespaces) const {
    if (!presence_) return;
    const auto list = views(namespaces);
    presence_->set_interest(host_, list.data(), list.size());
}

void Host::set_room_config_fields(const std::vector<xmpp::Element>& fields) const {
    if (!room_config_) return;
    std::string xml;
    for (const xmpp::Element& field : fields)
        xml += xmpp::to_xml(field);
    if (room_config_->set_fields(host_, view(xml)) != XSM_OK) {
        log(LogLevel::warning,
            "the server did not take the fields of rooms' configuration: owners "
            "cannot set what calls their rooms allow");
    }
}

void Host::set_interest(const std::vector<std::string_view>& namespaces) const {
    const auto list = views(namespaces);
    muc_->set_interest(host_, list.data(), list.size());
}

void Host::set_muc_features(const std::vector<std::string_view>& features) const {
    if (!disco_) return;
    const auto list = views(features);
    disco_->set_muc_features(host_, list.data(), list.size());
}

bool Host::add_service(std::string_view domain, std::string_view name) const {
    return service_ && service_->add(host_, view(domain), view(name)) == XSM_OK;
}

void Host::remove_service(std::string_view domain) const {
    if (service_) service_->remove(host_, view(domain));
}

void Host::add_command(const AdminCommand& command) const {
    if (!adhoc_) return;
    const bool is_of_rooms = command.scope == AdminScope::room;
    const xsm_adhoc_access access = is_of_rooms                 ? XSM_ADHOC_ROOM_OWNER
                                    : command.is_for_every_node ? XSM_ADHOC_ADMIN_EVERYWHERE
                                                                : XSM_ADHOC_ADMIN;
    if (adhoc_->add(host_, view(command.node), view(command.name), access) == XSM_OK) return;
    log(LogLevel::warning, "the server refuses the command " + std::string(command.node) + ": " +
                               (is_of_rooms ? "owners of rooms" : "administrators") +
                               " are without it");
}

void Host::remove_command(std::string_view node) const {
    if (adhoc_) adhoc_->remove(host_, view(node));
}

void Host::set_timer(uint64_t id, uint64_t delay_ms) const {
    if (timer_) timer_->set(host_, id, delay_ms);
}

void Host::cancel_timer(uint64_t id) const {
    if (timer_) timer_->cancel(host_, id);
}

}  // namespace parley::module
