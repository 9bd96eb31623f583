#include "hosts/server/muc/commands.hpp"

#include <algorithm>

#include "hosts/server/muc/replies.hpp"
#include "xmpp/namespaces.hpp"

namespace parley::server::muc {
namespace {

using xmpp::Condition;

bool may_run(const Context& context, const Room& room, const xmpp::Jid& from) {
    const auto& admins = context.config.admins;
    return room.affiliation(from) == Affiliation::owner ||
           std::find(admins.begin(), admins.end(), from.bare()) != admins.end();
}

std::vector<RoomCommand> commands_for(const Context& context, const Room& room,
                                      const xmpp::Jid& from) {
    if (!may_run(context, room, from)) return {};
    return context.hooks.room_commands();
}

}  // namespace

void answer_command_items(const Context& context, const Room& room, const xmpp::Element& iq,
                          const xmpp::Jid& from) {
    xmpp::Element reply = xmpp::iq_result(iq);
    xmpp::Element& query = reply.add("query", xmpp::ns::disco_items);
    query.set_attr("node", xmpp::ns::commands);
    for (const RoomCommand& command : commands_for(context, room, from))
        query.add("item")
            .set_attr("jid", room.address())
            .set_attr("node", command.node)
            .set_attr("name", command.name);
    context.sink.route(std::move(reply));
}

bool answer_command_info(const Context& context, const Room& room, const xmpp::Element& iq,
                         const xmpp::Jid& from) {
    const std::string_view node = iq.child("query", xmpp::ns::disco_info)->attr("node");
    const auto commands = commands_for(context, room, from);
    const auto found = std::find_if(commands.begin(), commands.end(),
                                    [&](const RoomCommand& one) { return one.node == node; });
    if (found == commands.end()) return false;
    xmpp::Element reply = xmpp::iq_result(iq);
    xmpp::Element& query = reply.add("query", xmpp::ns::disco_info);
    query.set_attr("node", node);
    query.add("identity")
        .set_attr("category", "automation")
        .set_attr("type", "command-node")
        .set_attr("name", found->name);
    for (const std::string_view feature : {xmpp::ns::commands, xmpp::ns::data_form})
        query.add("feature").set_attr("var", feature);
    context.sink.route(std::move(reply));
    return true;
}

void handle_command(const Context& context, const Room& room, const xmpp::Element& iq,
                    const xmpp::Jid& from) {
    if (!may_run(context, room, from)) {
        refuse(context, iq,
               muc_error(Condition::forbidden, "Only owners run the commands of the room"));
        return;
    }
    if (auto reply = context.hooks.run_room_command(iq))
        context.sink.route(std::move(*reply));
    else
        refuse(context, iq, muc_error(Condition::service_unavailable, "Rooms do not offer this"));
}

}  // namespace parley::server::muc
