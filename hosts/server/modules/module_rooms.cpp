#include <spdlog/spdlog.h>

#include "hosts/server/modules/abi_values.hpp"
#include "hosts/server/modules/module_host.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/xml.hpp"

/// What modules hear of rooms, and what they say to it.
namespace parley::server {
namespace {

using muc::MessageVerdict;

xmpp::Element failure_error() {
    return xmpp::StanzaError{xmpp::ErrorType::cancel, xmpp::Condition::service_unavailable,
                             "The part of the server that handles this message has failed; the "
                             "administrator finds the reason in the server's log",
                             std::nullopt}
        .to_element();
}

/// The host fails closed: a message that nobody could judge is not let through.
MessageVerdict refused() {
    MessageVerdict verdict;
    verdict.kind = MessageVerdict::Kind::drop;
    verdict.error = failure_error();
    verdict.judged = true;
    return verdict;
}

MessageVerdict read_verdict(const HostedModule& module, xsm_muc_verdict_kind kind,
                            const std::string& xml) {
    MessageVerdict verdict;
    verdict.judged = true;
    if (kind == XSM_MUC_PASS) return verdict;
    if (kind == XSM_MUC_DROP && xml.empty()) {
        verdict.kind = MessageVerdict::Kind::drop;
        return verdict;
    }
    auto element = xmpp::parse_xml(xml);
    if (kind == XSM_MUC_DROP && element && element->is("error", xmpp::ns::client)) {
        verdict.kind = MessageVerdict::Kind::drop;
        verdict.error = std::move(*element);
        return verdict;
    }
    if (kind == XSM_MUC_REPLACE && element && element->is("message", xmpp::ns::client)) {
        verdict.kind = MessageVerdict::Kind::replace;
        verdict.replacement = std::move(*element);
        return verdict;
    }
    spdlog::error("module {}: its verdict of kind {} holds no such element; the message is refused",
                  module.name(), kind);
    return refused();
}

/// What xsm/disco.h allows a module to add.
bool belongs_in_room_info(const xmpp::Element& element) {
    return element.is("feature", xmpp::ns::disco_info) || element.is("x", xmpp::ns::data_form);
}

}  // namespace

template <class Body>
void ModuleHost::for_each_muc(const char* function, Body body) {
    for (const auto& module : modules_) {
        if (!module->in_service()) continue;
        const auto& functions = module->instance()->extensions().muc;
        if (functions)
            module->call(function, [&](xsm_module* called) { body(called, *functions); });
    }
}

MessageVerdict ModuleHost::judge_by(HostedModule& module, const muc::Room& room,
                                    const muc::OccupantInfo& sender, const xmpp::Element& message) {
    if (!module.in_service()) return refused();
    const auto& functions = module.instance()->extensions().muc;
    if (!functions) return {};
    const std::string xml = xmpp::to_xml(message);
    const xsm_muc_room abi_room = to_abi(room);
    const AbiOccupant abi_sender(sender);
    const xsm_muc_message abi_message{sizeof abi_message, &abi_room, abi_sender.get(), view(xml)};
    xsm_muc_verdict verdict{};
    verdict.struct_size = sizeof verdict;
    const bool called = module.call("on_message", [&](xsm_module* instance) {
        functions->on_message(instance, &abi_message, &verdict);
    });
    if (!called) return refused();
    const auto out = module.instance()->take(verdict.xml);
    return out ? read_verdict(module, verdict.kind, *out) : refused();
}

MessageVerdict ModuleHost::judge_message(const muc::Room& room, const muc::OccupantInfo& sender,
                                         const xmpp::Element& message) {
    MessageVerdict result;
    for (const auto& module : modules_) {
        const xmpp::Element& current = result.replacement ? *result.replacement : message;
        if (!module->cares_for(current)) continue;
        MessageVerdict verdict = judge_by(*module, room, sender, current);
        result.judged = result.judged || verdict.judged;
        if (verdict.kind == MessageVerdict::Kind::drop) return verdict;
        if (verdict.kind == MessageVerdict::Kind::replace) result = std::move(verdict);
    }
    return result;
}

bool ModuleHost::take_room_iq(const muc::Room& room, const muc::OccupantInfo* sender,
                              const xmpp::Element& iq) {
    for (const auto& module : modules_) {
        if (!module->in_service() || !module->cares_for(iq)) continue;
        const auto& functions = module->instance()->extensions().muc;
        if (!functions) continue;
        const std::string xml = xmpp::to_xml(iq);
        const xsm_muc_room abi_room = to_abi(room);
        std::optional<AbiOccupant> occupant;
        if (sender != nullptr) occupant.emplace(*sender);
        int32_t taken = 0;
        module->call("on_room_iq", [&](xsm_module* called) {
            taken = functions->on_room_iq(called, &abi_room, occupant ? occupant->get() : nullptr,
                                          view(xml));
        });
        if (taken != 0) return true;
    }
    return false;
}

void ModuleHost::room_configured(const muc::Room& room) {
    const xsm_muc_room abi_room = to_abi(room);
    for_each_muc("on_room_configured", [&](xsm_module* module, const xsm_module_muc& functions) {
        functions.on_room_configured(module, &abi_room);
    });
}

void ModuleHost::room_destroyed(const muc::Room& room) {
    const xsm_muc_room abi_room = to_abi(room);
    for_each_muc("on_room_destroyed", [&](xsm_module* module, const xsm_module_muc& functions) {
        functions.on_room_destroyed(module, &abi_room);
    });
}

void ModuleHost::occupant_joined(const muc::Room& room, const muc::OccupantInfo& occupant) {
    const xsm_muc_room abi_room = to_abi(room);
    const AbiOccupant abi_occupant(occupant);
    for_each_muc("on_occupant_joined", [&](xsm_module* module, const xsm_module_muc& functions) {
        functions.on_occupant_joined(module, &abi_room, abi_occupant.get());
    });
}

void ModuleHost::occupant_changed(const muc::Room& room, std::string_view old_nick,
                                  const muc::OccupantInfo& occupant) {
    const xsm_muc_room abi_room = to_abi(room);
    const AbiOccupant abi_occupant(occupant);
    for_each_muc("on_occupant_changed", [&](xsm_module* module, const xsm_module_muc& functions) {
        functions.on_occupant_changed(module, &abi_room, view(old_nick), abi_occupant.get());
    });
}

void ModuleHost::occupant_left(const muc::Room& room, const muc::OccupantInfo& occupant,
                               muc::LeaveReason reason) {
    const xsm_muc_room abi_room = to_abi(room);
    const AbiOccupant abi_occupant(occupant);
    for_each_muc("on_occupant_left", [&](xsm_module* module, const xsm_module_muc& functions) {
        functions.on_occupant_left(module, &abi_room, abi_occupant.get(), to_abi(reason));
    });
}

std::vector<xmpp::Element> ModuleHost::room_info(const muc::Room& room) {
    std::vector<xmpp::Element> children;
    for (const auto& module : modules_) {
        if (!module->in_service()) continue;
        const auto& functions = module->instance()->extensions().disco;
        if (!functions) continue;
        xsm_buf buffer{};
        module->call("on_room_info", [&](xsm_module* called) {
            functions->on_room_info(called, view(room.address()), &buffer);
        });
        const auto out = module->instance()->take(buffer);
        if (!out || out->empty()) continue;
        const auto row = xmpp::parse_xml("<row>" + *out + "</row>");
        if (!row) {
            spdlog::error("module {}: what it says of {} is no XML", module->name(),
                          room.address());
            continue;
        }
        for (const xmpp::Element* child : row->elements())
            if (belongs_in_room_info(*child)) children.push_back(*child);
    }
    return children;
}

std::vector<std::string> ModuleHost::service_features() {
    std::vector<std::string> features;
    for (const auto& module : modules_)
        if (module->in_service())
            for (std::string& feature : module->muc_features())
                features.push_back(std::move(feature));
    return features;
}

}  // namespace parley::server
