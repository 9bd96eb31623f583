#include "hosts/server/muc/disco.hpp"

#include "hosts/server/muc/commands.hpp"
#include "hosts/server/muc/replies.hpp"
#include "xmpp/data_form.hpp"
#include "xmpp/namespaces.hpp"

namespace parley::server::muc {
namespace {

using xmpp::Condition;

constexpr std::string_view node_reserved_nick = "x-roomuser-item";
constexpr std::string_view feature_stable_id = "http://jabber.org/protocol/muc#stable_id";
constexpr std::string_view feature_self_ping =
    "http://jabber.org/protocol/muc#self-ping-optimization";

void add_feature(xmpp::Element& query, std::string_view feature) {
    query.add("feature").set_attr("var", feature);
}

void add_identity(xmpp::Element& query, std::string_view name) {
    query.add("identity")
        .set_attr("category", "conference")
        .set_attr("type", "text")
        .set_attr("name", name);
}

void add_field(xmpp::DataForm& form, std::string_view var, std::string_view type,
               std::string_view label, std::string value) {
    xmpp::DataForm::Field field;
    field.var = var;
    field.type = type;
    field.label = label;
    field.values.push_back(std::move(value));
    form.add(std::move(field));
}

xmpp::DataForm room_info_form(const Room& room) {
    const RoomConfig& config = room.config();
    xmpp::DataForm form;
    form.type = xmpp::DataForm::Type::result;
    add_field(form, "FORM_TYPE", "hidden", "", "http://jabber.org/protocol/muc#roominfo");
    add_field(form, "muc#roomconfig_roomname", "text-single", "Name", config.title);
    add_field(form, "muc#roominfo_description", "text-single", "Description", config.description);
    add_field(form, "muc#roominfo_subject", "text-single", "Subject", room.subject().text);
    add_field(form, "muc#roominfo_subjectmod", "boolean", "Participants may change the subject",
              config.change_subject ? "1" : "0");
    add_field(form, "muc#roominfo_occupants", "text-single", "Occupants",
              std::to_string(room.occupants().size()));
    add_field(form, "muc#maxhistoryfetch", "text-single", "Messages shown to newcomers",
              std::to_string(config.history_messages));
    return form;
}

void add_room_features(xmpp::Element& query, const RoomConfig& config) {
    for (const std::string_view feature :
         {xmpp::ns::muc, xmpp::ns::disco_info, xmpp::ns::disco_items, xmpp::ns::ping,
          feature_stable_id, feature_self_ping, std::string_view("urn:xmpp:sid:0"),
          std::string_view("http://jabber.org/protocol/muc#request")})
        add_feature(query, feature);
    add_feature(query, config.members_only ? "muc_membersonly" : "muc_open");
    add_feature(query, config.non_anonymous ? "muc_nonanonymous" : "muc_semianonymous");
    add_feature(query, config.persistent ? "muc_persistent" : "muc_temporary");
    add_feature(query, config.publicly_listed ? "muc_public" : "muc_hidden");
    add_feature(query, config.moderated ? "muc_moderated" : "muc_unmoderated");
    add_feature(query, config.password.empty() ? "muc_unsecured" : "muc_passwordprotected");
}

void answer_reserved_nick(const Context& context, const Room& room, const xmpp::Element& iq,
                          const xmpp::Jid& from) {
    xmpp::Element reply = xmpp::iq_result(iq);
    xmpp::Element& query = reply.add("query", xmpp::ns::disco_info);
    query.set_attr("node", node_reserved_nick);
    const auto entry = room.affiliations().find(from.bare());
    if (entry != room.affiliations().end() && !entry->second.nick.empty())
        add_identity(query, entry->second.nick);
    context.sink.route(std::move(reply));
}

bool refuse_node(const Context& context, const xmpp::Element& iq, std::string_view ns) {
    if (iq.child("query", ns)->attr("node").empty()) return false;
    refuse(context, iq, muc_error(Condition::item_not_found, "There is no such node"));
    return true;
}

}  // namespace

void answer_service_info(const Context& context, const xmpp::Element& iq) {
    if (refuse_node(context, iq, xmpp::ns::disco_info)) return;
    xmpp::Element reply = xmpp::iq_result(iq);
    xmpp::Element& query = reply.add("query", xmpp::ns::disco_info);
    add_identity(query, context.config.name);
    for (const std::string_view feature :
         {xmpp::ns::muc, xmpp::ns::disco_info, xmpp::ns::disco_items, xmpp::ns::ping,
          feature_stable_id, feature_self_ping})
        add_feature(query, feature);
    for (const std::string& feature : context.hooks.service_features())
        add_feature(query, feature);
    context.sink.route(std::move(reply));
}

void answer_service_items(const Context& context, const xmpp::Element& iq, const xmpp::Jid& from,
                          const std::vector<const Room*>& rooms) {
    if (refuse_node(context, iq, xmpp::ns::disco_items)) return;
    xmpp::Element reply = xmpp::iq_result(iq);
    xmpp::Element& query = reply.add("query", xmpp::ns::disco_items);
    size_t listed = 0;
    for (const Room* room : rooms) {
        if (listed == context.config.limits.disco_items_max) break;
        const bool visible = (room->config().publicly_listed && !room->locked) ||
                             room->occupant_of(from) != nullptr ||
                             room->affiliation(from) >= Affiliation::member;
        if (!visible) continue;
        const std::string& title = room->config().title;
        query.add("item")
            .set_attr("jid", room->address())
            .set_attr("name", title.empty() ? room->jid().local() : title);
        ++listed;
    }
    context.sink.route(std::move(reply));
}

void answer_room_info(const Context& context, const Room& room, const xmpp::Element& iq,
                      const xmpp::Jid& from) {
    if (iq.child("query", xmpp::ns::disco_info)->attr("node") == node_reserved_nick) {
        answer_reserved_nick(context, room, iq, from);
        return;
    }
    if (answer_command_info(context, room, iq, from)) return;
    if (refuse_node(context, iq, xmpp::ns::disco_info)) return;
    xmpp::Element reply = xmpp::iq_result(iq);
    xmpp::Element& query = reply.add("query", xmpp::ns::disco_info);
    const std::string& title = room.config().title;
    add_identity(query, title.empty() ? room.jid().local() : title);
    add_room_features(query, room.config());
    if (!context.hooks.room_commands().empty()) add_feature(query, xmpp::ns::commands);
    std::vector<xmpp::Element> further = context.hooks.room_info(room);
    for (const xmpp::Element& element : further)
        if (element.name() == "feature") query.add(element);
    query.add(room_info_form(room).to_element());
    for (xmpp::Element& element : further)
        if (element.name() != "feature") query.add(std::move(element));
    context.sink.route(std::move(reply));
}

void answer_room_items(const Context& context, const Room& room, const xmpp::Element& iq,
                       const xmpp::Jid& from) {
    if (iq.child("query", xmpp::ns::disco_items)->attr("node") == xmpp::ns::commands) {
        answer_command_items(context, room, iq, from);
        return;
    }
    if (refuse_node(context, iq, xmpp::ns::disco_items)) return;
    xmpp::Element reply = xmpp::iq_result(iq);
    xmpp::Element& query = reply.add("query", xmpp::ns::disco_items);
    if (room.occupant_of(from) != nullptr)
        for (const auto& [nick, occupant] : room.occupants())
            query.add("item").set_attr("jid", room.occupant_address(nick));
    context.sink.route(std::move(reply));
}

}  // namespace parley::server::muc
