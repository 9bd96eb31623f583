#include <variant>

#include "hosts/ejabberd/binding/erlang_values.hpp"

namespace parley::ejabberd {

namespace {

const char* level_name(xsm_log_level level) {
    switch (level) {
        case XSM_LOG_DEBUG:
            return "debug";
        case XSM_LOG_INFO:
            return "info";
        case XSM_LOG_WARNING:
            return "warning";
        default:
            return "error";
    }
}

/// The tuple of one action.
struct MakeAction {
    ErlNifEnv* env;

    ERL_NIF_TERM operator()(const Log& action) const {
        return tuple("log", make_atom(env, level_name(action.level)), text(action.line));
    }

    ERL_NIF_TERM operator()(const OutOfService&) const { return tuple("out_of_service"); }

    ERL_NIF_TERM operator()(const SetInterest& action) const {
        return tuple("set_interest", list(action.namespaces));
    }

    ERL_NIF_TERM operator()(const Broadcast& action) const {
        return tuple("broadcast", text(action.room_jid), make_element(env, action.stanza));
    }

    ERL_NIF_TERM operator()(const SendToOccupant& action) const {
        return tuple("send_to_occupant", text(action.room_jid), text(action.real_jid),
                     make_element(env, action.stanza));
    }

    ERL_NIF_TERM operator()(const RequestSnapshot& action) const {
        return tuple("request_snapshot", text(action.room_jid));
    }

    ERL_NIF_TERM operator()(const Route& action) const {
        return tuple("route", make_element(env, action.stanza));
    }

    ERL_NIF_TERM operator()(const AddService& action) const {
        return tuple("add_service", text(action.domain), text(action.name));
    }

    ERL_NIF_TERM operator()(const RemoveService& action) const {
        return tuple("remove_service", text(action.domain));
    }

    ERL_NIF_TERM operator()(const SetMucFeatures& action) const {
        return tuple("set_muc_features", list(action.features));
    }

    ERL_NIF_TERM operator()(const AddCommand& action) const {
        const char* access = action.access == XSM_ADHOC_ROOM_OWNER ? "room_owner"
                             : action.on_every_node                ? "admin_everywhere"
                                                                   : "admin";
        return tuple("add_command", text(action.node), text(action.name), make_atom(env, access));
    }

    ERL_NIF_TERM operator()(const RemoveCommand& action) const {
        return tuple("remove_command", text(action.node));
    }

    ERL_NIF_TERM operator()(const SetTimer& action) const {
        return tuple("set_timer", enif_make_uint64(env, action.id),
                     enif_make_uint64(env, action.delay_ms));
    }

    ERL_NIF_TERM operator()(const CancelTimer& action) const {
        return tuple("cancel_timer", enif_make_uint64(env, action.id));
    }

    ERL_NIF_TERM operator()(const SetRouteInterest& action) const {
        return tuple("set_route_interest", list(action.namespaces));
    }

    ERL_NIF_TERM operator()(const Publish& action) const {
        return tuple("publish", text(action.key), text(action.value));
    }

    ERL_NIF_TERM operator()(const Withdraw& action) const {
        return tuple("withdraw", text(action.key));
    }

    ERL_NIF_TERM operator()(const SetPresenceInterest& action) const {
        return tuple("set_presence_interest", list(action.namespaces));
    }

    ERL_NIF_TERM operator()(const ReloadOptions&) const { return tuple("reload_options"); }

    template <class... Arguments>
    ERL_NIF_TERM tuple(const char* name, Arguments... arguments) const {
        return enif_make_tuple(env, 1 + sizeof...(arguments), make_atom(env, name), arguments...);
    }

    ERL_NIF_TERM text(const std::string& value) const { return make_string(env, value); }

    ERL_NIF_TERM list(const std::vector<std::string>& values) const {
        std::vector<ERL_NIF_TERM> terms;
        terms.reserve(values.size());
        for (const std::string& value : values)
            terms.push_back(text(value));
        return enif_make_list_from_array(env, terms.data(), static_cast<unsigned>(terms.size()));
    }
};

}  // namespace

ERL_NIF_TERM make_actions(ErlNifEnv* env, const std::vector<Action>& actions) {
    std::vector<ERL_NIF_TERM> terms;
    terms.reserve(actions.size());
    for (const Action& action : actions)
        terms.push_back(std::visit(MakeAction{env}, action));
    return enif_make_list_from_array(env, terms.data(), static_cast<unsigned>(terms.size()));
}

}  // namespace parley::ejabberd
