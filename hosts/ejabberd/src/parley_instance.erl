%% The one instance of the native module on a MUC service: its life, calls into it, and the actions
%% that come back.
%%
%% Hooks run in rooms and clients' processes. They ask this process, so that the module hears of
%% everything one after the other; this process never waits for them. To look at a room it sends the
%% request for the room's state by hand and goes on: the answer comes when the room is done with what
%% it was doing, in order with the room's other messages. What the module said to a message of that
%% room is carried out then, so it comes after the message.
-module(parley_instance).
-behaviour(gen_server).

-export([start_link/4, halt_module/1, reload/2, mark/4, mark_soon/3, ask/2, ask_all/2]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).

-include("logger.hrl").
-include_lib("p1_xmpp/include/xmpp.hrl").

-define(CALL_TIMEOUT, 5000). % of a hook; then the message is refused
-define(SOON_MS, [20, 200, 2000]). % when to look after a command of ejabberdctl's has begun
-define(LIFE_TIMEOUT, 30000). % the module's start and stop take 10 s each at most
-define(LOST_MS_MAX, 10000). % until mod_muc has forgotten the rooms of a lost node
-define(LOST_POLL_MS, 50).
-define(TIMER_MS_MAX, 16#ffffffff). % Erlang's own limit, 49 days

%% A room of this node.
-record(room, {pid :: pid(),
               monitor :: reference(),
               model :: parley_rooms:model(),
               hints = [] :: [parley_rooms:sign()],     % newest first
               asked = false :: boolean(),              % for its state
               snapshot = false :: boolean(),           % the module wants to be told everything
               waiting = [] :: [{{pid(), term()}, tuple()}], % private messages, newest first
               queue = [] :: [[tuple()]]}).             % actions for after the answer, newest first

-record(instance, {muc_host :: binary(),
                   server_host :: binary(),
                   module :: reference() | undefined,
                   rooms = #{} :: #{binary() => #room{}},
                   cluster = parley_cluster:new() :: parley_cluster:state(),
                   carrier :: binary() | undefined, % the room behind which stanzas wait
                   timers = #{} :: #{non_neg_integer() => reference()}}).

%%% What hooks call

start_link(Proc, ServerHost, MucHost, Opts) ->
    gen_server:start_link({local, Proc}, ?MODULE, [ServerHost, MucHost, Opts], []).

%% Stops the module; the process stays.
halt_module(Proc) ->
    gen_server:call(Proc, halt_module, ?LIFE_TIMEOUT).

%% Stops the module and starts it with other options.
reload(Proc, Opts) ->
    gen_server:call(Proc, {reload, Opts}, ?LIFE_TIMEOUT).

%% Something has happened, or is about to, in a room whose process this is.
-spec mark(parley_config:config(), binary(), pid(), parley_rooms:sign() | destroyed) -> ok.
mark(#{proc := Proc}, RoomJid, Pid, Hint) ->
    gen_server:cast(Proc, {mark, RoomJid, Pid, Hint}).

%% Something happens in a room about now. Its process may be on another node.
-spec mark_soon(parley_config:config(), binary(), pid()) -> ok.
mark_soon(#{proc := Proc}, RoomJid, Pid) ->
    [erlang:send_after(Ms, Proc, {mark, RoomJid, Pid}) || Ms <- ?SOON_MS, node(Pid) =:= node()],
    ok.

%% Throws what gen_server:call throws.
ask(Proc, Question) ->
    gen_server:call(Proc, Question, ?CALL_TIMEOUT).

%% Asks several at once; their answers in order. `error` is that of gen_server:receive_response/2.
-spec ask_all([gen_server:server_ref()], term()) -> [{reply, term()} | timeout | {error, term()}].
ask_all(Procs, Question) ->
    Deadline = erlang:monotonic_time(millisecond) + ?CALL_TIMEOUT,
    Requests = [gen_server:send_request(Proc, Question) || Proc <- Procs],
    [gen_server:receive_response(Request, {abs, Deadline}) || Request <- Requests].

%%% gen_server

init([ServerHost, MucHost, Opts]) ->
    process_flag(trap_exit, true),
    Instance = #instance{muc_host = MucHost, server_host = ServerHost},
    {ok, start_module(Opts, Instance)}.

%% A message in the room's own process: the room waits.
handle_call({on_message, RoomJid, Pid, Look, Sender, Xml}, _From, Instance) ->
    case known_client(RoomJid, Pid, Look, Sender, Instance) of
        {undefined, Instance1} ->
            {reply, refuse, Instance1};
        {Occupant, Instance1} ->
            {Verdict, Instance2} = judge(RoomJid, Occupant, Xml, Instance1),
            {reply, Verdict, Instance2}
    end;
handle_call({on_room_iq, _, _, _, _, _}, _From, #instance{module = undefined} = Instance) ->
    {reply, failed, Instance};
handle_call({on_room_iq, RoomJid, Pid, Look, Sender, Xml}, _From, Instance) ->
    {Occupant, Instance1} = known_client(RoomJid, Pid, Look, Sender, Instance),
    {Actions, Result} = call(on_room_iq, [model(RoomJid, Instance1), Occupant, Xml],
                             {[], failed}, Instance1),
    {reply, Result, run(Actions, Instance1)};
%% An owner's new configuration of a room. Values are those to keep.
handle_call({on_room_submitted, RoomJid, Pid, Look, Form}, _From, Instance) ->
    Current = bring_up_to_date(RoomJid, Pid, Look, Instance),
    Values = parley_room_config:values(RoomJid),
    {Actions, Result} = call(on_room_submitted, [model(RoomJid, Current), Values, Form],
                             {[], {ok, Values}}, Current),
    {reply, Result, run(Actions, Current)};
%% A private message, before the room gets it: judged once the room has told its state.
handle_call({on_private_message, RoomJid, _, _, _} = Question, From, #instance{rooms = Rooms} = Instance) ->
    case Rooms of
        #{RoomJid := #room{waiting = Waiting} = Room} ->
            {noreply, look(RoomJid, Room#room{waiting = [{From, Question} | Waiting]}, Instance)};
        _ ->
            {reply, pass, Instance}
    end;
handle_call({on_command, Xml}, _From, Instance) ->
    {Actions, Result} = call(on_command, [Xml], {[], failed}, Instance),
    {reply, Result, run(Actions, Instance)};
handle_call({on_iq, Xml}, _From, Instance) ->
    {Actions, Verdict} = call(on_iq, [Xml], {[], refuse}, Instance),
    {reply, Verdict, run(Actions, Instance)};
handle_call(halt_module, _From, Instance) ->
    {reply, ok, stop_module(Instance)};
handle_call({reload, Opts}, _From, Instance) ->
    {reply, ok, start_module(Opts, stop_module(Instance))};
handle_call(Request, _From, Instance) ->
    ?WARNING_MSG("Unexpected call: ~p", [Request]),
    {reply, {error, badarg}, Instance}.

handle_cast({mark, _, _, _}, #instance{module = undefined} = Instance) ->
    {noreply, Instance};
handle_cast({mark, RoomJid, Pid, destroyed}, Instance) ->
    case find_room(RoomJid, Pid, Instance) of
        #room{} = Room -> {noreply, finish(RoomJid, Room, kicked, Instance)};
        undefined -> {noreply, Instance}
    end;
%% A room is forgotten by its own process where it ends, but by others where it is merely restored.
handle_cast({mark, RoomJid, Pid, forgotten}, Instance) ->
    case find_room(RoomJid, Pid, Instance) of
        #room{hints = Hints} = Room ->
            {noreply, put_room(RoomJid, Room#room{hints = [forgotten | Hints]}, Instance)};
        undefined ->
            {noreply, Instance}
    end;
handle_cast({mark, RoomJid, Pid, Hint}, Instance) ->
    {Room, Instance1} = meet_room(RoomJid, Pid, Instance),
    {noreply, look(RoomJid, Room#room{hints = [Hint | Room#room.hints]}, Instance1)};
handle_cast(Request, Instance) ->
    ?WARNING_MSG("Unexpected cast: ~p", [Request]),
    {noreply, Instance}.

handle_info({{parley_look, RoomJid, Pid}, Answer}, Instance) ->
    {noreply, looked(RoomJid, Pid, Answer, Instance)};
handle_info({mark, RoomJid, Pid}, Instance) ->
    case find_room(RoomJid, Pid, Instance) of
        #room{} = Room -> {noreply, look(RoomJid, Room, Instance)};
        undefined -> {noreply, Instance}
    end;
handle_info(parley_wake, Instance) ->
    {noreply, call_and_run(on_wake, [], Instance)};
handle_info({timeout, Timer, {parley_timer, Id}}, #instance{timers = Timers} = Instance) ->
    case Timers of
        #{Id := Timer} ->
            Instance1 = Instance#instance{timers = maps:remove(Id, Timers)},
            {noreply, call_and_run(on_timer, [Id], Instance1)};
        _ ->
            {noreply, Instance}
    end;
%% A stanza to one of the module's services.
handle_info({route, Stanza}, Instance) ->
    Xml = parley_stanzas:to_xml(Stanza),
    {Actions, Taken} = call(on_stanza, [Xml], {[], false}, Instance),
    Taken orelse parley_services:refuse(Stanza),
    {noreply, run(Actions, Instance)};
%% A room's answer, asked for by parley_answers.
handle_info({iq_reply, Answer, {parley_answer, RoomJid, Question, Purpose}}, Instance) ->
    {Complete, Instance1} = answered(Purpose, Answer, RoomJid, Instance),
    parley_answers:send(Question, Complete),
    {noreply, Instance1};
%% From the instances of other nodes.
handle_info(Message, #instance{cluster = Cluster} = Instance)
  when element(1, Message) =:= parley_cluster ->
    case parley_cluster:handle(Message, Cluster) of
        {lost, Node, Records, Changed} ->
            self() ! {node_lost, Node, Records, erlang:monotonic_time(millisecond) + ?LOST_MS_MAX},
            {noreply, put_cluster(Changed, Instance)};
        Changed ->
            {noreply, put_cluster(Changed, Instance)}
    end;
handle_info({node_lost, Node, Records, Deadline}, Instance) ->
    {noreply, node_lost(Node, Records, Deadline, Instance)};
handle_info({{room_down, RoomJid}, _Monitor, process, Pid, Reason}, Instance) ->
    case find_room(RoomJid, Pid, Instance) of
        #room{} = Room ->
            Removed = case Reason of normal -> kicked; _ -> shutdown end,
            {noreply, finish(RoomJid, Room, Removed, Instance)};
        undefined ->
            {noreply, Instance}
    end;
handle_info(Info, Instance) ->
    ?WARNING_MSG("Unexpected message: ~p", [Info]),
    {noreply, Instance}.

terminate(_Reason, Instance) ->
    stop_module(Instance).

%%% The module's life

start_module(Opts, #instance{muc_host = MucHost, server_host = ServerHost} = Instance) ->
    #{module := Path, options := Options, call_namespaces := Namespaces} = Opts,
    %% A process before this one that crashed has left its own: ejabberd takes its routes back.
    #{services := Left} = parley_config:find(MucHost),
    parley_config:reset(MucHost, maps:from_keys(Namespaces, [])),
    Identity = #{name => <<"ejabberd">>, version => ejabberd_option:version(),
                 muc_domain => MucHost, node => parley_cluster:node_name()},
    Routes = [Domain || Domain <- ejabberd_router:get_all_routes(), not is_map_key(Domain, Left)],
    Taken = #{domains => ejabberd_option:hosts() ++ Routes,
              nodes => parley_commands:taken(ServerHost)},
    try load_and_start(Path, Options, Identity, Taken, Instance) of
        {ok, Started} ->
            ?INFO_MSG("Group calls are on in ~ts (~ts)", [MucHost, Path]),
            parley_config:put(MucHost, running, true),
            snapshot_all(join_cluster(Started));
        {{error, Text}, Failed} ->
            not_running(Text),
            Failed
    catch Class:Reason:Stack ->
            not_running(misc:format_exception(2, Class, Reason, Stack)),
            Instance
    end.

not_running(Text) ->
    ?ERROR_MSG("The calls' module does not run, messages of calls are refused: ~ts", [Text]).

load_and_start(Path, Options, Identity, Taken, Instance) ->
    case parley_host:load(Path, Options, Identity) of
        {Actions, {error, Text}} ->
            {{error, Text}, run(Actions, Instance)};
        {Actions, {ok, Module}} ->
            Loaded = run(Actions, Instance#instance{module = Module}),
            {StartActions, Started} = parley_host:start(Module, Taken),
            Running = run(StartActions, Loaded),
            case Started of
                ok -> {ok, Running};
                {error, Text} -> {{error, Text}, discard(Running)}
            end
    end.

stop_module(#instance{module = undefined} = Instance) ->
    Instance;
stop_module(#instance{module = Module, muc_host = MucHost} = Instance) ->
    parley_config:put(MucHost, running, false),
    {Actions, ok} = parley_host:stop(Module),
    discard(run(Actions, flush_all(Instance))).

%% Gives back what the module left, and the module.
discard(#instance{module = Module, muc_host = MucHost, rooms = Rooms, timers = Timers} = Instance) ->
    #{services := Services, commands := Commands} = parley_config:find(MucHost),
    Left = [{remove_service, Domain} || Domain <- maps:keys(Services)] ++
        [{remove_command, Node} || Node <- maps:keys(Commands)] ++
        [{cancel_timer, Id} || Id <- maps:keys(Timers)] ++ [{set_muc_features, []}],
    Clean = leave_cluster(execute(Left, Instance)),
    [demonitor(Monitor, [flush]) || #room{monitor = Monitor} <- maps:values(Rooms)],
    [gen_server:reply(From, refuse) || #room{waiting = Waiting} <- maps:values(Rooms),
                                       {From, _} <- Waiting],
    parley_host:destroy(Module),
    Clean#instance{module = undefined, rooms = #{}, carrier = undefined}.

%%% The cluster

join_cluster(#instance{server_host = ServerHost, cluster = Cluster} = Instance) ->
    Proc = gen_mod:get_module_proc(ServerHost, mod_parley),
    put_cluster(parley_cluster:join(Proc, ejabberd_cluster:get_nodes(), Cluster), Instance).

leave_cluster(#instance{cluster = Cluster} = Instance) ->
    put_cluster(parley_cluster:leave(Cluster), Instance).

put_cluster(Cluster, #instance{muc_host = MucHost} = Instance) ->
    parley_config:put(MucHost, peers, parley_cluster:peers(Cluster)),
    Instance#instance{cluster = Cluster}.

%% The module is told of a lost node when a room of that node could start here.
node_lost(Node, Records, Deadline, #instance{muc_host = MucHost, cluster = Cluster} = Instance) ->
    HasRooms = lists:any(fun({_, _, Pid}) -> node(Pid) =:= Node end,
                         mod_muc:get_online_rooms(MucHost)),
    case HasRooms andalso erlang:monotonic_time(millisecond) < Deadline of
        true ->
            erlang:send_after(?LOST_POLL_MS, self(), {node_lost, Node, Records, Deadline}),
            Instance;
        false ->
            IsElected = parley_cluster:is_elected(Cluster),
            ?WARNING_MSG("Node ~ts is lost with the calls' module (~B records; elected: ~p)",
                         [Node, length(Records), IsElected]),
            call_and_run(on_node_lost, [atom_to_binary(Node), IsElected, Records], Instance)
    end.

%%% Calls into the module

%% {Actions, Result}, or Otherwise where no module runs.
call(_Name, _Arguments, Otherwise, #instance{module = undefined}) ->
    Otherwise;
call(Name, Arguments, _Otherwise, #instance{module = Module}) ->
    apply(parley_host, Name, [Module | Arguments]).

call_and_run(Name, Arguments, Instance) ->
    {Actions, _} = call(Name, Arguments, {[], ok}, Instance),
    run(Actions, Instance).

tell(Events, Instance) ->
    lists:foldl(fun({Name, Arguments}, I) -> call_and_run(Name, Arguments, I) end, Instance, Events).

%% What the module says to a message of the room or between its occupants. Its actions wait until the
%% room has dealt with the message.
judge(RoomJid, Occupant, Xml, Instance) ->
    {Actions, Verdict} = call(on_message, [model(RoomJid, Instance), Occupant, Xml],
                              {[], refuse}, Instance),
    {Verdict, defer(RoomJid, Actions, Instance)}.

%% So do other stanzas from now on, which may be an answer to the message: the module's own threads
%% are faster than the room.
defer(RoomJid, Actions, #instance{rooms = Rooms, carrier = Carrier} = Instance) ->
    #{RoomJid := #room{queue = Queue} = Room} = Rooms,
    look(RoomJid, Room#room{queue = [Actions | Queue]},
         Instance#instance{carrier = case Carrier of undefined -> RoomJid; _ -> Carrier end}).

%%% Rooms

model(RoomJid, #instance{rooms = Rooms}) ->
    #{RoomJid := #room{model = Model}} = Rooms,
    maps:remove(clients, Model).

find_room(RoomJid, Pid, #instance{rooms = Rooms}) ->
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
    call_and_run(on_room_values, [RoomJid, Values], Instance).

%% Asks the room for its state, once; looked/4 gets the answer.
look(RoomJid, #room{asked = false, pid = Pid} = Room, Instance) ->
    %% mod_muc_room:get_state/1 without waiting.
    Pid ! {'$gen_sync_all_state_event', {self(), {parley_look, RoomJid, Pid}}, get_state},
    put_room(RoomJid, Room#room{asked = true}, Instance);
look(RoomJid, Room, Instance) ->
    put_room(RoomJid, Room, Instance).

looked(RoomJid, Pid, {ok, State}, #instance{rooms = Rooms} = Instance) ->
    case Rooms of
        #{RoomJid := #room{pid = Pid, hints = Hints} = Room} ->
            Removed = [LJid || {left, LJid, removed} <- Hints],
            Asked = Rooms#{RoomJid := Room#room{asked = false}},
            Current = update(RoomJid, parley_rooms:look(State, Removed),
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
            tell_snapshot(Known, put_room(RoomJid, Room#room{model = Known, hints = [],
                                                             snapshot = false}, Instance));
        _ ->
            {Updated, Events} = parley_rooms:update(Model, Look, lists:reverse(Hints)),
            tell(Events, put_room(RoomJid, Room#room{model = Updated, hints = []}, Instance))
    end.

put_room(RoomJid, Room, #instance{rooms = Rooms} = Instance) ->
    Instance#instance{rooms = Rooms#{RoomJid => Room}}.

tell_snapshot(#{clients := Clients} = Model, Instance) ->
    call_and_run(on_room_snapshot, [maps:remove(clients, Model), maps:values(Clients)], Instance).

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
    lists:foldl(fun execute/2, Cleared#instance{carrier = Next}, lists:reverse(Queue)).

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
    #instance{rooms = Rooms} = Told = tell(Events, Spoken),
    Told#instance{rooms = maps:remove(RoomJid, Rooms)}.

%% Asks for the state of every live room of this node, to tell the module everything.
snapshot_all(#instance{muc_host = MucHost} = Instance) ->
    lists:foldl(fun({Name, Host, Pid}, I) when node(Pid) =:= node() ->
                        {_, Met} = meet_room(parley_rooms:key(Name, Host), Pid, I),
                        request_snapshot(parley_rooms:key(Name, Host), Met);
                   (_, I) ->
                        I
                end, Instance, mod_muc:get_online_rooms(MucHost)).

request_snapshot(RoomJid, #instance{rooms = Rooms} = Instance) ->
    case Rooms of
        #{RoomJid := Room} -> look(RoomJid, Room#room{snapshot = true}, Instance);
        _ -> Instance
    end.

flush_all(#instance{rooms = Rooms} = Instance) ->
    lists:foldl(fun speak/2, Instance, maps:keys(Rooms)).

%%% What rooms answer

%% The answer as it is sent on.
answered(room_info, #iq{} = Answer, RoomJid, Instance) ->
    {Actions, Children} = call(on_room_info, [RoomJid], {[], []}, Instance),
    {parley_disco:complete(Answer, Children), run(Actions, Instance)};
answered(room_form, #iq{} = Answer, RoomJid, Instance) ->
    {Actions, Fields} = call(room_config_fields, [parley_room_config:values(RoomJid)],
                             {[], []}, Instance),
    {parley_room_config:complete(Answer, Fields), run(Actions, Instance)};
%% The room has accepted what it takes. Where it is gone by now the values are, too.
answered({room_values, Values}, #iq{type = result} = Answer, RoomJid,
         #instance{rooms = Rooms} = Instance) when is_map_key(RoomJid, Rooms) ->
    parley_room_config:keep(RoomJid, Values),
    {Answer, tell_values(RoomJid, Values, Instance)};
answered(_Purpose, Answer, _RoomJid, Instance) ->
    {Answer, Instance}.

%%% What the module wants done

%% Actions in order; one that concerns a room whose queue is not empty goes to its end.
run(Actions, Instance) ->
    lists:foldl(fun run_one/2, Instance, Actions).

run_one(Action, #instance{rooms = Rooms, carrier = Carrier} = Instance) ->
    RoomJid = room_of(Action, Carrier),
    case Rooms of
        #{RoomJid := #room{queue = [_ | _] = Queue} = Room} ->
            put_room(RoomJid, Room#room{queue = [[Action] | Queue]}, Instance);
        _ ->
            execute([Action], Instance)
    end.

room_of({broadcast, RoomJid, _}, _Carrier) -> RoomJid;
room_of({send_to_occupant, RoomJid, _, _}, _Carrier) -> RoomJid;
room_of({route, _}, Carrier) -> Carrier;
room_of(_, _Carrier) -> undefined.

execute(Actions, Instance) ->
    lists:foldl(fun(Action, I) ->
                        try act(Action, I)
                        catch Class:Reason:Stack ->
                                ?ERROR_MSG("Could not carry out ~p: ~ts",
                                           [element(1, Action),
                                            misc:format_exception(2, Class, Reason, Stack)]),
                                I
                        end
                end, Instance, Actions).

act({out_of_service}, #instance{muc_host = MucHost} = Instance) ->
    parley_config:put(MucHost, running, false),
    ?ERROR_MSG("The module failed and is out of service: its messages are refused until ejabberd "
               "or mod_parley is restarted (ejabberdctl restart_module HOST mod_parley)", []),
    leave_cluster(Instance);
act({broadcast, RoomJid, Element}, #instance{rooms = Rooms} = Instance) ->
    case Rooms of
        #{RoomJid := #room{model = #{clients := Clients}}} ->
            Message = parley_stanzas:decode(Element),
            maps:foreach(fun(LJid, _) ->
                                 ejabberd_router:route(xmpp:set_to(Message, jid:make(LJid)))
                         end, Clients);
        _ ->
            ok
    end,
    Instance;
act({send_to_occupant, RoomJid, RealJid, Element}, #instance{rooms = Rooms} = Instance) ->
    To = jid:decode(RealJid),
    case Rooms of
        #{RoomJid := #room{model = Model}} ->
            parley_rooms:find_client(Model, jid:tolower(To)) =/= undefined andalso
                ejabberd_router:route(xmpp:set_to(parley_stanzas:decode(Element), To));
        _ ->
            ok
    end,
    Instance;
act({request_snapshot, RoomJid}, Instance) ->
    request_snapshot(RoomJid, Instance);
act({set_timer, Id, DelayMs}, Instance) ->
    #instance{timers = Timers} = Cancelled = act({cancel_timer, Id}, Instance),
    Timer = erlang:start_timer(min(DelayMs, ?TIMER_MS_MAX), self(), {parley_timer, Id}),
    Cancelled#instance{timers = Timers#{Id => Timer}};
act({cancel_timer, Id}, #instance{timers = Timers} = Instance) ->
    case maps:take(Id, Timers) of
        {Timer, Rest} ->
            erlang:cancel_timer(Timer),
            Instance#instance{timers = Rest};
        error ->
            Instance
    end;
act({publish, Key, Value}, #instance{cluster = Cluster} = Instance) ->
    Instance#instance{cluster = parley_cluster:publish(Key, Value, Cluster)};
act({withdraw, Key}, #instance{cluster = Cluster} = Instance) ->
    Instance#instance{cluster = parley_cluster:withdraw(Key, Cluster)};
act(Action, #instance{muc_host = MucHost, server_host = ServerHost} = Instance) ->
    parley_actions:act(Action, MucHost, ServerHost),
    Instance.
