#include <algorithm>

#include "hosts/server/modules/abi_values.hpp"
#include "hosts/server/modules/module_host.hpp"
#include "xmpp/xml.hpp"

/// What modules hear of rooms, and what they say to it.
namespace parley::server {
namespace {

using muc::MessageVerdict;

/// The host fails closed: what nobody could judge is not let through.
xmpp::Element failure() {
    return xmpp::StanzaError{xmpp::ErrorType::cancel, xmpp::Condition::service_unavailable,
                             "The part of the server that handles this message has failed; "
                             "the administrator finds the reason in the server's log",
                             std::nullopt}
        .to_element();
}

MessageVerdict refused() {
    MessageVerdict verdict;
    verdict.kind = MessageVerdict::Kind::drop;
    verdict.judged = true;
    verdict.error = failure();
    return verdict;
}

MessageVerdict from_binding(binding::Verdict verdict) {
    using Kind = binding::Verdict::Kind;
    if (verdict.kind == Kind::refuse) return refused();
    MessageVerdict result;
    result.judged = true;
    if (verdict.kind == Kind::drop) {
        result.kind = MessageVerdict::Kind::drop;
        result.error = std::move(verdict.xml);
    } else if (verdict.kind == Kind::replace) {
        result.kind = MessageVerdict::Kind::replace;
        result.replacement = std::move(verdict.xml);
    }
    return result;
}

/// What the room keeps for the module.
std::string_view values_of(const muc::Room& room, const RunningModule& module) {
    const auto found = room.module_values().find(module.name);
    return found == room.module_values().end() ? std::string_view() : found->second;
}

std::vector<const xmpp::Element*> children_in(
    const xmpp::Element& stanza, const std::set<std::string, std::less<>>& namespaces) {
    std::vector<const xmpp::Element*> children;
    if (namespaces.empty()) return children;
    for (const xmpp::Element* child : stanza.elements())
        if (namespaces.contains(child->ns())) children.push_back(child);
    return children;
}

}  // namespace

template <class Body>
void ModuleHost::for_each(Body body) {
    for (const auto& module : modules_) {
        if (!module->can_be_called()) continue;
        body(*module);
        module->collect();
    }
}

MessageVerdict ModuleHost::judge_message(const muc::Room& room, const muc::OccupantInfo& sender,
                                         const xmpp::Element& message) {
    MessageVerdict result;
    for (const auto& module : modules_) {
        const xmpp::Element& current = result.replacement ? *result.replacement : message;
        if (!module->cares_for(current)) continue;
        if (!module->can_be_called()) return refused();
        const AbiOccupant abi_sender(sender);
        MessageVerdict verdict = from_binding(
            module->hosted->on_message(to_abi(room), *abi_sender.get(), xmpp::to_xml(current)));
        module->collect();
        if (verdict.kind == MessageVerdict::Kind::drop) return verdict;
        result.judged = true;
        if (verdict.kind == MessageVerdict::Kind::replace) result = std::move(verdict);
    }
    return result;
}

bool ModuleHost::take_room_iq(const muc::Room& room, const muc::OccupantInfo* sender,
                              const xmpp::Element& iq) {
    for (const auto& module : modules_) {
        if (!module->cares_for(iq) || !module->can_be_called()) continue;
        std::optional<AbiOccupant> occupant;
        if (sender != nullptr) occupant.emplace(*sender);
        const auto taken = module->hosted->on_room_iq(
            to_abi(room), occupant ? occupant->get() : nullptr, xmpp::to_xml(iq));
        module->collect();
        if (taken.value_or(false)) return true;
    }
    return false;
}

std::optional<xmpp::Element> ModuleHost::judge_iq(const xmpp::Element& iq) {
    const xmpp::Element* payload = iq.first_child();
    if (payload == nullptr) return std::nullopt;
    for (const auto& module : modules_) {
        if (!module->route_interest.contains(payload->ns())) continue;
        if (!module->can_be_called()) return failure();
        binding::Verdict verdict = module->hosted->on_iq(xmpp::to_xml(iq));
        module->collect();
        if (verdict.kind == binding::Verdict::Kind::refuse) return failure();
        if (verdict.kind == binding::Verdict::Kind::drop) return std::move(verdict.xml);
    }
    return std::nullopt;
}

std::vector<xmpp::Element> ModuleHost::config_fields(const muc::Room& room) {
    std::vector<xmpp::Element> fields;
    for_each([&](RunningModule& module) {
        for (xmpp::Element& field : module.hosted->room_config_fields(values_of(room, module)))
            fields.push_back(std::move(field));
    });
    return fields;
}

muc::FormVerdict ModuleHost::judge_form(const muc::Room& room, const xmpp::Element& form) {
    muc::FormVerdict verdict;
    for_each([&](RunningModule& module) {
        if (verdict.error) return;
        const std::string_view before = values_of(room, module);
        binding::RoomSubmission submission =
            module.hosted->on_room_submitted(to_abi(room), before, form);
        verdict.error = std::move(submission.error);
        if (submission.values_xml != before)
            verdict.changed.emplace(module.name, std::move(submission.values_xml));
    });
    return verdict;
}

void ModuleHost::module_values(const muc::Room& room, const muc::ModuleValues& values) {
    for (const auto& module : modules_)
        give_values(*module, room, values);
}

void ModuleHost::room_configured(const muc::Room& room) {
    for_each([&](RunningModule& module) { module.hosted->on_room_configured(to_abi(room)); });
}

void ModuleHost::room_destroyed(const muc::Room& room) {
    for_each([&](RunningModule& module) { module.hosted->on_room_destroyed(to_abi(room)); });
}

void ModuleHost::occupant_joined(const muc::Room& room, const muc::OccupantInfo& occupant) {
    const AbiOccupant who(occupant);
    for_each([&](RunningModule& module) {
        module.hosted->on_occupant_joined(to_abi(room), *who.get());
    });
}

void ModuleHost::occupant_changed(const muc::Room& room, std::string_view old_nick,
                                  const muc::OccupantInfo& occupant) {
    const AbiOccupant who(occupant);
    for_each([&](RunningModule& module) {
        module.hosted->on_occupant_changed(to_abi(room), old_nick, *who.get());
    });
}

void ModuleHost::occupant_presence(const muc::Room& room, const muc::OccupantInfo& occupant,
                                   const xmpp::Element* before, const xmpp::Element& now) {
    for_each([&](RunningModule& module) { give_presence(module, room, occupant, before, now); });
}

void ModuleHost::give_presence(RunningModule& module, const muc::Room& room,
                               const muc::OccupantInfo& occupant, const xmpp::Element* before,
                               const xmpp::Element& now) {
    const auto payload = children_in(now, module.presence_interest);
    const auto payload_before = before == nullptr ? std::vector<const xmpp::Element*>()
                                                  : children_in(*before, module.presence_interest);
    if (std::equal(payload.begin(), payload.end(), payload_before.begin(), payload_before.end(),
                   [](const auto* one, const auto* other) { return *one == *other; }))
        return;
    std::string payload_xml;
    for (const xmpp::Element* child : payload)
        payload_xml += xmpp::to_xml(*child);
    const AbiOccupant who(occupant);
    module.hosted->on_occupant_presence(to_abi(room), *who.get(), payload_xml);
}

void ModuleHost::occupant_left(const muc::Room& room, const muc::OccupantInfo& occupant,
                               muc::LeaveReason reason) {
    const AbiOccupant who(occupant);
    for_each([&](RunningModule& module) {
        module.hosted->on_occupant_left(to_abi(room), *who.get(), to_abi(reason));
    });
}

std::vector<xmpp::Element> ModuleHost::room_info(const muc::Room& room) {
    std::vector<xmpp::Element> children;
    for_each([&](RunningModule& module) {
        for (xmpp::Element& child : module.hosted->on_room_info(room.address()))
            children.push_back(std::move(child));
    });
    return children;
}

std::vector<std::string> ModuleHost::service_features() {
    std::vector<std::string> features;
    for (const auto& module : modules_)
        if (module->can_be_called())
            features.insert(features.end(), module->muc_features.begin(),
                            module->muc_features.end());
    return features;
}

}  // namespace parley::server
