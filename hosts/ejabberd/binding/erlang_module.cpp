// The NIFs of parley_host: HostedModule's functions for mod_parley.
//
//   load(Path, Options, Identity) -> {Actions, {ok, Module}} | {Actions, {error, Text}}
//   start(Module, Taken) -> {Actions, ok} | {Actions, {error, Text}}
//   stop(Module) -> {Actions, ok}
//   on_*(Module, ...) -> {Actions, Result}
//
// Actions are what the module wants done, to be carried out in order once what is going on is over.
// The functions of the ABI have its names; a binding for another server has the same ones. A NIF
// cannot call Erlang, so none is in here, and none happens under the instance's mutex.
//
// load, start, stop and destroy take their time: they run on dirty schedulers. The others return
// within the module's budget of a millisecond. The process that loads gets the message parley_wake
// when on_wake is to be called.

#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hosts/ejabberd/binding/erlang_values.hpp"
#include "xmpp/stanza_error.hpp"
#include "xmpp/xml.hpp"

namespace parley::ejabberd {

namespace {

ErlNifResourceType* resource_type = nullptr;

/// The environment of the NIF that runs on this thread; null on threads that are not Erlang's.
thread_local ErlNifEnv* current_env = nullptr;

class CurrentEnv {
  public:
    explicit CurrentEnv(ErlNifEnv* env) : before_(std::exchange(current_env, env)) {}

    ~CurrentEnv() { current_env = before_; }

    CurrentEnv(const CurrentEnv&) = delete;
    CurrentEnv& operator=(const CurrentEnv&) = delete;

  private:
    ErlNifEnv* before_;
};

/// Tells the process that loaded the module to call on_wake; once until it does. Any thread.
class Waker {
  public:
    explicit Waker(const ErlNifPid& owner) : owner_(owner) {}

    void wake() {
        if (signalled_.exchange(true)) return;
        ErlNifEnv* message_env = enif_alloc_env();
        enif_send(current_env, &owner_, message_env, make_atom(message_env, "parley_wake"));
        enif_free_env(message_env);
    }

    void clear() { signalled_ = false; }

  private:
    const ErlNifPid owner_;
    std::atomic<bool> signalled_ = false;
};

/// What the resource holds. Hooks of ejabberd run in many processes: the mutex makes calls into the
/// module one after the other.
struct ErlangModule {
    std::mutex mutex;
    std::shared_ptr<Waker> waker;  ///< outlives this where the module was put out of service
    std::unique_ptr<HostedModule> hosted;
};

using Slot = std::unique_ptr<ErlangModule>;

/// The process that loaded the module has died without destroy: stops it, which joins its threads.
void collect(ErlNifEnv* env, void* object) {
    const CurrentEnv current(env);
    static_cast<Slot*>(object)->~Slot();
}

/// What C++ throws is badarg or an error to Erlang, never an exception in the emulator.
template <ERL_NIF_TERM (*function)(ErlNifEnv*, const ERL_NIF_TERM*)>
ERL_NIF_TERM fenced(ErlNifEnv* env, int, const ERL_NIF_TERM arguments[]) {
    const CurrentEnv current(env);
    try {
        return function(env, arguments);
    } catch (const std::exception& exception) {
        return enif_raise_exception(env, make_string(env, exception.what()));
    } catch (...) {
        return enif_raise_exception(env, make_string(env, "not a std::exception"));
    }
}

ErlangModule& module_of(ErlNifEnv* env, ERL_NIF_TERM term) {
    void* object = nullptr;
    if (enif_get_resource(env, term, resource_type, &object) == 0) {
        throw std::invalid_argument("module: a module expected");
    }
    return **static_cast<Slot*>(object);
}

/// A module for the duration of a NIF: nobody else is in it.
class Turn {
  public:
    Turn(ErlNifEnv* env, ERL_NIF_TERM term) : env_(env), module_(module_of(env, term)) {
        if (!module_.hosted) throw std::invalid_argument("module: it was destroyed");
    }

    HostedModule* operator->() const { return module_.hosted.get(); }

    Waker& waker() const { return *module_.waker; }

    /// {Actions, Result}
    ERL_NIF_TERM give(ERL_NIF_TERM result) const {
        return enif_make_tuple2(env_, make_actions(env_, module_.hosted->take_actions()), result);
    }

    ERL_NIF_TERM give() const { return give(make_atom(env_, "ok")); }

    /// {Actions, pass | drop | {drop, Error} | {replace, Message} | refuse}
    ERL_NIF_TERM give(const Verdict& verdict) const {
        constexpr const char* kinds[] = {"pass", "drop", "replace", "refuse"};
        const ERL_NIF_TERM kind = make_atom(env_, kinds[static_cast<size_t>(verdict.kind)]);
        if (!verdict.xml) return give(kind);
        return give(enif_make_tuple2(env_, kind, make_element(env_, *verdict.xml)));
    }

    /// {Actions, [Element]}
    ERL_NIF_TERM give(const std::vector<xmpp::Element>& elements) const {
        std::vector<ERL_NIF_TERM> terms;
        terms.reserve(elements.size());
        for (const xmpp::Element& element : elements)
            terms.push_back(make_element(env_, element));
        return give(
            enif_make_list_from_array(env_, terms.data(), static_cast<unsigned>(terms.size())));
    }

  private:
    ErlNifEnv* env_;
    ErlangModule& module_;
    const std::lock_guard<std::mutex> lock_{module_.mutex};
};

ERL_NIF_TERM make_error(ErlNifEnv* env, const abi::LoadError& error) {
    return enif_make_tuple2(env, make_atom(env, "error"), make_string(env, error.text));
}

ERL_NIF_TERM load(ErlNifEnv* env, const ERL_NIF_TERM* arguments) {
    const std::string path(read_string(env, arguments[0], "path"));
    const auto options = read_options(env, arguments[1]);
    ErlNifPid owner;
    if (enif_self(env, &owner) == nullptr) throw std::logic_error("load is called by no process");
    auto module = std::make_unique<ErlangModule>();
    module->waker = std::make_shared<Waker>(owner);
    std::vector<Action> actions;
    auto hosted = HostedModule::load(
        path, options, read_identity(env, arguments[2]), [waker = module->waker] { waker->wake(); },
        actions);
    if (!hosted) {
        return enif_make_tuple2(env, make_actions(env, actions), make_error(env, hosted.error()));
    }
    module->hosted = std::move(*hosted);
    actions = module->hosted->take_actions();
    void* object = enif_alloc_resource(resource_type, sizeof(Slot));
    new (object) Slot(std::move(module));
    const ERL_NIF_TERM term = enif_make_resource(env, object);
    enif_release_resource(object);
    return enif_make_tuple2(env, make_actions(env, actions),
                            enif_make_tuple2(env, make_atom(env, "ok"), term));
}

ERL_NIF_TERM start(ErlNifEnv* env, const ERL_NIF_TERM* arguments) {
    const Turn module(env, arguments[0]);
    const auto started = module->start(read_taken(env, arguments[1]));
    return started ? module.give() : module.give(make_error(env, started.error()));
}

ERL_NIF_TERM stop(ErlNifEnv* env, const ERL_NIF_TERM* arguments) {
    const Turn module(env, arguments[0]);
    module->stop();
    return module.give();
}

ERL_NIF_TERM on_wake(ErlNifEnv* env, const ERL_NIF_TERM* arguments) {
    const Turn module(env, arguments[0]);
    module.waker().clear();
    module->on_wake();
    return module.give();
}

ERL_NIF_TERM on_room_snapshot(ErlNifEnv* env, const ERL_NIF_TERM* arguments) {
    const Turn module(env, arguments[0]);
    module->on_room_snapshot(read_room(env, arguments[1]), read_occupants(env, arguments[2]));
    return module.give();
}

ERL_NIF_TERM on_room_configured(ErlNifEnv* env, const ERL_NIF_TERM* arguments) {
    const Turn module(env, arguments[0]);
    module->on_room_configured(read_room(env, arguments[1]));
    return module.give();
}

ERL_NIF_TERM on_room_destroyed(ErlNifEnv* env, const ERL_NIF_TERM* arguments) {
    const Turn module(env, arguments[0]);
    module->on_room_destroyed(read_room(env, arguments[1]));
    return module.give();
}

ERL_NIF_TERM on_occupant_joined(ErlNifEnv* env, const ERL_NIF_TERM* arguments) {
    const Turn module(env, arguments[0]);
    module->on_occupant_joined(read_room(env, arguments[1]), read_occupant(env, arguments[2]));
    return module.give();
}

ERL_NIF_TERM on_occupant_changed(ErlNifEnv* env, const ERL_NIF_TERM* arguments) {
    const Turn module(env, arguments[0]);
    module->on_occupant_changed(read_room(env, arguments[1]),
                                read_string(env, arguments[2], "old_nick"),
                                read_occupant(env, arguments[3]));
    return module.give();
}

ERL_NIF_TERM on_occupant_left(ErlNifEnv* env, const ERL_NIF_TERM* arguments) {
    const Turn module(env, arguments[0]);
    module->on_occupant_left(read_room(env, arguments[1]), read_occupant(env, arguments[2]),
                             read_leave_reason(env, arguments[3]));
    return module.give();
}

ERL_NIF_TERM on_message(ErlNifEnv* env, const ERL_NIF_TERM* arguments) {
    const Turn module(env, arguments[0]);
    return module.give(module->on_message(read_room(env, arguments[1]),
                                          read_occupant(env, arguments[2]),
                                          read_string(env, arguments[3], "stanza")));
}

/// -> true | false, or failed where the module failed
ERL_NIF_TERM on_room_iq(ErlNifEnv* env, const ERL_NIF_TERM* arguments) {
    const Turn module(env, arguments[0]);
    const xsm_muc_room room = read_room(env, arguments[1]);
    xsm_muc_occupant sender{};
    const bool has_sender = enif_is_identical(arguments[2], make_atom(env, "undefined")) == 0;
    if (has_sender) sender = read_occupant(env, arguments[2]);
    const auto answers = module->on_room_iq(room, has_sender ? &sender : nullptr,
                                            read_string(env, arguments[3], "stanza"));
    return module.give(make_atom(env, !answers ? "failed" : *answers ? "true" : "false"));
}

/// -> true, or false where the module failed
ERL_NIF_TERM on_stanza(ErlNifEnv* env, const ERL_NIF_TERM* arguments) {
    const Turn module(env, arguments[0]);
    const bool taken = module->on_stanza(read_string(env, arguments[1], "stanza"));
    return module.give(make_atom(env, taken ? "true" : "false"));
}

ERL_NIF_TERM on_room_info(ErlNifEnv* env, const ERL_NIF_TERM* arguments) {
    const Turn module(env, arguments[0]);
    return module.give(module->on_room_info(read_string(env, arguments[1], "room_jid")));
}

/// -> {ok, <command/> or <error/>}, or failed where the module failed
ERL_NIF_TERM on_command(ErlNifEnv* env, const ERL_NIF_TERM* arguments) {
    const Turn module(env, arguments[0]);
    const CommandAnswer answer = module->on_command(read_string(env, arguments[1], "stanza"));
    if (!answer) return module.give(make_atom(env, "failed"));
    return module.give(enif_make_tuple2(env, make_atom(env, "ok"), make_element(env, *answer)));
}

ERL_NIF_TERM on_timer(ErlNifEnv* env, const ERL_NIF_TERM* arguments) {
    const Turn module(env, arguments[0]);
    module->on_timer(read_number(env, arguments[1], "id"));
    return module.give();
}

ERL_NIF_TERM on_iq(ErlNifEnv* env, const ERL_NIF_TERM* arguments) {
    const Turn module(env, arguments[0]);
    return module.give(module->on_iq(read_string(env, arguments[1], "stanza")));
}

ERL_NIF_TERM room_config_fields(ErlNifEnv* env, const ERL_NIF_TERM* arguments) {
    const Turn module(env, arguments[0]);
    return module.give(module->room_config_fields(read_string(env, arguments[1], "values")));
}

/// What ejabberd reads may be beyond our limits of nesting and size.
xmpp::Element form_error() {
    return xmpp::StanzaError{xmpp::ErrorType::modify, xmpp::Condition::bad_request,
                             "The form is too big or too deeply nested.", std::nullopt}
        .to_element();
}

/// -> {ok, Values} | {error, Error}
ERL_NIF_TERM on_room_submitted(ErlNifEnv* env, const ERL_NIF_TERM* arguments) {
    const Turn module(env, arguments[0]);
    const xsm_muc_room room = read_room(env, arguments[1]);
    const std::string_view values = read_string(env, arguments[2], "values");
    const auto form = xmpp::parse_xml(read_string(env, arguments[3], "form"));
    const RoomSubmission submission = form ? module->on_room_submitted(room, values, *form)
                                           : RoomSubmission{std::string(values), form_error()};
    if (submission.error) {
        return module.give(
            enif_make_tuple2(env, make_atom(env, "error"), make_element(env, *submission.error)));
    }
    return module.give(
        enif_make_tuple2(env, make_atom(env, "ok"), make_string(env, submission.values_xml)));
}

ERL_NIF_TERM on_room_values(ErlNifEnv* env, const ERL_NIF_TERM* arguments) {
    const Turn module(env, arguments[0]);
    module->on_room_values(read_string(env, arguments[1], "room_jid"),
                           read_string(env, arguments[2], "values"));
    return module.give();
}

ERL_NIF_TERM on_occupant_presence(ErlNifEnv* env, const ERL_NIF_TERM* arguments) {
    const Turn module(env, arguments[0]);
    module->on_occupant_presence(read_room(env, arguments[1]), read_occupant(env, arguments[2]),
                                 read_string(env, arguments[3], "payload"));
    return module.give();
}

ERL_NIF_TERM on_options(ErlNifEnv* env, const ERL_NIF_TERM* arguments) {
    const Turn module(env, arguments[0]);
    module->on_options(read_options(env, arguments[1]));
    return module.give();
}

ERL_NIF_TERM on_node_lost(ErlNifEnv* env, const ERL_NIF_TERM* arguments) {
    const Turn module(env, arguments[0]);
    module->on_node_lost(read_string(env, arguments[1], "node"),
                         read_boolean(env, arguments[2], "is_elected"),
                         read_records(env, arguments[3]));
    return module.give();
}

/// Stops where it runs. The module is of no use afterwards.
ERL_NIF_TERM destroy(ErlNifEnv* env, const ERL_NIF_TERM* arguments) {
    ErlangModule& module = module_of(env, arguments[0]);
    const std::lock_guard lock(module.mutex);
    module.hosted.reset();
    return make_atom(env, "ok");
}

ErlNifFunc functions[] = {
    {"load", 3, fenced<load>, ERL_NIF_DIRTY_JOB_IO_BOUND},
    {"start", 2, fenced<start>, ERL_NIF_DIRTY_JOB_IO_BOUND},
    {"stop", 1, fenced<stop>, ERL_NIF_DIRTY_JOB_IO_BOUND},
    {"on_wake", 1, fenced<on_wake>, 0},
    {"on_room_snapshot", 3, fenced<on_room_snapshot>, 0},
    {"on_room_configured", 2, fenced<on_room_configured>, 0},
    {"on_room_destroyed", 2, fenced<on_room_destroyed>, 0},
    {"on_occupant_joined", 3, fenced<on_occupant_joined>, 0},
    {"on_occupant_changed", 4, fenced<on_occupant_changed>, 0},
    {"on_occupant_left", 4, fenced<on_occupant_left>, 0},
    {"on_message", 4, fenced<on_message>, 0},
    {"on_room_iq", 4, fenced<on_room_iq>, 0},
    {"on_stanza", 2, fenced<on_stanza>, 0},
    {"on_room_info", 2, fenced<on_room_info>, 0},
    {"on_command", 2, fenced<on_command>, 0},
    {"on_timer", 2, fenced<on_timer>, 0},
    {"on_iq", 2, fenced<on_iq>, 0},
    {"room_config_fields", 2, fenced<room_config_fields>, 0},
    {"on_room_submitted", 4, fenced<on_room_submitted>, 0},
    {"on_room_values", 3, fenced<on_room_values>, 0},
    {"on_occupant_presence", 4, fenced<on_occupant_presence>, 0},
    {"on_options", 2, fenced<on_options>, 0},
    {"on_node_lost", 4, fenced<on_node_lost>, 0},
    {"destroy", 1, fenced<destroy>, ERL_NIF_DIRTY_JOB_IO_BOUND},
};

/// Also for a reload of parley_host.beam while modules of the old code live: they are taken over.
int open_resource_type(ErlNifEnv* env) {
    constexpr auto flags =
        static_cast<ErlNifResourceFlags>(ERL_NIF_RT_CREATE | ERL_NIF_RT_TAKEOVER);
    resource_type = enif_open_resource_type(env, nullptr, "module", collect, flags, nullptr);
    return resource_type == nullptr ? 1 : 0;
}

int on_load(ErlNifEnv* env, void**, ERL_NIF_TERM) {
    return open_resource_type(env);
}

int on_upgrade(ErlNifEnv* env, void**, void**, ERL_NIF_TERM) {
    return open_resource_type(env);
}

}  // namespace

}  // namespace parley::ejabberd

using parley::ejabberd::functions;
using parley::ejabberd::on_load;
using parley::ejabberd::on_upgrade;

ERL_NIF_INIT(parley_host, functions, on_load, nullptr, on_upgrade, nullptr)
