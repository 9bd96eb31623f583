%% Ad-hoc commands (XEP-0050) of the module on each room, for its owners, be they in it or not, and for
%% administrators. The room's own, for hats, stay what they are.
-module(parley_room_commands).

-export([hook/1, unhook/1, muc_process_iq/2, complete/3]).

-include_lib("p1_xmpp/include/xmpp.hrl").
-include("mod_muc_room.hrl").

%% Before parley_messages' (40), which looks for the module's interest.
-spec hook(ServerHost :: binary()) -> ok.
hook(ServerHost) ->
    ejabberd_hooks:add(muc_process_iq, ServerHost, ?MODULE, muc_process_iq, 39).

-spec unhook(ServerHost :: binary()) -> ok.
unhook(ServerHost) ->
    ejabberd_hooks:delete(muc_process_iq, ServerHost, ?MODULE, muc_process_iq, 39).

%% In the room's process.
muc_process_iq(#iq{meta = #{parley_asked := true}} = Iq, _State) ->
    Iq;
muc_process_iq(#iq{type = set, from = From, sub_els = [#adhoc_command{node = Node}]} = Iq,
               #state{host = Host} = State) ->
    case parley_config:find(Host) of
        #{room_commands := #{Node := _}} = Config ->
            {stop, case may_run(From, State) of
                       %% The call lives where its room lives.
                       true -> parley_commands:run(Config#{peers := []}, Iq);
                       false -> xmpp:make_error(Iq, xmpp:err_forbidden(
                                                      <<"This command is for owners of the room">>,
                                                      <<"en">>))
                   end};
        _ ->
            Iq
    end;
muc_process_iq(#iq{type = get, sub_els = [#disco_items{node = ?NS_COMMANDS}]} = Iq, State) ->
    case offered(Iq, State) of
        Commands when Commands =:= #{} -> Iq;
        Commands -> {stop, parley_answers:ask_again(Iq, State, {room_commands, Commands})}
    end;
muc_process_iq(#iq{type = get, sub_els = [#disco_info{node = Node}]} = Iq, State)
  when Node =/= <<>> ->
    case offered(Iq, State) of
        #{Node := Name} ->
            {stop, describe(Iq, <<"command-node">>, Name, [?NS_COMMANDS, ?NS_XDATA])};
        Commands when Node =:= ?NS_COMMANDS, Commands =/= #{} ->
            {stop, describe(Iq, <<"command-list">>, <<"Commands">>, [])};
        _ ->
            Iq
    end;
muc_process_iq(Iq, _State) ->
    Iq.

%% The commands that who asks may run.
offered(#iq{from = From}, #state{host = Host} = State) ->
    case parley_config:find(Host) of
        #{room_commands := Commands} when Commands =/= #{} ->
            case may_run(From, State) of
                true -> Commands;
                false -> #{}
            end;
        _ ->
            #{}
    end.

may_run(From, #state{server_host = ServerHost} = State) ->
    mod_muc_room:get_affiliation(From, State) =:= owner
        orelse parley_commands:is_admin(ServerHost, From).

describe(#iq{sub_els = [#disco_info{node = Node}]} = Iq, Type, Name, Features) ->
    xmpp:make_iq_result(Iq, #disco_info{node = Node, features = Features,
                                        identities = [#identity{category = <<"automation">>,
                                                                type = Type, name = Name}]}).

%% The room's list of its own commands, or its error where it has none.
-spec complete(iq(), RoomJid :: binary(), #{binary() => binary()}) -> iq().
complete(#iq{type = result, sub_els = [#disco_items{items = Known} = List]} = Answer, RoomJid, Commands) ->
    Answer#iq{sub_els = [List#disco_items{node = ?NS_COMMANDS, items = Known ++ items(RoomJid, Commands)}]};
complete(Answer, RoomJid, Commands) ->
    case xmpp:get_error(Answer) of
        #stanza_error{reason = 'item-not-found'} ->
            Answer#iq{type = result, sub_els = [#disco_items{node = ?NS_COMMANDS,
                                                             items = items(RoomJid, Commands)}]};
        _ ->
            Answer
    end.

items(RoomJid, Commands) ->
    [#disco_item{jid = jid:decode(RoomJid), node = Node, name = Name}
     || {Node, Name} <- maps:to_list(Commands)].
