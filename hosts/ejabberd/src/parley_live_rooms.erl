%% The rooms of this node as an instance follows them: it asks for their state, tells the module how they
%% differ from what it knows, and gives its verdicts on what is sent to them.
%%
%% To look at a room the instance sends the request for the room's state by hand and goes on: the answer
%% comes when the room is done with what it was doing, in order with the room's other messages. What the
%% module said to a message of that room is carried out then, so it comes after the message.
-module(parley_live_rooms).

-export([asked/3, mark/4, peek/3, looked/4, ended/4, answered/4]).
-export([clients/2, queue/3, request_snapshot/2, snapshot_all/1, look_at_all/1, flush_all/1, drop_all/1,
         is_any_on/2]).

-export_type([room/0]).

-include("logger.hrl").
-include_lib("p1_xmpp/include/xmpp.hrl").
-include("parley_instance.hrl").

-record(room, {pid :: pid(),
               monitor :: reference(),
               model :: parley_rooms:model(),
               hints = [] :: [parley_rooms:sign()],     % newest first
               asked = false :: boolean(),              % for its state
               snapshot = false :: boolean(),           % the module wants to be told everything
               waiting = [] :: [{{pid(), term()}, tuple()}], % private messages, newest first
               queue = [] :: [[tuple()]]}).             % actions for after the answer, newest first

-opaque room() :: #room{}.

%%% What hooks ask

%% A message in the room's own process: the room waits.
-spec asked(Question :: tuple(), From :: {pid(), term()}, #instance{}) ->
          {reply, term(), #instance{}} | {noreply, #instance{}}.
asked({on_message, RoomJid, Pid, Look, Sender, Xml}, _From, Instance) ->
    case known_client(RoomJid, Pid, Look, Sender, Instance) of
        {undefined, Instance1} ->
            {reply, refuse, Instance1};
        {Occupant, Instance1} ->
            {Verdict, Instance2} = judge(RoomJid, Occupant, Xml, Instance1),
            {reply, Verdict, Instance2}
    end;
asked({on_room_iq, _, _, _, _, _}, _From, #instance{module = undefined} = Instance) ->
    {reply, failed, Instance};
asked({on_room_iq, RoomJid, Pid, Look, Sender, Xml}, _From, Instance) ->
    {Occupant, Instance1} = known_client(RoomJid, Pid, Look, Sender, Instance),
    {Actions, Result} = parley_module:call(on_room_iq, [model(RoomJid, Instance1), Occupant, Xml],
                                           {[], failed}, Instance1),
    {reply, Result, parley_module:run(Actions, Instance1)};
%% An owner's new configuration of a room. The values are those to keep.
asked({on_room_submitted, RoomJid, _, _, _}, _From, #instance{module = undefined} = Instance) ->
    {reply, {ok, parley_room_config:values(RoomJid)}, Instance};
asked({on_room_submitted, RoomJid, Pid, Look, Form}, _From, Instance) ->
    Current = bring_up_to_date(RoomJid, Pid, Look, Instance),
    Values = parley_room_config:values(RoomJid),
    {Actions, Result} = parley_module:call(on_room_submitted,
                                           [model(RoomJid, Current), Values, Form],
                                           {[], {ok, Values}}, Current),
    {reply, Result, parley_module:run(Actions, Current)};
%% A private message, before the room gets it: judged once the room has told its state.
asked({on_private_message, RoomJid, _, _, _} = Question, From,
      #instance{rooms = Rooms} = Instance) ->
    case Rooms of
        #{RoomJid := #room{waiting = Waiting} = Room} ->
            {noreply, look(RoomJid, Room#room{waiting = [{From, Question} | Waiting]}, Instance)};
        _ ->
            {reply, pass, Instance}
    end;
asked(Question, _From, Instance) ->
    ?WARNING_MSG("Unexpected call: ~p", [Question]),
    {reply, {error, badarg}, Instance}.

%%% What hooks tell

-spec mark(binary(), pid(), parley_rooms:sign() | destroyed, #instance{}) -> #instance{}.
mark(_RoomJid, _Pid, _Hint, #instance{module = undefined} = Instance) ->
    Instance;
mark(RoomJid, Pid, destroyed, Instance) ->
    ended(RoomJid, Pid, normal, Instance);
%% A room is forgotten by its own process where it ends, but by others where it is merely restored.
mark(RoomJid, Pid, forgotten, Instance) ->
    case find(RoomJid, Pid, Instance) of
        #room{hints = Hints} = Room ->
            put_room(RoomJid, Room#room{hints = [forgotten | Hints]}, Instance);
        undefined ->
            Instance
    end;
mark(RoomJid, Pid, Hint, Instance) ->
    {Room, Met} = meet_room(RoomJid, Pid, Instance),
    look(RoomJid, Room#room{hints = [Hint | Room#room.hints]}, Met).

%% Looks at a room, if it is known.
peek(RoomJid, Pid, Instance) ->
    case find(RoomJid, Pid, Instance) of
        #room{} = Room -> look(RoomJid, Room, Instance);
        undefined -> Instance
    end.

%% The room's process ends, or has ended.
ended(RoomJid, Pid, Reason, Instance) ->
    case find(RoomJid, Pid, Instance) of
        #room{} = Room ->
            finish(RoomJid, Room, case Reason of normal -> kicked; _ -> shutdown end, Instance);
        undefined ->
            Instance
    end.

%%% Rooms

%% The occupants of a room; none of one that is not of this node.
-spec clients(binary(), #instance{}) -> parley_rooms:clients().
clients(RoomJid, #instance{rooms = Rooms}) ->
    case Rooms of
        #{RoomJid := #room{model = #{clients := Clients}}} -> Clients;
        _ -> #{}
    end.

%% Puts the action behind those that wait for the room; false where none does.
-spec queue(binary() | undefined, tuple(), #instance{}) -> #instance{} | false.
queue(RoomJid, Action, #instance{rooms = Rooms} = Instance) ->
    case Rooms of
        #{RoomJid := #room{queue = [_ | _] = Queue} = Room} ->
            put_room(RoomJid, Room#room{queue = [[Action] | Queue]}, Instance);
        _ ->
            false
    end.

model(RoomJid, #instance{rooms = Rooms}) ->
    #{RoomJid := #room{model = Model}} = Rooms,
    parley_rooms:view(Model).

find(RoomJid, Pid, #instance{rooms = Rooms}) ->
    case Rooms of
        #{RoomJid := #room{pid = Pid} = Room} -> Room;
        _ -> undefined
    end.

%% The room, known from now on. Another process of that name means that the room before has ended.
meet_room(RoomJid, Pid, #instance{rooms = Rooms} = Instance) ->
    case Rooms of
        #{RoomJid := #room{pid = Pid} = Room} ->
            {Room, Instance};
        #{RoomJid := #room{} = Old} ->
            meet_room(RoomJid, Pid, finish(RoomJid, Old, shutdown, Instance));
        _ ->
            Monitor = monitor(process, Pid, [{tag, {room_down, RoomJid}}]),
            New = #room{pid = Pid, monitor = Monitor, model = parley_rooms:new(RoomJid)},
            #instance{rooms = #{RoomJid := Room}} = Told =
                tell_values(RoomJid, parley_room_config:values(RoomJid),
                            put_room(RoomJid, New, Instance)),
            {Room, Told}
    end.

tell_values(_RoomJid, <<>>, Instance) ->
    Instance;
tell_values(RoomJid, Values, Instance) ->
    parley_module:call_and_run(on_room_values, [RoomJid, Values], Instance).

%% Asks the room for its state, once; looked/4 gets the answer.
look(RoomJid, #room{asked = false, pid = Pid} = Room, Instance) ->
    %% mod_muc_room:get_state/1 without waiting.
    Pid ! {'$gen_sync_all_state_event', {self(), {parley_look, RoomJid, Pid}}, get_state},
    put_room(RoomJid, Room#room{asked = true}, Instance);
look(RoomJid, Room, Instance) ->
    put_room(RoomJid, Room, Instance).

looked(RoomJid, Pid, {ok, State}, #instance{rooms = Rooms, muc_host = MucHost} = Instance) ->
    case Rooms of
        #{RoomJid := #room{pid = Pid, hints = Hints} = Room} ->
            #{presence_interest := Interest} = parley_config:find(MucHost),
            Removed = [LJid || {left, LJid, removed} <- Hints],
            Asked = Rooms#{RoomJid := Room#room{asked = false}},
            Current = update(RoomJid, parley_rooms:look(State, Removed, Interest),
                             Instance#instance{rooms = Asked}),
            serve(RoomJid, Current);
        _ ->
            Instance
    end;
looked(_RoomJid, _Pid, _Error, Instance) ->
    Instance.

%% Tells the module how the room differs from what it knows.
update(RoomJid, Look, #instance{rooms = Rooms} = Instance) ->
    #{RoomJid := #room{model = Model, hints = Hints} = Room} = Rooms,
    case Room of
        #room{snapshot = true} ->
            {Updated, _} = parley_rooms:update(Model, Look, []),
            Known = Updated#{generation := maps:get(generation, Model)},
            parley_module:tell(parley_rooms:snapshot(Known),
                               put_room(RoomJid, Room#room{model = Known, hints = [],
                                                           snapshot = false}, Instance));
        _ ->
            {Updated, Events} = parley_rooms:update(Model, Look, lists:reverse(Hints)),
            parley_module:tell(Events, put_room(RoomJid, Room#room{model = Updated, hints = []},
                                                Instance))
    end.

put_room(RoomJid, Room, #instance{rooms = Rooms} = Instance) ->
    Instance#instance{rooms = Rooms#{RoomJid => Room}}.

%% What waited for the room: the module's words to its last messages, and private messages.
serve(RoomJid, #instance{rooms = Rooms} = Instance) ->
    #{RoomJid := #room{waiting = Waiting} = Room} = Rooms,
    Spoken = speak(RoomJid, put_room(RoomJid, Room#room{waiting = []}, Instance)),
    lists:foldl(fun judge_private/2, Spoken, lists:reverse(Waiting)).

%% Carries out what waited for the room.
speak(RoomJid, #instance{rooms = Rooms, carrier = Carrier} = Instance) ->
    #{RoomJid := #room{queue = Queue} = Room} = Rooms,
    Cleared = put_room(RoomJid, Room#room{queue = []}, Instance),
    Next = case Carrier of RoomJid -> undefined; _ -> Carrier end,
    lists:foldl(fun parley_module:execute/2, Cleared#instance{carrier = Next},
                lists:reverse(Queue)).

judge_private({From, {on_private_message, RoomJid, Sender, ToNick, Xml}},
              #instance{rooms = Rooms} = Instance) ->
    #{RoomJid := #room{model = Model}} = Rooms,
    Occupant = parley_rooms:find_client(Model, Sender),
    IsToRoom = ToNick =:= <<>> orelse parley_rooms:has_nick(Model, ToNick),
    if Occupant =:= undefined; not IsToRoom ->
            gen_server:reply(From, pass), % the room itself refuses it
            Instance;
       true ->
            {Verdict, Judged} = judge(RoomJid, Occupant, Xml, Instance),
            gen_server:reply(From, Verdict),
            Judged
    end.

%% The client in the room, brought up to date by what the room's process has just seen.
known_client(_RoomJid, _Pid, _Look, _LJid, #instance{module = undefined} = Instance) ->
    {undefined, Instance};
known_client(RoomJid, Pid, Look, LJid, Instance) ->
    #instance{rooms = Rooms} = Current = bring_up_to_date(RoomJid, Pid, Look, Instance),
    #{RoomJid := #room{model = Model}} = Rooms,
    {parley_rooms:find_client(Model, LJid), Current}.

bring_up_to_date(RoomJid, Pid, Look, Instance) ->
    {Room, Met} = meet_room(RoomJid, Pid, Instance),
    update(RoomJid, Look, put_room(RoomJid, Room, Met)).

%% The room's process has ended: nobody is in there any more.
finish(RoomJid, #room{model = Model} = Room, Removed, Instance) ->
    demonitor(Room#room.monitor, [flush]),
    [gen_server:reply(From, pass) || {From, _} <- Room#room.waiting],
    Empty = Room#room{model = Model#{clients := #{}}},
    Spoken = speak(RoomJid, put_room(RoomJid, Empty, Instance)),
    Events = parley_rooms:finish(Model, lists:reverse(Room#room.hints), Removed),
    #instance{rooms = Rooms} = Told = parley_module:tell(Events, Spoken),
    Told#instance{rooms = maps:remove(RoomJid, Rooms)}.

%% Asks for the state of every live room of this node, to tell the module everything.
snapshot_all(#instance{muc_host = MucHost} = Instance) ->
    lists:foldl(fun({Name, Host, Pid}, I) when node(Pid) =:= node() ->
                        {_, Met} = meet_room(parley_rooms:key(Name, Host), Pid, I),
                        request_snapshot(parley_rooms:key(Name, Host), Met);
                   (_, I) ->
                        I
                end, Instance, online_rooms(MucHost)).

request_snapshot(RoomJid, #instance{rooms = Rooms} = Instance) ->
    case Rooms of
        #{RoomJid := Room} -> look(RoomJid, Room#room{snapshot = true}, Instance);
        _ -> Instance
    end.

%% The module wants to know something else of them than before.
look_at_all(#instance{rooms = Rooms} = Instance) ->
    maps:fold(fun look/3, Instance, Rooms).

flush_all(#instance{rooms = Rooms} = Instance) ->
    lists:foldl(fun speak/2, Instance, maps:keys(Rooms)).

%% Lets all rooms go: no module runs any more.
drop_all(#instance{rooms = Rooms} = Instance) ->
    [demonitor(Monitor, [flush]) || #room{monitor = Monitor} <- maps:values(Rooms)],
    [gen_server:reply(From, refuse) || #room{waiting = Waiting} <- maps:values(Rooms),
                                       {From, _} <- Waiting],
    Instance#instance{rooms = #{}, carrier = undefined}.

%% Whether mod_muc still routes to rooms of a node.
-spec is_any_on(node(), #instance{}) -> boolean().
is_any_on(Node, #instance{muc_host = MucHost}) ->
    lists:any(fun({_, _, Pid}) -> node(Pid) =:= Node end, online_rooms(MucHost)).

online_rooms(MucHost) ->
    try mod_muc:get_online_rooms(MucHost)
    catch error:_ -> [] % mod_muc is about to stop
    end.

%%% Verdicts

%% What the module says to a message of the room or between its occupants. Its actions wait until the
%% room has dealt with the message.
judge(RoomJid, Occupant, Xml, Instance) ->
    {Actions, Verdict} = parley_module:call(on_message, [model(RoomJid, Instance), Occupant, Xml],
                                            {[], refuse}, Instance),
    {Verdict, defer(RoomJid, Actions, Instance)}.

%% So do other stanzas from now on, which may be an answer to the message: the module's own threads
%% are faster than the room.
defer(RoomJid, Actions, #instance{rooms = Rooms, carrier = Carrier} = Instance) ->
    #{RoomJid := #room{queue = Queue} = Room} = Rooms,
    look(RoomJid, Room#room{queue = [Actions | Queue]},
         Instance#instance{carrier = case Carrier of undefined -> RoomJid; _ -> Carrier end}).

%%% What rooms answer

%% A room's answer as it is sent on.
answered(room_info, #iq{} = Answer, RoomJid, Instance) ->
    {Actions, Children} = parley_module:call(on_room_info, [RoomJid], {[], []}, Instance),
    {parley_disco:complete(Answer, Children), parley_module:run(Actions, Instance)};
answered(room_form, #iq{} = Answer, RoomJid, Instance) ->
    {Actions, Fields} = parley_module:call(room_config_fields,
                                           [parley_room_config:values(RoomJid)], {[], []},
                                           Instance),
    {parley_room_config:complete(Answer, Fields), parley_module:run(Actions, Instance)};
%% The room has accepted what it takes.
answered({room_values, Values}, #iq{type = result} = Answer, RoomJid,
         #instance{rooms = Rooms} = Instance) ->
    parley_room_config:keep(RoomJid, Values),
    case is_map_key(RoomJid, Rooms) of
        true -> {Answer, tell_values(RoomJid, Values, Instance)};
        false -> {Answer, Instance}
    end;
answered({room_commands, Commands}, #iq{} = Answer, RoomJid, Instance) ->
    {parley_room_commands:complete(Answer, RoomJid, Commands), Instance};
answered(_Purpose, Answer, _RoomJid, Instance) ->
    {Answer, Instance}.
