%% Ad-hoc commands (XEP-0050) of the module for administrators, on the server's own domain.
-module(parley_commands).

-export([hook/1, unhook/1, taken/1, add/3, remove/2]).
-export([adhoc_local_items/4, adhoc_local_commands/4, disco_local_identity/5,
         disco_local_features/5]).

-include("logger.hrl").
-include_lib("p1_xmpp/include/xmpp.hrl").

hooks() ->
    [adhoc_local_items, adhoc_local_commands, disco_local_identity, disco_local_features].

-spec hook(ServerHost :: binary()) -> ok.
hook(ServerHost) ->
    [ejabberd_hooks:add(Hook, ServerHost, ?MODULE, Hook, 50) || Hook <- hooks()],
    ok.

-spec unhook(ServerHost :: binary()) -> ok.
unhook(ServerHost) ->
    [ejabberd_hooks:delete(Hook, ServerHost, ?MODULE, Hook, 50) || Hook <- hooks()],
    ok.

%% Nodes that others have.
-spec taken(binary()) -> [binary()].
taken(ServerHost) ->
    Server = jid:make(ServerHost),
    case ejabberd_hooks:run_fold(adhoc_local_items, ServerHost, {result, []},
                                 [Server, Server, <<"en">>]) of
        {result, Items} -> [Node || #disco_item{node = Node} <- Items];
        _ -> []
    end.

-spec add(binary(), binary(), binary()) -> ok.
add(MucHost, Node, Name) ->
    #{commands := Commands} = parley_config:find(MucHost),
    parley_config:put(MucHost, commands, Commands#{Node => Name}).

-spec remove(binary(), binary()) -> ok.
remove(MucHost, Node) ->
    #{commands := Commands} = parley_config:find(MucHost),
    parley_config:put(MucHost, commands, maps:remove(Node, Commands)).

%% Offered to those who may run them.
adhoc_local_items(Acc, From, #jid{lserver = ServerHost} = To, _Lang) ->
    #{commands := Commands} = parley_config:find(parley_config:muc_host(ServerHost)),
    case is_admin(ServerHost, From) of
        true ->
            Items = case Acc of {result, Known} -> Known; _ -> [] end,
            {result, Items ++ [#disco_item{jid = To, node = Node, name = Name}
                               || {Node, Name} <- maps:to_list(Commands)]};
        false ->
            Acc
    end.

adhoc_local_commands(Acc, From, #jid{lserver = ServerHost} = To,
                     #adhoc_command{node = Node} = Request) ->
    #{proc := Proc, commands := Commands} =
        parley_config:find(parley_config:muc_host(ServerHost)),
    case {is_map_key(Node, Commands), is_admin(ServerHost, From)} of
        {true, true} -> run(Proc, From, To, Request);
        {true, false} -> {error, xmpp:err_forbidden(<<"This command is for administrators of the "
                                                      "server">>, <<"en">>)};
        {false, _} -> Acc
    end.

run(Proc, From, To, Request) ->
    Iq = #iq{type = set, id = <<"command">>, from = From, to = To, sub_els = [Request]},
    try parley_instance:ask(Proc, {on_command, parley_stanzas:to_xml(Iq)}) of
        {ok, #xmlel{name = <<"error">>} = Error} -> {error, xmpp:decode(Error, ?NS_CLIENT, [])};
        {ok, Command} -> xmpp:decode(Command, ?NS_CLIENT, []);
        failed -> {error, unavailable()}
    catch Class:Reason:Stack ->
            ?ERROR_MSG("The module could not be asked to run a command: ~ts",
                       [misc:format_exception(2, Class, Reason, Stack)]),
            {error, unavailable()}
    end.

unavailable() ->
    xmpp:err_service_unavailable(<<"The module of calls does not answer">>, <<"en">>).

disco_local_identity(Acc, _From, #jid{lserver = ServerHost}, Node, _Lang) ->
    case name_of(ServerHost, Node) of
        {ok, Name} -> [#identity{category = <<"automation">>, type = <<"command-node">>,
                                 name = Name} | Acc];
        error -> Acc
    end.

disco_local_features(Acc, _From, #jid{lserver = ServerHost}, Node, _Lang) ->
    case name_of(ServerHost, Node) of
        {ok, _} -> {result, [?NS_COMMANDS, ?NS_XDATA]};
        error -> Acc
    end.

name_of(_ServerHost, <<>>) ->
    error;
name_of(ServerHost, Node) ->
    #{commands := Commands} = parley_config:find(parley_config:muc_host(ServerHost)),
    maps:find(Node, Commands).

is_admin(ServerHost, Jid) ->
    Access = gen_mod:get_module_opt(ServerHost, mod_parley, access_commands),
    acl:match_rule(ServerHost, Access, Jid) =:= allow.
