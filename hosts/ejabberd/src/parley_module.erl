%% The module as its instance has it: calls into it, and the actions that come back.
-module(parley_module).

-export([call/4, call_and_run/3, tell/2, run/2, execute/2]).

-include("logger.hrl").
-include_lib("p1_xmpp/include/xmpp.hrl").
-include("parley_instance.hrl").

-define(TIMER_MS_MAX, 16#ffffffff). % Erlang's own limit, 49 days

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

%% Carries out actions in order; one that concerns a room whose queue is not empty goes to its end.
run(Actions, Instance) ->
    lists:foldl(fun run_one/2, Instance, Actions).

run_one(Action, #instance{carrier = Carrier} = Instance) ->
    case parley_live_rooms:queue(room_of(Action, Carrier), Action, Instance) of
        false -> execute([Action], Instance);
        Queued -> Queued
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

act({out_of_service}, #instance{muc_host = MucHost, cluster = Cluster} = Instance) ->
    parley_config:put(MucHost, running, false),
    ?ERROR_MSG("The module failed and is out of service: its messages are refused until ejabberd "
               "or mod_parley is restarted (ejabberdctl restart_module HOST mod_parley)", []),
    Instance#instance{cluster = parley_cluster:leave(Cluster)};
act({broadcast, RoomJid, Element}, Instance) ->
    Message = parley_stanzas:decode(Element),
    [ejabberd_router:route(xmpp:set_to(Message, jid:make(LJid)))
     || LJid <- maps:keys(parley_live_rooms:clients(RoomJid, Instance))],
    Instance;
act({send_to_occupant, RoomJid, RealJid, Element}, Instance) ->
    To = jid:decode(RealJid),
    is_map_key(jid:tolower(To), parley_live_rooms:clients(RoomJid, Instance)) andalso
        ejabberd_router:route(xmpp:set_to(parley_stanzas:decode(Element), To)),
    Instance;
act({set_presence_interest, Namespaces}, #instance{muc_host = MucHost} = Instance) ->
    parley_config:put(MucHost, presence_interest, maps:from_keys(Namespaces, [])),
    parley_live_rooms:look_at_all(Instance);
act({request_snapshot, RoomJid}, Instance) ->
    parley_live_rooms:request_snapshot(RoomJid, Instance);
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
