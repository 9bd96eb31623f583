%% The native binding: HostedModule's functions (hosts/binding/hosted_module.hpp) as NIFs. The names
%% and their order are those of the module's ABI. Each gives {Actions, Result}: what the module wants
%% done, in order, and what it says. See binding/erlang_module.cpp for the terms.
-module(parley_host).

-export([load/3, start/2, stop/1, on_wake/1, on_room_snapshot/3, on_room_configured/2,
         on_room_destroyed/2, on_occupant_joined/3, on_occupant_changed/4, on_occupant_left/4,
         on_message/4, on_room_iq/4, on_stanza/2, on_room_info/2, on_command/2, on_timer/2,
         on_iq/2, room_config_fields/2, on_room_submitted/4, on_room_values/3,
         on_occupant_presence/4, on_options/2, on_node_lost/4, destroy/1]).

-on_load(open/0).

%% priv/parley_host.so beside the ebin folder that has this file.
open() ->
    Ebin = filename:dirname(code:which(?MODULE)),
    File = filename:join([filename:dirname(filename:absname(Ebin)), "priv", "parley_host"]),
    erlang:load_nif(File, 0).

-spec load(binary(), [{binary(), binary()}], map()) ->
          {[tuple()], {ok, reference()} | {error, binary()}}.
load(_Path, _Options, _Identity) -> erlang:nif_error(not_loaded).

-spec start(reference(), map()) -> {[tuple()], ok | {error, binary()}}.
start(_Module, _Taken) -> erlang:nif_error(not_loaded).

-spec stop(reference()) -> {[tuple()], ok}.
stop(_Module) -> erlang:nif_error(not_loaded).

-spec on_wake(reference()) -> {[tuple()], ok}.
on_wake(_Module) -> erlang:nif_error(not_loaded).

-spec on_room_snapshot(reference(), map(), [map()]) -> {[tuple()], ok}.
on_room_snapshot(_Module, _Room, _Occupants) -> erlang:nif_error(not_loaded).

-spec on_room_configured(reference(), map()) -> {[tuple()], ok}.
on_room_configured(_Module, _Room) -> erlang:nif_error(not_loaded).

-spec on_room_destroyed(reference(), map()) -> {[tuple()], ok}.
on_room_destroyed(_Module, _Room) -> erlang:nif_error(not_loaded).

-spec on_occupant_joined(reference(), map(), map()) -> {[tuple()], ok}.
on_occupant_joined(_Module, _Room, _Occupant) -> erlang:nif_error(not_loaded).

-spec on_occupant_changed(reference(), map(), binary(), map()) -> {[tuple()], ok}.
on_occupant_changed(_Module, _Room, _OldNick, _Occupant) -> erlang:nif_error(not_loaded).

-spec on_occupant_left(reference(), map(), map(), atom()) -> {[tuple()], ok}.
on_occupant_left(_Module, _Room, _Occupant, _Reason) -> erlang:nif_error(not_loaded).

-spec on_message(reference(), map(), map(), binary()) ->
          {[tuple()], pass | drop | refuse | {drop, tuple()} | {replace, tuple()}}.
on_message(_Module, _Room, _Sender, _Xml) -> erlang:nif_error(not_loaded).

-spec on_room_iq(reference(), map(), map() | undefined, binary()) ->
          {[tuple()], true | false | failed}.
on_room_iq(_Module, _Room, _Sender, _Xml) -> erlang:nif_error(not_loaded).

-spec on_stanza(reference(), binary()) -> {[tuple()], boolean()}.
on_stanza(_Module, _Xml) -> erlang:nif_error(not_loaded).

-spec on_room_info(reference(), binary()) -> {[tuple()], [tuple()]}.
on_room_info(_Module, _RoomJid) -> erlang:nif_error(not_loaded).

-spec on_command(reference(), binary()) -> {[tuple()], {ok, tuple()} | failed}.
on_command(_Module, _Xml) -> erlang:nif_error(not_loaded).

-spec on_timer(reference(), non_neg_integer()) -> {[tuple()], ok}.
on_timer(_Module, _Id) -> erlang:nif_error(not_loaded).

-spec on_iq(reference(), binary()) -> {[tuple()], pass | refuse | {drop, tuple()}}.
on_iq(_Module, _Xml) -> erlang:nif_error(not_loaded).

-spec room_config_fields(reference(), binary()) -> {[tuple()], [tuple()]}.
room_config_fields(_Module, _Values) -> erlang:nif_error(not_loaded).

-spec on_room_submitted(reference(), map(), binary(), binary()) ->
          {[tuple()], {ok, binary()} | {error, tuple()}}.
on_room_submitted(_Module, _Room, _Values, _Form) -> erlang:nif_error(not_loaded).

-spec on_room_values(reference(), binary(), binary()) -> {[tuple()], ok}.
on_room_values(_Module, _RoomJid, _Values) -> erlang:nif_error(not_loaded).

-spec on_occupant_presence(reference(), map(), map(), binary()) -> {[tuple()], ok}.
on_occupant_presence(_Module, _Room, _Occupant, _Payload) -> erlang:nif_error(not_loaded).

-spec on_options(reference(), [{binary(), binary()}]) -> {[tuple()], ok}.
on_options(_Module, _Options) -> erlang:nif_error(not_loaded).

-spec on_node_lost(reference(), binary(), boolean(), [{binary(), binary()}]) -> {[tuple()], ok}.
on_node_lost(_Module, _Node, _IsElected, _Records) -> erlang:nif_error(not_loaded).

-spec destroy(reference()) -> ok.
destroy(_Module) -> erlang:nif_error(not_loaded).
