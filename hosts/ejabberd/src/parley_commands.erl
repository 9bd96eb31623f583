%% Ad-hoc commands (XEP-0050) of the module: those for administrators, on the server's own domain. Those
%% on rooms are parley_room_commands'.
%%
%% mod_adhoc's hook for commands has them decoded, and knows no answer but a record. The module wants
%% them as they came: so mod_adhoc's handler is replaced by one that calls it for other commands.
-module(parley_commands).

-export([hook/1, unhook/1, taken/1, add/4, remove/2, run/2, execute/2, is_admin/2]).
-export([decode_iq_subel/1, process_local_iq/1, adhoc_local_items/4, disco_local_identity/5,
         disco_local_features/5]).

-include("logger.hrl").
-include_lib("p1_xmpp/include/xmpp.hrl").

hooks() ->
    [adhoc_local_items, disco_local_identity, disco_local_features].

-spec hook(ServerHost :: binary()) -> ok.
hook(ServerHost) ->
    [ejabberd_hooks:add(Hook, ServerHost, ?MODULE, Hook, 50) || Hook <- hooks()],
    gen_iq_handler:add_iq_handler(ejabberd_local, ServerHost, ?NS_COMMANDS, ?MODULE,
                                  process_local_iq).

-spec unhook(ServerHost :: binary()) -> ok.
unhook(ServerHost) ->
    [ejabberd_hooks:delete(Hook, ServerHost, ?MODULE, Hook, 50) || Hook <- hooks()],
    case gen_mod:is_loaded(ServerHost, mod_adhoc) of
        true -> gen_iq_handler:add_iq_handler(ejabberd_local, ServerHost, ?NS_COMMANDS, mod_adhoc,
                                              process_local_iq);
        false -> gen_iq_handler:remove_iq_handler(ejabberd_local, ServerHost, ?NS_COMMANDS)
    end.

%% Nodes that others have: the server, and rooms (for hats).
-spec taken(binary()) -> [binary()].
taken(ServerHost) ->
    Server = jid:make(ServerHost),
    OnServer = case ejabberd_hooks:run_fold(adhoc_local_items, ServerHost, {result, []},
                                            [Server, Server, <<"en">>]) of
                   {result, Items} -> [Node || #disco_item{node = Node} <- Items];
                   _ -> []
               end,
    [<<"http://prosody.im/protocol/hats#add">>, <<"http://prosody.im/protocol/hats#remove">>,
     <<"p1:hats#list">> | OnServer].

-spec add(binary(), binary(), binary(), admin | admin_everywhere | room_owner) -> ok.
add(MucHost, Node, Name, admin_everywhere) ->
    #{everywhere := Everywhere} = parley_config:find(MucHost),
    parley_config:put(MucHost, everywhere, Everywhere#{Node => []}),
    add(MucHost, Node, Name, admin);
add(MucHost, Node, Name, Access) ->
    Key = case Access of admin -> commands; room_owner -> room_commands end,
    #{Key := Commands} = parley_config:find(MucHost),
    parley_config:put(MucHost, Key, Commands#{Node => Name}).

-spec remove(binary(), binary()) -> ok.
remove(MucHost, Node) ->
    #{commands := Commands, room_commands := RoomCommands,
      everywhere := Everywhere} = parley_config:find(MucHost),
    parley_config:put(MucHost, everywhere, maps:remove(Node, Everywhere)),
    parley_config:put(MucHost, commands, maps:remove(Node, Commands)),
    parley_config:put(MucHost, room_commands, maps:remove(Node, RoomCommands)).

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

%% gen_iq_handler: leave the element as it came.
decode_iq_subel(Element) -> Element.

-spec process_local_iq(iq()) -> iq() | ignore.
process_local_iq(#iq{type = set, from = From, to = #jid{lserver = ServerHost},
                     sub_els = [#xmlel{attrs = Attrs}]} = Iq) ->
    #{commands := Commands} = Config = parley_config:find(parley_config:muc_host(ServerHost)),
    case {is_map_key(fxml:get_attr_s(<<"node">>, Attrs), Commands), is_admin(ServerHost, From)} of
        {true, true} -> run(Config, Iq);
        {true, false} -> xmpp:make_error(Iq, xmpp:err_forbidden(
                                               <<"This command is for administrators of the "
                                                 "server">>, <<"en">>));
        {false, _} -> leave(Iq)
    end;
process_local_iq(Iq) ->
    leave(Iq).

%% Somebody else's command.
leave(#iq{to = #jid{lserver = ServerHost}, sub_els = [Element]} = Iq) ->
    case gen_mod:is_loaded(ServerHost, mod_adhoc) of
        true -> mod_adhoc:process_local_iq(Iq#iq{sub_els = [xmpp:decode(Element)]});
        false -> xmpp:make_error(Iq, xmpp:err_service_unavailable())
    end.

%% What becomes of a command whose sender may run it. Each node of a cluster has a module of its own: this
%% one's answers, unless another one has what is asked for.
-spec run(#{proc := atom(), peers := [pid()], everywhere := #{binary() => []}, _ => _}, iq()) -> iq().
run(#{proc := Proc, peers := Peers, everywhere := Everywhere}, Iq) ->
    case execute(Proc, Iq) of
        #xmlel{name = <<"error">>} = Error ->
            parley_stanzas:error_reply(Iq, Error);
        #xmlel{} = Command ->
            IsEverywhere = is_map_key(fxml:get_tag_attr_s(<<"node">>, Command), Everywhere),
            xmpp:make_iq_result(Iq, with_other_nodes(kind(IsEverywhere, Command), Command, Peers, Iq));
        failed ->
            parley_stanzas:refusal(Iq)
    end.

kind(true, _) -> everywhere;
kind(false, Command) ->
    Note = fxml:get_subtag(Command, <<"note">>),
    case fxml:get_subtag_with_xmlns(Command, <<"set">>, ?NS_RSM) of
        #xmlel{} -> page;
        false when Note =/= false -> {note, fxml:get_tag_attr_s(<<"type">>, Note)};
        false -> own
    end.

with_other_nodes(everywhere, Command, Peers, Iq) ->
    _ = answers(Peers, Iq),
    Command;
with_other_nodes(page, Command, Peers, Iq) ->
    parley_pages:merge([Command | answers(Peers, Iq)], Iq);
with_other_nodes({note, <<"error">>}, Command, Peers, Iq) ->
    case [Answer || Answer <- answers(Peers, Iq), kind(false, Answer) =/= {note, <<"error">>}] of
        [Better | _] -> Better;
        [] -> Command
    end;
with_other_nodes(_, Command, _Peers, _Iq) ->
    Command.

%% The <command/>s of other nodes.
answers(Peers, Iq) ->
    lists:append([answer(Reply) || Reply <- parley_instance:ask_all(Peers, question(Iq))]).

answer({reply, {ok, #xmlel{name = <<"command">>} = Command}}) ->
    [Command];
answer(Failure) ->
    ?WARNING_MSG("A node has not run a command: ~p", [Failure]),
    [].

%% The module's answer on this node, <command/> or <error/>.
-spec execute(Proc :: atom(), iq()) -> xmlel() | failed.
execute(Proc, Iq) ->
    case parley_instance:ask_all([Proc], question(Iq)) of
        [{reply, {ok, Answer}}] ->
            Answer;
        [Failure] ->
            ?ERROR_MSG("The module could not be asked to run a command: ~p", [Failure]),
            failed
    end.

question(Iq) ->
    {on_command, parley_stanzas:to_xml(Iq)}.

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

-spec is_admin(binary(), jid()) -> boolean().
is_admin(ServerHost, Jid) ->
    Access = gen_mod:get_module_opt(ServerHost, mod_parley, access_commands),
    acl:match_rule(ServerHost, Access, Jid) =:= allow.
