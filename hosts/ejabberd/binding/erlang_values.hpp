#pragma once

#include <erl_nif.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hosts/binding/action.hpp"
#include "hosts/binding/hosted_module.hpp"
#include "plugin-abi/loader/module_instance.hpp"
#include "xmpp/element.hpp"
#include "xsm/muc.h"

// Between Erlang's terms and the values of the ABI. Views point into binaries of the caller: they
// are valid until the NIF returns. What is not as described throws std::invalid_argument.
namespace parley::ejabberd {

using namespace parley::binding;

std::string_view read_string(ErlNifEnv* env, ERL_NIF_TERM term, const char* what);
uint64_t read_number(ErlNifEnv* env, ERL_NIF_TERM term, const char* what);

bool read_boolean(ErlNifEnv* env, ERL_NIF_TERM term, const char* what);

/// #{jid => <<>>, generation => 1, members_only => true, non_anonymous =>, persistent =>,
/// moderated =>, public =>}; a flag that is missing is not set.
xsm_muc_room read_room(ErlNifEnv* env, ERL_NIF_TERM term);

/// #{nick => <<>>, real_jid => <<>>, affiliation => member, role => participant}
xsm_muc_occupant read_occupant(ErlNifEnv* env, ERL_NIF_TERM term);
std::vector<xsm_muc_occupant> read_occupants(ErlNifEnv* env, ERL_NIF_TERM term);

/// left, kicked, banned, affiliation_lost, connection_lost or shutdown
xsm_muc_leave_reason read_leave_reason(ErlNifEnv* env, ERL_NIF_TERM term);

/// [{<<"key">>, <<"value">>}]
std::vector<abi::ModuleOption> read_options(ErlNifEnv* env, ERL_NIF_TERM term);

/// [{<<"key">>, <<"value">>}]
std::vector<ClusterRecord> read_records(ErlNifEnv* env, ERL_NIF_TERM term);

/// #{name => <<>>, version => <<>>, muc_domain => <<>>, node => <<>>, storage_directory => <<>>}
HostIdentity read_identity(ErlNifEnv* env, ERL_NIF_TERM term);

/// #{domains => [<<>>], nodes => [<<>>]}
TakenNames read_taken(ErlNifEnv* env, ERL_NIF_TERM term);

ERL_NIF_TERM make_atom(ErlNifEnv* env, const char* name);
ERL_NIF_TERM make_string(ErlNifEnv* env, std::string_view text);

/// A term of the record #xmlel{} of p1_xml: without xmlns where it is that of its parent. A stanza
/// in jabber:client has none.
ERL_NIF_TERM make_element(ErlNifEnv* env, const xmpp::Element& element);

/// [{broadcast, RoomJid, Stanza}, ...]: the name of each and its arguments in order.
ERL_NIF_TERM make_actions(ErlNifEnv* env, const std::vector<Action>& actions);

}  // namespace parley::ejabberd
