%% The one instance of the native module on a MUC service: its life, and what others ask and tell it.
%%
%% Hooks run in rooms and clients' processes. They ask this process, so that the module hears of
%% everything one after the other; this process never waits for them.
-module(parley_instance).
-behaviour(gen_server).

-export([start_link/4, halt_module/1, reload/2, mark/4, mark_soon/3, ask/2, ask_all/2]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).

-include("logger.hrl").
-include("parley_instance.hrl").

-define(CALL_TIMEOUT, 5000). % of a hook; then the message is refused
-define(SOON_MS, [20, 200, 2000]). % when to look after a command of ejabberdctl's has begun
-define(LIFE_TIMEOUT, 30000). % the module's start and stop take 10 s each at most
-define(LOST_MS_MAX, 10000). % until mod_muc has forgotten the rooms of a lost node
-define(LOST_POLL_MS, 50).

%%% What hooks call

start_link(Proc, ServerHost, MucHost, Opts) ->
    gen_server:start_link({local, Proc}, ?MODULE, [ServerHost, MucHost, Opts], []).

%% Stops the module; the process stays.
halt_module(Proc) ->
    gen_server:call(Proc, halt_module, ?LIFE_TIMEOUT).

%% ejabberd has read its configuration, and these are mod_parley's options now.
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
    Instance = #instance{muc_host = MucHost, server_host = ServerHost,
                         cluster = parley_cluster:new(MucHost)},
    {ok, start_module(Opts, Instance)}.

handle_call({on_command, Xml}, _From, Instance) ->
    {Actions, Result} = parley_module:call(on_command, [Xml], {[], failed}, Instance),
    {reply, Result, parley_module:run(Actions, Instance)};
handle_call({on_iq, Xml}, _From, Instance) ->
    {Actions, Verdict} = parley_module:call(on_iq, [Xml], {[], refuse}, Instance),
    {reply, Verdict, parley_module:run(Actions, Instance)};
handle_call(halt_module, _From, Instance) ->
    {reply, ok, stop_module(Instance)};
handle_call({reload, Opts}, _From, Instance) ->
    {reply, ok, reconfigure(Opts, Instance)};
handle_call(Question, From, Instance) ->
    parley_live_rooms:asked(Question, From, Instance).

handle_cast({mark, RoomJid, Pid, Hint}, Instance) ->
    {noreply, parley_live_rooms:mark(RoomJid, Pid, Hint, Instance)};
handle_cast(Request, Instance) ->
    ?WARNING_MSG("Unexpected cast: ~p", [Request]),
    {noreply, Instance}.

handle_info({{parley_look, RoomJid, Pid}, Answer}, Instance) ->
    {noreply, parley_live_rooms:looked(RoomJid, Pid, Answer, Instance)};
handle_info({mark, RoomJid, Pid}, Instance) ->
    {noreply, parley_live_rooms:peek(RoomJid, Pid, Instance)};
handle_info({{room_down, RoomJid}, _Monitor, process, Pid, Reason}, Instance) ->
    {noreply, parley_live_rooms:ended(RoomJid, Pid, Reason, Instance)};
handle_info(parley_wake, Instance) ->
    {noreply, parley_module:call_and_run(on_wake, [], Instance)};
handle_info({timeout, Timer, {parley_timer, Id}}, #instance{timers = Timers} = Instance) ->
    case Timers of
        #{Id := Timer} ->
            Instance1 = Instance#instance{timers = maps:remove(Id, Timers)},
            {noreply, parley_module:call_and_run(on_timer, [Id], Instance1)};
        _ ->
            {noreply, Instance}
    end;
%% A stanza to one of the module's services.
handle_info({route, Stanza}, Instance) ->
    Xml = parley_stanzas:to_xml(Stanza),
    {Actions, Taken} = parley_module:call(on_stanza, [Xml], {[], false}, Instance),
    Taken orelse parley_services:refuse(Stanza),
    {noreply, parley_module:run(Actions, Instance)};
%% A room's answer, asked for by parley_answers.
handle_info({iq_reply, Answer, {parley_answer, RoomJid, Question, Purpose}}, Instance) ->
    {Complete, Instance1} = parley_live_rooms:answered(Purpose, Answer, RoomJid, Instance),
    parley_answers:send(Question, Complete),
    {noreply, Instance1};
%% From the instances of other nodes.
handle_info(Message, #instance{cluster = Cluster} = Instance)
  when element(1, Message) =:= parley_cluster ->
    case parley_cluster:handle(Message, Cluster) of
        {lost, Node, Records, Changed} ->
            Deadline = erlang:monotonic_time(millisecond) + ?LOST_MS_MAX,
            {noreply, node_lost(Node, Records, Deadline, Instance#instance{cluster = Changed})};
        Changed ->
            {noreply, Instance#instance{cluster = Changed}}
    end;
handle_info({node_lost, Node, Records, Deadline}, Instance) ->
    {noreply, node_lost(Node, Records, Deadline, Instance)};
handle_info(Info, Instance) ->
    ?WARNING_MSG("Unexpected message: ~p", [Info]),
    {noreply, Instance}.

terminate(_Reason, Instance) ->
    stop_module(Instance).

%%% The module's life

%% A module that runs takes its options as it runs. One that does not gets another chance with others.
reconfigure(#{module := Path, options := Options} = Opts,
            #instance{muc_host = MucHost, opts = #{module := OldPath} = OldOpts} = Instance) ->
    case parley_config:find(MucHost) of
        #{running := true} when Path =:= OldPath ->
            %% What the module says to them is logged after it.
            ?INFO_MSG("The calls' module of ~ts is told its options", [MucHost]),
            parley_module:call_and_run(on_options, [Options], Instance#instance{opts = Opts});
        #{running := false} when Opts =:= OldOpts ->
            Instance;
        _ ->
            start_module(Opts, stop_module(Instance))
    end.

start_module(Opts, #instance{muc_host = MucHost, server_host = ServerHost} = Before) ->
    #{module := Path, options := Options, call_namespaces := Namespaces} = Opts,
    Instance = Before#instance{opts = Opts},
    %% A process before this one that crashed has left its own: ejabberd takes its routes back.
    #{services := Left} = parley_config:find(MucHost),
    parley_config:reset(MucHost, maps:from_keys(Namespaces, [])),
    Identity = #{name => <<"ejabberd">>, version => ejabberd_option:version(),
                 muc_domain => MucHost, node => parley_cluster:node_name(),
                 storage_directory => storage_directory(MucHost)},
    Routes = [Domain || Domain <- ejabberd_router:get_all_routes(), not is_map_key(Domain, Left)],
    Taken = #{domains => ejabberd_option:hosts() ++ Routes,
              nodes => parley_commands:taken(ServerHost)},
    try load_and_start(Path, Options, Identity, Taken, Instance) of
        {ok, Started} ->
            ?INFO_MSG("Group calls are on in ~ts (~ts)", [MucHost, Path]),
            parley_config:put(MucHost, running, true),
            parley_live_rooms:snapshot_all(join_cluster(Started));
        {{error, Text}, Failed} ->
            not_running(Text),
            Failed
    catch Class:Reason:Stack ->
            not_running(misc:format_exception(2, Class, Reason, Stack)),
            Instance
    end.

%% Mnesia's is the node's own, and ejabberd keeps its certificates there, too.
storage_directory(MucHost) ->
    filename:join([unicode:characters_to_binary(mnesia:system_info(directory)), "parley", MucHost]).

not_running(Text) ->
    ?ERROR_MSG("The calls' module does not run, messages of calls are refused: ~ts", [Text]).

load_and_start(Path, Options, Identity, Taken, Instance) ->
    case parley_host:load(Path, Options, Identity) of
        {Actions, {error, Text}} ->
            {{error, Text}, parley_module:run(Actions, Instance)};
        {Actions, {ok, Module}} ->
            Loaded = parley_module:run(Actions, Instance#instance{module = Module}),
            {StartActions, Started} = parley_host:start(Module, Taken),
            Running = parley_module:run(StartActions, Loaded),
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
    discard(parley_module:run(Actions, parley_live_rooms:flush_all(Instance))).

%% Gives back what the module left, and the module.
discard(#instance{module = Module, muc_host = MucHost, timers = Timers} = Instance) ->
    #{services := Services, commands := Commands, room_commands := RoomCommands} =
        parley_config:find(MucHost),
    Left = [{remove_service, Domain} || Domain <- maps:keys(Services)] ++
        [{remove_command, Node} || Node <- maps:keys(Commands) ++ maps:keys(RoomCommands)] ++
        [{cancel_timer, Id} || Id <- maps:keys(Timers)] ++ [{set_muc_features, []}],
    #instance{cluster = Cluster} = Clean =
        parley_live_rooms:drop_all(parley_module:execute(Left, Instance)),
    parley_host:destroy(Module),
    Clean#instance{module = undefined, cluster = parley_cluster:leave(Cluster)}.

%%% The cluster

join_cluster(#instance{server_host = ServerHost, cluster = Cluster} = Instance) ->
    Proc = gen_mod:get_module_proc(ServerHost, mod_parley),
    Joined = parley_cluster:join(Proc, ejabberd_cluster:get_nodes(), Cluster),
    Instance#instance{cluster = Joined}.

%% The module is told of a lost node when a room of that node may start here.
node_lost(Node, Records, Deadline, #instance{cluster = Cluster} = Instance) ->
    HasRooms = parley_live_rooms:is_any_on(Node, Instance),
    case HasRooms andalso erlang:monotonic_time(millisecond) < Deadline of
        true ->
            erlang:send_after(?LOST_POLL_MS, self(), {node_lost, Node, Records, Deadline}),
            Instance;
        false ->
            IsElected = parley_cluster:is_elected(Cluster),
            ?WARNING_MSG("Node ~ts is lost with the calls' module (~B records; elected: ~p)",
                         [Node, length(Records), IsElected]),
            parley_module:call_and_run(on_node_lost, [atom_to_binary(Node), IsElected, Records],
                                       Instance)
    end.
