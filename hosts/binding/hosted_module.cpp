#include "hosts/binding/hosted_module.hpp"

#include <utility>

#include "hosts/binding/host_functions.hpp"
#include "hosts/binding/room_config_fields.hpp"
#include "hosts/binding/storage_directory.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/stanza_error.hpp"
#include "xmpp/xml.hpp"

namespace parley::binding {

namespace {

using xmpp::Element;

xsm_view view_of(std::string_view text) {
    return {text.data(), text.size()};
}

}  // namespace

/// What the module knows the address of. Never freed where the module was put out of service: its
/// threads may live on.
struct HostedModule::Surroundings {
    Surroundings(HostIdentity who, std::function<void()> wake)
        : identity(std::move(who)),
          made(make_storage_directory(identity.storage_directory)),
          cluster(make_cluster_half(identity.node.c_str())),
          storage(make_storage_half(made ? made->c_str() : nullptr)),
          queue(identity.muc_domain,
                {identity.node.empty() ? nullptr : &cluster,
                 made && !made->empty() ? &storage : nullptr},
                std::move(wake)) {
        if (!made) queue.log(XSM_LOG_ERROR, made.error().text);
    }

    HostIdentity identity;
    xmpp::Result<std::string> made;  ///< the directory of `storage`
    xsm_host_cluster cluster;
    xsm_host_storage storage;
    ActionQueue queue;
};

/// The queue takes actions while this lives.
class HostedModule::Call {
  public:
    explicit Call(ActionQueue& queue) : queue_(queue) { queue_.open(); }

    ~Call() { queue_.close(); }

    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

  private:
    ActionQueue& queue_;
};

abi::LoadResult<std::unique_ptr<HostedModule>> HostedModule::load(
    const std::filesystem::path& path, std::span<const abi::ModuleOption> options,
    HostIdentity identity, std::function<void()> wake, std::vector<Action>& actions) {
    std::unique_ptr<HostedModule> module(new HostedModule);
    module->surroundings_ = std::make_unique<Surroundings>(std::move(identity), std::move(wake));
    module->queue_ = &module->surroundings_->queue;
    const HostIdentity& who = module->surroundings_->identity;
    const xsm_host host = make_host(*module->queue_, who.name.c_str(), who.version.c_str());
    {
        const Call open(*module->queue_);
        auto instance = abi::ModuleInstance::load(path, host, options);
        if (!instance) {
            actions = module->queue_->take();
            module->queue_->seal();
            const abi::LoadProblem problem = instance.error().problem;
            if (problem == abi::LoadProblem::threw ||
                problem == abi::LoadProblem::instance_malformed) {
                static_cast<void>(module->surroundings_.release());
            }
            return tl::unexpected(instance.error());
        }
        module->instance_ = std::move(*instance);
    }
    return module;
}

HostedModule::~HostedModule() {
    if (!instance_) return;
    stop();
    // destroy may log.
    const bool in_service = instance_->is_in_service();
    instance_.reset();
    if (in_service) return;
    queue_->seal();
    static_cast<void>(surroundings_.release());
}

std::vector<Action> HostedModule::take_actions() {
    std::vector<Action> actions = queue_->take();
    if (!instance_->is_in_service() && !std::exchange(told_out_of_service_, true)) {
        queue_->seal();
        actions.emplace_back(OutOfService{});
    }
    return actions;
}

abi::LoadResult<void> HostedModule::start(TakenNames taken) {
    queue_->set_taken(std::move(taken));
    const Call open(*queue_);
    return instance_->start();
}

void HostedModule::stop() {
    const Call open(*queue_);
    instance_->stop();
}

template <class Body>
bool HostedModule::call(const char* function, Body&& body) {
    if (!instance_->is_running()) return false;
    const Call open(*queue_);
    return instance_->call(function, std::forward<Body>(body));
}

template <class Body>
bool HostedModule::call_muc(const char* function, Body&& body) {
    const auto& muc = instance_->extensions().muc;
    return muc && call(function, [&](xsm_module* module) { body(*muc, module); });
}

void HostedModule::on_wake() {
    if (!queue_->take_wake()) return;
    call("on_wake", [](xsm_module* module) { module->on_wake(module); });
}

void HostedModule::on_room_snapshot(const xsm_muc_room& room,
                                    std::span<const xsm_muc_occupant> occupants) {
    call_muc("on_room_snapshot", [&](const xsm_module_muc& muc, xsm_module* module) {
        muc.on_room_snapshot(module, &room, occupants.data(), occupants.size());
    });
}

void HostedModule::on_room_configured(const xsm_muc_room& room) {
    call_muc("on_room_configured", [&](const xsm_module_muc& muc, xsm_module* module) {
        muc.on_room_configured(module, &room);
    });
}

void HostedModule::on_room_destroyed(const xsm_muc_room& room) {
    call_muc("on_room_destroyed", [&](const xsm_module_muc& muc, xsm_module* module) {
        muc.on_room_destroyed(module, &room);
    });
}

void HostedModule::on_occupant_joined(const xsm_muc_room& room, const xsm_muc_occupant& occupant) {
    call_muc("on_occupant_joined", [&](const xsm_module_muc& muc, xsm_module* module) {
        muc.on_occupant_joined(module, &room, &occupant);
    });
}

void HostedModule::on_occupant_changed(const xsm_muc_room& room, std::string_view old_nick,
                                       const xsm_muc_occupant& occupant) {
    call_muc("on_occupant_changed", [&](const xsm_module_muc& muc, xsm_module* module) {
        muc.on_occupant_changed(module, &room, view_of(old_nick), &occupant);
    });
}

void HostedModule::on_occupant_left(const xsm_muc_room& room, const xsm_muc_occupant& occupant,
                                    xsm_muc_leave_reason reason) {
    call_muc("on_occupant_left", [&](const xsm_module_muc& muc, xsm_module* module) {
        muc.on_occupant_left(module, &room, &occupant, reason);
    });
}

Verdict HostedModule::on_message(const xsm_muc_room& room, const xsm_muc_occupant& sender,
                                 std::string_view stanza_xml) {
    const xsm_muc_message message = {sizeof(xsm_muc_message), &room, &sender, view_of(stanza_xml)};
    xsm_muc_verdict verdict{};
    verdict.struct_size = sizeof verdict;
    const bool called = call_muc("on_message", [&](const xsm_module_muc& muc, xsm_module* module) {
        muc.on_message(module, &message, &verdict);
    });
    return called ? read_verdict(verdict) : Verdict{};
}

Verdict HostedModule::read_verdict(xsm_muc_verdict& verdict) {
    const auto text = instance_->take(verdict.xml);
    if (verdict.kind == XSM_MUC_PASS) return {Verdict::Kind::pass, std::nullopt};
    if (!text) return {};
    if (verdict.kind == XSM_MUC_DROP && text->empty()) return {Verdict::Kind::drop, std::nullopt};
    const bool is_drop = verdict.kind == XSM_MUC_DROP;
    if (!is_drop && verdict.kind != XSM_MUC_REPLACE) {
        complain("on_message", "gave a verdict that the ABI does not know");
        return {};
    }
    auto xml = parse("on_message", *text);
    if (!xml) return {};
    if (!xml->is(is_drop ? "error" : "message", xmpp::ns::client)) {
        complain("on_message", "gave the wrong element with its verdict");
        return {};
    }
    return {is_drop ? Verdict::Kind::drop : Verdict::Kind::replace, std::move(xml)};
}

std::optional<bool> HostedModule::on_room_iq(const xsm_muc_room& room,
                                             const xsm_muc_occupant* sender,
                                             std::string_view stanza_xml) {
    int32_t answers = 0;
    if (!call_muc("on_room_iq", [&](const xsm_module_muc& muc, xsm_module* module) {
            answers = muc.on_room_iq(module, &room, sender, view_of(stanza_xml));
        })) {
        return std::nullopt;
    }
    return answers != 0;
}

bool HostedModule::on_stanza(std::string_view stanza_xml) {
    const auto& service = instance_->extensions().service;
    return service && call("on_stanza", [&](xsm_module* module) {
               service->on_stanza(module, view_of(stanza_xml));
           });
}

std::vector<Element> HostedModule::on_room_info(std::string_view room_jid) {
    const auto& disco = instance_->extensions().disco;
    xsm_buf out{};
    if (!disco || !call("on_room_info", [&](xsm_module* module) {
            disco->on_room_info(module, view_of(room_jid), &out);
        })) {
        return {};
    }
    const auto text = instance_->take(out);
    if (!text || text->empty()) return {};
    // Several elements in a row are no document: they need a root.
    const auto query = parse("on_room_info", "<query xmlns='" + std::string(xmpp::ns::disco_info) +
                                                 "'>" + *text + "</query>");
    std::vector<Element> children;
    if (!query) return children;
    for (const Element* child : query->elements()) {
        const bool is_known =
            child->is("feature", xmpp::ns::disco_info) || child->is("x", xmpp::ns::data_form);
        if (is_known) {
            children.push_back(*child);
        } else {
            complain("on_room_info", "gave an element that disco#info does not have");
        }
    }
    return children;
}

CommandAnswer HostedModule::on_command(std::string_view stanza_xml) {
    const auto& adhoc = instance_->extensions().adhoc;
    xsm_buf out{};
    if (!adhoc || !call("on_command", [&](xsm_module* module) {
            adhoc->on_command(module, view_of(stanza_xml), &out);
        })) {
        return std::nullopt;
    }
    const auto text = instance_->take(out);
    if (!text) return std::nullopt;
    auto answer = parse("on_command", *text);
    if (!answer) return std::nullopt;
    if (!answer->is("command", xmpp::ns::commands) && !answer->is("error", xmpp::ns::client)) {
        complain("on_command", "answered with neither <command/> nor <error/>");
        return std::nullopt;
    }
    return answer;
}

void HostedModule::on_timer(uint64_t id) {
    const auto& timer = instance_->extensions().timer;
    if (!timer) return;
    call("on_timer", [&](xsm_module* module) { timer->on_timer(module, id); });
}

Verdict HostedModule::on_iq(std::string_view stanza_xml) {
    const auto& route = instance_->extensions().route;
    xsm_buf error{};
    if (!route || !call("on_iq", [&](xsm_module* module) {
            route->on_iq(module, view_of(stanza_xml), &error);
        })) {
        return {};
    }
    if (error.size == 0) return {Verdict::Kind::pass, std::nullopt};
    return {Verdict::Kind::drop, read_error("on_iq", error)};
}

std::vector<Element> HostedModule::room_config_fields(std::string_view values_xml) const {
    if (!instance_->is_running() || !instance_->extensions().room_config) return {};
    return queue_->room_config_fields().form(values_xml);
}

RoomSubmission HostedModule::on_room_submitted(const xsm_muc_room& room,
                                               std::string_view values_xml, const Element& form) {
    const RoomSubmission unchanged{std::string(values_xml), std::nullopt};
    const auto& room_config = instance_->extensions().room_config;
    if (!room_config || !instance_->is_running()) return unchanged;
    const auto values = queue_->room_config_fields().submit(values_xml, form);
    if (!values) {
        return {std::string(values_xml),
                xmpp::StanzaError{xmpp::ErrorType::modify, xmpp::Condition::bad_request,
                                  values.error().text, std::nullopt}
                    .to_element()};
    }
    if (!*values) return unchanged;
    std::string submitted = xmpp::to_xml(**values);
    xsm_buf error{};
    if (!call("on_room_submitted", [&](xsm_module* module) {
            room_config->on_room_submitted(module, &room, view_of(submitted), &error);
        })) {
        return unchanged;
    }
    if (error.size == 0) return {std::move(submitted), std::nullopt};
    return {std::string(values_xml), read_error("on_room_submitted", error)};
}

void HostedModule::on_room_values(std::string_view room_jid, std::string_view values_xml) {
    const auto& room_config = instance_->extensions().room_config;
    if (!room_config) return;
    call("on_room_values", [&](xsm_module* module) {
        room_config->on_room_values(module, view_of(room_jid), view_of(values_xml));
    });
}

void HostedModule::on_occupant_presence(const xsm_muc_room& room, const xsm_muc_occupant& occupant,
                                        std::string_view payload_xml) {
    const auto& presence = instance_->extensions().presence;
    if (!presence) return;
    call("on_occupant_presence", [&](xsm_module* module) {
        presence->on_occupant_presence(module, &room, &occupant, view_of(payload_xml));
    });
}

OptionsVerdict HostedModule::on_options(std::span<const abi::ModuleOption> options) {
    const auto& half = instance_->extensions().options;
    std::vector<xsm_option> views;
    views.reserve(options.size());
    for (const auto& [key, value] : options)
        views.push_back({view_of(key), view_of(value)});
    xsm_status status = XSM_ERROR;
    xsm_buf message{};
    OptionsVerdict verdict;
    if (!half) {
        verdict.message = "its options are in force from its next start on";
    } else if (!call("on_options", [&](xsm_module* module) {
                   status = half->on_options(module, views.data(), views.size(), &message);
               })) {
        verdict.message = "it does not run, and has not been told its options";
    } else {
        verdict.in_force = status == XSM_OK;
        verdict.message = instance_->take(message).value_or("");
        if (verdict.message.empty())
            verdict.message =
                verdict.in_force ? "its options are in force" : "it refuses its options";
    }
    queue_->log(verdict.in_force || !half ? XSM_LOG_INFO : XSM_LOG_ERROR, verdict.message);
    return verdict;
}

void HostedModule::on_node_lost(std::string_view node, bool is_elected,
                                std::span<const ClusterRecord> records) {
    const auto& cluster = instance_->extensions().cluster;
    if (!cluster) return;
    std::vector<xsm_cluster_record> views;
    views.reserve(records.size());
    for (const auto& [key, value] : records)
        views.push_back({sizeof(xsm_cluster_record), view_of(key), view_of(value)});
    call("on_node_lost", [&](xsm_module* module) {
        cluster->on_node_lost(module, view_of(node), is_elected ? 1 : 0, views.data(),
                              views.size());
    });
}

Element HostedModule::read_error(const char* function, xsm_buf& error) {
    if (const auto text = instance_->take(error)) {
        auto element = parse(function, *text);
        if (element && element->is("error", xmpp::ns::client)) return std::move(*element);
        if (element) complain(function, "gave something else than an <error/>");
    }
    return xmpp::StanzaError{xmpp::ErrorType::cancel, xmpp::Condition::service_unavailable,
                             "Calls do not work at the moment. Tell the administrator of this "
                             "server.",
                             std::nullopt}
        .to_element();
}

std::optional<Element> HostedModule::parse(const char* function, const std::string& xml) {
    auto element = xmpp::parse_xml(xml);
    if (element) return std::move(*element);
    complain(function, "gave XML that is " + std::string(xmpp::to_string(element.error())));
    return std::nullopt;
}

void HostedModule::complain(const char* function, std::string_view what) {
    queue_->log(XSM_LOG_ERROR, "module " + std::string(instance_->name()) + ": " + function + " " +
                                   std::string(what) +
                                   ". That is a bug of the module: report it to its authors.");
}

}  // namespace parley::binding
