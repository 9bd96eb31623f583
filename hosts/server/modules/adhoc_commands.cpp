#include "hosts/server/modules/adhoc_commands.hpp"

#include "xmpp/namespaces.hpp"
#include "xmpp/stanza_error.hpp"
#include "xmpp/xml.hpp"

namespace parley::server {
namespace {

using xmpp::Condition;
using xmpp::ErrorType;

xmpp::Element refuse(const xmpp::Element& iq, ErrorType type, Condition condition,
                     std::string text) {
    return xmpp::error_reply(iq, {type, condition, std::move(text), std::nullopt});
}

}  // namespace

AdhocCommands::AdhocCommands(const Config& config, Router& router, std::function<void()> settle)
    : config_(config), router_(router), settle_(std::move(settle)) {
    const std::string ns(xmpp::ns::commands);
    router_.iq_handlers().set(
        ns, [this](const xmpp::Element& iq, const xmpp::Jid& from) { return handle(iq, from); });
    router_.disco().add_feature(ns);
    router_.disco().set_node(ns, {[this](const xmpp::Jid& from) { return items(from); }, nullptr});
}

AdhocCommands::~AdhocCommands() {
    while (!commands_.empty())
        remove(commands_.begin()->first);
    router_.disco().remove_node(std::string(xmpp::ns::commands));
    router_.disco().remove_feature(std::string(xmpp::ns::commands));
    router_.iq_handlers().remove(xmpp::ns::commands);
}

void AdhocCommands::add(const binding::AddCommand& command, std::shared_ptr<RunningModule> module) {
    const std::string& node = command.node;
    commands_.insert_or_assign(node, Command{command.name, command.access, std::move(module)});
    if (command.access != XSM_ADHOC_ADMIN) return;
    router_.disco().set_node(
        node, {nullptr, [this, node](const xmpp::Jid& from) { return info(node, from); }});
}

void AdhocCommands::remove(const std::string& node) {
    router_.disco().remove_node(node);
    commands_.erase(node);
}

std::set<std::string, std::less<>> AdhocCommands::nodes() const {
    std::set<std::string, std::less<>> nodes;
    for (const auto& [node, command] : commands_)
        nodes.insert(node);
    return nodes;
}

std::vector<muc::RoomCommand> AdhocCommands::of_rooms() const {
    std::vector<muc::RoomCommand> commands;
    for (const auto& [node, command] : commands_)
        if (command.access == XSM_ADHOC_ROOM_OWNER) commands.push_back({node, command.name});
    return commands;
}

const AdhocCommands::Command* AdhocCommands::find(std::string_view node,
                                                  xsm_adhoc_access access) const {
    const auto found = commands_.find(node);
    if (found == commands_.end() || found->second.access != access) return nullptr;
    return &found->second;
}

std::vector<ServerDisco::Item> AdhocCommands::items(const xmpp::Jid& from) const {
    std::vector<ServerDisco::Item> items;
    if (!config_.is_admin(from)) return items;
    for (const auto& [node, command] : commands_)
        if (command.access == XSM_ADHOC_ADMIN)
            items.push_back({config_.domain, node, command.name});
    return items;
}

std::optional<std::vector<xmpp::Element>> AdhocCommands::info(const std::string& node,
                                                              const xmpp::Jid& from) const {
    const Command* command = find(node, XSM_ADHOC_ADMIN);
    if (command == nullptr || !config_.is_admin(from)) return std::nullopt;
    xmpp::Element identity("identity", xmpp::ns::disco_info);
    identity.set_attr("category", "automation")
        .set_attr("type", "command-node")
        .set_attr("name", command->name);
    std::vector<xmpp::Element> children{std::move(identity)};
    for (const std::string_view feature : {xmpp::ns::commands, xmpp::ns::data_form}) {
        xmpp::Element element("feature", xmpp::ns::disco_info);
        element.set_attr("var", feature);
        children.push_back(std::move(element));
    }
    return children;
}

std::optional<xmpp::Element> AdhocCommands::handle(const xmpp::Element& iq, const xmpp::Jid& from) {
    if (!config_.is_admin(from))
        return refuse(iq, ErrorType::auth, Condition::forbidden,
                      "Only administrators run commands");
    xmpp::Element reply = run(iq, XSM_ADHOC_ADMIN);
    settle_();
    return reply;
}

xmpp::Element AdhocCommands::run_on_room(const xmpp::Element& iq) {
    return run(iq, XSM_ADHOC_ROOM_OWNER);
}

xmpp::Element AdhocCommands::run(const xmpp::Element& iq, xsm_adhoc_access access) {
    const xmpp::Element* payload = iq.child("command", xmpp::ns::commands);
    if (iq.attr("type") != "set" || payload == nullptr)
        return refuse(iq, ErrorType::modify, Condition::bad_request,
                      "A command is run by an IQ set");
    const Command* command = find(payload->attr("node"), access);
    if (command == nullptr)
        return refuse(iq, ErrorType::cancel, Condition::item_not_found, "There is no such command");
    const std::shared_ptr<RunningModule> module = command->module;
    binding::CommandAnswer answer;
    if (module->can_be_called()) {
        answer = module->hosted->on_command(xmpp::to_xml(iq));
        module->collect();
    }
    if (answer && answer->is("command", xmpp::ns::commands)) {
        xmpp::Element reply = xmpp::iq_result(iq);
        reply.add(std::move(*answer));
        return reply;
    }
    if (answer) return xmpp::error_reply(iq, std::move(*answer));
    return refuse(iq, ErrorType::cancel, Condition::service_unavailable,
                  "The module did not answer; its messages are in the server's log");
}

}  // namespace parley::server
