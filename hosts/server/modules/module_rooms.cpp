#include "hosts/server/modules/abi_values.hpp"
#include "hosts/server/modules/module_host.hpp"
#include "xmpp/xml.hpp"

/// What modules hear of rooms, and what they say to it.
namespace parley::server {
namespace {

using muc::MessageVerdict;

/// The host fails closed: a message that nobody could judge is not let through.
MessageVerdict refused() {
    MessageVerdict verdict;
    verdict.kind = MessageVerdict::Kind::drop;
    verdict.judged = true;
    verdict.error =
        xmpp::StanzaError{xmpp::ErrorType::cancel, xmpp::Condition::service_unavailable,
                          "The part of the server that handles this message has failed; "
                          "the administrator finds the reason in the server's log",
                          std::nullopt}
            .to_element();
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

}  // namespace

template <class Body>
void ModuleHost::for_each(Body body) {
    for (const auto& module : modules_) {
        if (!module->can_be_called()) continue;
        body(*module->hosted);
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

void ModuleHost::room_configured(const muc::Room& room) {
    for_each([&](binding::HostedModule& module) { module.on_room_configured(to_abi(room)); });
}

void ModuleHost::room_destroyed(const muc::Room& room) {
    for_each([&](binding::HostedModule& module) { module.on_room_destroyed(to_abi(room)); });
}

void ModuleHost::occupant_joined(const muc::Room& room, const muc::OccupantInfo& occupant) {
    const AbiOccupant who(occupant);
    for_each([&](binding::HostedModule& module) {
        module.on_occupant_joined(to_abi(room), *who.get());
    });
}

void ModuleHost::occupant_changed(const muc::Room& room, std::string_view old_nick,
                                  const muc::OccupantInfo& occupant) {
    const AbiOccupant who(occupant);
    for_each([&](binding::HostedModule& module) {
        module.on_occupant_changed(to_abi(room), old_nick, *who.get());
    });
}

void ModuleHost::occupant_left(const muc::Room& room, const muc::OccupantInfo& occupant,
                               muc::LeaveReason reason) {
    const AbiOccupant who(occupant);
    for_each([&](binding::HostedModule& module) {
        module.on_occupant_left(to_abi(room), *who.get(), to_abi(reason));
    });
}

std::vector<xmpp::Element> ModuleHost::room_info(const muc::Room& room) {
    std::vector<xmpp::Element> children;
    for_each([&](binding::HostedModule& module) {
        for (xmpp::Element& child : module.on_room_info(room.address()))
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
