#include "hosts/server/muc/owner.hpp"

#include <spdlog/spdlog.h>

#include "hosts/server/muc/config_form.hpp"
#include "hosts/server/muc/events.hpp"
#include "hosts/server/muc/groupchat.hpp"
#include "hosts/server/muc/leave.hpp"
#include "hosts/server/muc/replies.hpp"
#include "xmpp/namespaces.hpp"

namespace parley::server::muc {
namespace {

using xmpp::Condition;
using xmpp::DataForm;

void answer_form(const Context& context, const Room& room, const xmpp::Element& iq) {
    xmpp::Element form = config_form(room.config(), context.config.limits).to_element();
    for (xmpp::Element& field : context.hooks.config_fields(room))
        form.add(std::move(field));
    xmpp::Element reply = xmpp::iq_result(iq);
    reply.add("query", xmpp::ns::muc_owner).add(std::move(form));
    context.sink.route(std::move(reply));
}

/// XEP-0045 s10.2.1: what the occupants are told of the change.
void tell_of_change(const Context& context, const Room& room, const RoomConfig& before,
                    bool module_values_changed) {
    const RoomConfig& now = room.config();
    if (before == now && !module_values_changed) return;
    std::vector<int> codes;
    if (before.non_anonymous != now.non_anonymous)
        codes.push_back(now.non_anonymous ? status::now_non_anonymous : status::now_semi_anonymous);
    RoomConfig rest = before;
    rest.non_anonymous = now.non_anonymous;
    if (!(rest == now) || module_values_changed) codes.push_back(status::configuration_changed);
    xmpp::Element message("message", xmpp::ns::client);
    message.set_attr("type", "groupchat").set_attr("from", room.address());
    message.set_attr("id", context.random_id());
    xmpp::Element& x = message.add("x", xmpp::ns::muc_user);
    for (const int code : codes)
        x.add("status").set_attr("code", std::to_string(code));
    broadcast_message(context, room, std::move(message));
}

/// XEP-0045 s9.4: a room that becomes members-only removes who is no member.
void remove_strangers(const Context& context, Room& room) {
    std::vector<std::string> strangers;
    for (const auto& [nick, occupant] : room.occupants())
        if (room.affiliation(occupant->user) < Affiliation::member) strangers.push_back(nick);
    Departure departure{LeaveReason::affiliation_lost, {}, true, std::nullopt};
    departure.note.codes = {status::members_only};
    for (const std::string& nick : strangers)
        remove_occupant(context, room, *room.occupant(nick), departure);
}

xmpp::Result<void> store_config(const Context& context, const Room& room, const RoomConfig& config,
                                const ModuleValues& changed) {
    if (!config.persistent) return context.store.remove(room.jid().local());
    RoomRecord record = room.record();
    record.config = config;
    for (const auto& [module, values] : changed)
        record.module_values.insert_or_assign(module, values);
    return context.store.save(record);
}

void submit(const Context& context, Room& room, const xmpp::Element& iq, const xmpp::Element& x,
            const DataForm& form) {
    auto config = apply_config_form(form, room.config(), context.config.limits);
    if (!config) {
        refuse(context, iq, xmpp::ErrorType::modify, Condition::not_acceptable,
               config.error().text);
        return;
    }
    FormVerdict verdict = context.hooks.judge_form(room, x);
    if (verdict.error) return refuse(context, iq, std::move(*verdict.error));
    const ModuleValues& changed = verdict.changed;
    if (const auto stored = store_config(context, room, *config, changed); !stored) {
        spdlog::error("muc: {} cannot be stored: {}", room.address(), stored.error().text);
        refuse(context, iq,
               muc_error(Condition::internal_server_error, "The server could not store the room"));
        return;
    }
    const RoomConfig before = room.config();
    room.set_config(std::move(*config));
    room.set_module_values(changed);
    room.locked = false;
    context.sink.route(xmpp::iq_result(iq));
    tell_of_change(context, room, before, !changed.empty());
    context.hooks.module_values(room, changed);
    events::configured(context, room);
    if (room.config().members_only && !before.members_only) remove_strangers(context, room);
    if (!room.ended && room.occupants().empty() && !room.config().persistent)
        end_room(context, room, {}, {});
}

void handle_form(const Context& context, Room& room, const xmpp::Element& iq,
                 const xmpp::Element& x) {
    const auto form = DataForm::parse(x);
    if (!form) {
        refuse(context, iq, muc_error(Condition::bad_request, form.error().text));
    } else if (form->type == DataForm::Type::submit) {
        submit(context, room, iq, x, *form);
    } else if (form->type == DataForm::Type::cancel) {
        context.sink.route(xmpp::iq_result(iq));
        if (room.locked) end_room(context, room, {}, {});
    } else {
        refuse(context, iq,
               muc_error(Condition::bad_request, "The form must be submitted or cancelled"));
    }
}

void handle_destroy(const Context& context, Room& room, const xmpp::Element& iq,
                    const xmpp::Element& destroy) {
    std::string alternate;
    if (destroy.has_attr("jid")) {
        const auto jid = xmpp::Jid::parse(destroy.attr("jid"));
        if (!jid) {
            refuse(context, iq, muc_error(Condition::jid_malformed, jid.error().text));
            return;
        }
        alternate = jid->to_string();
    }
    if (const auto removed = context.store.remove(room.jid().local()); !removed) {
        spdlog::error("muc: {} cannot be removed: {}", room.address(), removed.error().text);
        refuse(context, iq,
               muc_error(Condition::internal_server_error, "The server could not remove the room"));
        return;
    }
    spdlog::info("muc: {} destroyed by {}", room.address(), iq.attr("from"));
    end_room(context, room, alternate,
             bounded_text(destroy, "reason", xmpp::ns::muc_owner,
                          context.config.limits.reason_octets_max));
    context.sink.route(xmpp::iq_result(iq));
}

}  // namespace

void handle_owner(const Context& context, Room& room, const xmpp::Element& iq,
                  const xmpp::Jid& from) {
    if (room.affiliation(from) != Affiliation::owner) {
        refuse(context, iq, muc_error(Condition::forbidden, "Only owners configure the room"));
        return;
    }
    const xmpp::Element& query = *iq.child("query", xmpp::ns::muc_owner);
    const xmpp::Element* destroy = query.child("destroy", xmpp::ns::muc_owner);
    const xmpp::Element* x = query.child("x", xmpp::ns::data_form);
    if (iq.attr("type") == "get")
        answer_form(context, room, iq);
    else if (destroy != nullptr)
        handle_destroy(context, room, iq, *destroy);
    else if (x != nullptr)
        handle_form(context, room, iq, *x);
    else
        refuse(context, iq, muc_error(Condition::bad_request, "Neither a form nor a destruction"));
}

}  // namespace parley::server::muc
