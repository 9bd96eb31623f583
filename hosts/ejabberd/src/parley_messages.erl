%% Shows the module messages to rooms and occupants, and IQs to rooms, and does as it says; and marks
%% rooms that change. All of it are hooks, called in rooms' processes or those of senders.
%%
%% A hook that fails must not fail open: what carries a call is refused then, everything else passes.
-module(parley_messages).

-export([hook/1, unhook/1]).
-export([muc_filter_message/3, muc_process_iq/2, muc_filter_presence/3, user_send_packet/1,
         s2s_receive_packet/1, api_call/3, start_room/3, join_room/4, leave_room/4, remove_room/3, room_destroyed/3]).

-include("logger.hrl").
-include_lib("p1_xmpp/include/xmpp.hrl").
-include("mod_muc_room.hrl").

-define(REMOVED_MAX, 100). % clients removed since the last look; the rest count as kicked

%% Messages: before archives (mod_mam has 50), after ejabberd's check for voice.
hooks(Host) ->
    [{muc_filter_message, Host, 40}, {muc_process_iq, Host, 40}, {muc_filter_presence, Host, 90},
     {s2s_receive_packet, Host, 40}, {start_room, Host, 50}, {join_room, Host, 50}, {leave_room, Host, 50},
     {remove_room, Host, 50}, {room_destroyed, Host, 50}].

%% Clients of every virtual host may be in the rooms.
hooks_of_all() ->
    [{api_call, global, 50} | [{user_send_packet, Host, 40} || Host <- ejabberd_option:hosts()]].

-spec hook(ServerHost :: binary()) -> ok.
hook(ServerHost) ->
    [ejabberd_hooks:add(Hook, Host, ?MODULE, Hook, Seq)
     || {Hook, Host, Seq} <- hooks(ServerHost) ++ hooks_of_all()],
    ok.

-spec unhook(ServerHost :: binary()) -> ok.
unhook(ServerHost) ->
    Others = [Host || Host <- ejabberd_option:hosts(), Host =/= ServerHost,
                      gen_mod:is_loaded(Host, mod_parley)],
    [ejabberd_hooks:delete(Hook, Host, ?MODULE, Hook, Seq)
     || {Hook, Host, Seq} <- hooks(ServerHost) ++ case Others of
                                                      [] -> hooks_of_all();
                                                      _ -> []
                                                  end],
    ok.

%%% Messages and IQs

muc_filter_message(#message{from = From} = Message, #state{host = Host} = State, _Nick) ->
    case shown_to(Host, Message) of
        #{} = Config ->
            Question = fun() -> {on_message, room_jid(State), self(), look(State, Config),
                                 jid:tolower(From), parley_stanzas:to_xml(Message)} end,
            obey(judge(Config, Question), Message);
        undefined ->
            Message
    end;
muc_filter_message(Dropped, _State, _Nick) ->
    Dropped.

%% Other messages to a room or an occupant. ejabberd has no hook for them in the room, so they are
%% judged where clients' and other servers' streams end; the instance makes sure that the sender is an
%% occupant. Not with the hook filter_packet: it costs every stanza that is delivered to anybody.
user_send_packet(Acc) -> filter_private(Acc).

s2s_receive_packet(Acc) -> filter_private(Acc).

filter_private({#message{type = Type, from = From,
                         to = #jid{luser = Room, lserver = Host, lresource = Nick}} = Message,
                Stream} = Acc)
  when Type =/= groupchat, Type =/= error, Room =/= <<>> ->
    case shown_to(Host, Message) of
        #{} = Config ->
            Question = fun() -> {on_private_message, parley_rooms:key(Room, Host),
                                 jid:tolower(From), Nick, parley_stanzas:to_xml(Message)} end,
            case obey(judge(on_room_node(Room, Host, Config), Question), Message) of
                drop -> {stop, {drop, Stream}};
                Obeyed -> {Obeyed, Stream}
            end;
        undefined ->
            Acc
    end;
filter_private(Acc) ->
    Acc.

muc_process_iq(#iq{type = set, sub_els = [#muc_admin{}]} = Iq, State) ->
    mark(State, changed),
    Iq;
muc_process_iq(#iq{type = set, sub_els = [#muc_owner{}]} = Iq, #state{host = Host} = State) ->
    mark(State, changed),
    case parley_room_config:is_submission(Iq, State) of
        true -> submit(Iq, parley_config:find(Host), State);
        false -> Iq
    end;
muc_process_iq(#iq{meta = #{parley_asked := true}} = Iq, _State) ->
    Iq;
muc_process_iq(#iq{type = get, sub_els = [#muc_owner{}]} = Iq, State) ->
    parley_answers:ask_again(Iq, State, room_form);
muc_process_iq(#iq{type = get, sub_els = [#disco_info{node = <<>>}]} = Iq, State) ->
    parley_answers:ask_again(Iq, State, room_info);
muc_process_iq(#iq{type = Type, from = From} = Iq, #state{host = Host} = State)
  when Type =:= get; Type =:= set ->
    case shown_to(Host, Iq) of
        #{} = Config ->
            Question = fun() -> {on_room_iq, room_jid(State), self(), look(State, Config),
                                 jid:tolower(From), parley_stanzas:to_xml(Iq)} end,
            case judge(Config, Question) of
                true -> ignore;
                false -> Iq;
                _ -> parley_stanzas:refusal(Iq)
            end;
        undefined ->
            Iq
    end;
muc_process_iq(Iq, _State) ->
    Iq.

%% An owner's new configuration of the room: the module may object to its part of it. The values are
%% kept only if the room accepts the rest.
submit(#iq{sub_els = [#muc_owner{config = Form}]} = Iq, #{running := true} = Config, State) ->
    Question = fun() -> {on_room_submitted, room_jid(State), self(), look(State, Config),
                         fxml:element_to_binary(xmpp:encode(Form))} end,
    Known = parley_room_config:values(room_jid(State)),
    case judge(Config, Question) of
        {ok, Known} -> parley_room_config:take_out(Iq, Known);
        {ok, Values} -> parley_answers:ask_again(parley_room_config:take_out(Iq, Values), State,
                                                 {room_values, Values});
        {error, Error} -> parley_stanzas:error_reply(Iq, Error);
        refuse -> parley_stanzas:refusal(Iq)
    end;
submit(Iq, _Config, _State) ->
    Iq.

%% The configuration, where the module is to see the stanza.
shown_to(Host, Stanza) ->
    case parley_config:find(Host) of
        #{interest := Interest} = Config ->
            case parley_stanzas:has_child_in(Stanza, Interest) of
                true -> Config;
                false -> undefined
            end;
        undefined ->
            undefined
    end.

%% The instance's answer, or `refuse` where nobody can be asked.
judge(#{running := false}, _Question) ->
    refuse;
judge(#{proc := Proc}, Question) ->
    try parley_instance:ask(Proc, Question())
    catch Class:Reason:Stack ->
            ?ERROR_MSG("A message of a call is refused, because the module could not be asked: ~ts",
                       [misc:format_exception(2, Class, Reason, Stack)]),
            refuse
    end.

obey(pass, Message) ->
    Message;
obey({replace, Element}, Message) ->
    try parley_stanzas:replace(Message, Element)
    catch error:{xmpp_codec, Why} ->
            ?ERROR_MSG("The module gave a message that is none: ~ts", [xmpp:format_error(Why)]),
            obey(refuse, Message)
    end;
obey(drop, _Message) ->
    drop;
obey({drop, Error}, Message) ->
    ejabberd_router:route(parley_stanzas:error_reply(Message, Error)),
    drop;
obey(refuse, Message) ->
    ejabberd_router:route(parley_stanzas:refusal(Message)),
    drop.

%% In a cluster the room, and the instance that knows it, may be on another node than the sender.
on_room_node(Room, Host, #{proc := Proc} = Config) ->
    case find_room(Room, Host) of
        {ok, Pid} when node(Pid) =/= node() -> Config#{proc := {Proc, node(Pid)}};
        _ -> Config
    end.

find_room(Room, Host) ->
    try mod_muc:find_online_room(Room, Host)
    catch error:_ -> error % mod_muc is about to stop
    end.

%%% Changes

muc_filter_presence(#presence{type = available, from = From} = Presence,
                    #state{users = Users, host = Host} = State, Nick) ->
    LJid = jid:tolower(From),
    case {Users, xmpp:has_subtag(Presence, #muc{})} of
        {#{LJid := #user{nick = Nick, last_presence = Last}}, false} ->
            says_else(Presence, Last, Host) andalso mark(State, changed);
        {#{LJid := _}, false} -> mark(State, changed);
        _ -> mark(State, {joined, LJid, Nick})
    end,
    Presence;
muc_filter_presence(#presence{type = Type, from = From} = Presence, _State, _Nick)
  when Type =:= unavailable; Type =:= error ->
    %% leave_room follows at once, in this process.
    Why = case Type =:= unavailable andalso is_own_word(Presence) of
              true -> left;
              false -> connection_lost
          end,
    put(parley_leaving, {jid:tolower(From), Why}),
    Presence;
muc_filter_presence(Presence, _State, _Nick) ->
    Presence.

%% Mostly it only says "away".
says_else(Presence, Last, Host) ->
    case parley_config:find(Host) of
        #{presence_interest := Interest} when Interest =/= #{} ->
            parley_rooms:payload(Presence, Interest) =/= parley_rooms:payload(Last, Interest);
        _ ->
            false
    end.

%% What a client of this server sends bears its IP address, what ejabberd says for one whose stream has
%% ended does not. (The table of sessions of another node may be behind.) Of other servers' clients
%% nothing is known.
is_own_word(#presence{from = #jid{lserver = Server}} = Presence) ->
    not ejabberd_router:is_my_host(Server) orelse xmpp:get_meta(Presence, ip, none) =/= none.

%% One of ejabberdctl's commands for rooms is about to run. The room has no hook for what it does, and
%% there is none for its end.
api_call(mod_muc_admin, _Function, [Room, Host | _]) when is_binary(Room), is_binary(Host) ->
    case {parley_config:find(Host), find_room(Room, Host)} of
        {#{} = Config, {ok, Pid}} ->
            parley_instance:mark_soon(Config, parley_rooms:key(Room, Host), Pid);
        _ ->
            ok
    end;
api_call(_Module, _Function, _Arguments) ->
    ok.

start_room(ServerHost, Room, Host) ->
    parley_room_config:forget_former(ServerHost, Room, Host),
    mark(Room, Host, changed).

join_room(_ServerHost, Room, Host, _Jid) ->
    mark(Room, Host, changed).

leave_room(_ServerHost, Room, Host, Jid) ->
    LJid = jid:tolower(Jid),
    Why = case erase(parley_leaving) of
              {LJid, Reason} ->
                  Reason;
              _ ->
                  put(parley_removed, lists:sublist([LJid | removed()], ?REMOVED_MAX)),
                  removed
          end,
    mark(Room, Host, {left, LJid, Why}).

remove_room(_ServerHost, Room, Host) ->
    mark(Room, Host, forgotten).

room_destroyed(_ServerHost, Room, Host) ->
    parley_room_config:forget(parley_rooms:key(Room, Host)),
    mark(Room, Host, destroyed).

mark(#state{room = Room, host = Host}, Hint) ->
    mark(Room, Host, Hint).

%% In the process of the room.
mark(Room, Host, Hint) ->
    case parley_config:find(Host) of
        #{} = Config ->
            parley_instance:mark(Config, parley_rooms:key(Room, Host), self(), Hint);
        undefined ->
            ok
    end.

look(State, #{presence_interest := Interest}) ->
    Look = parley_rooms:look(State, removed(), Interest),
    erase(parley_removed),
    Look.

removed() ->
    case get(parley_removed) of
        undefined -> [];
        Removed -> Removed
    end.

room_jid(#state{room = Room, host = Host}) ->
    parley_rooms:key(Room, Host).
