%% The instances of a cluster's nodes on the same MUC service, its peers, and the module's records for
%% them. An instance greets the others when its module starts, with all its records, and takes leave
%% when it stops; in between it tells them every change. So each has the records of all in memory, and
%% in the order in which they were made. The
%% instance passes on what it gets.
%%
%% A node is lost when the connection to it breaks: Erlang kept it alive, and the net's tick time is
%% how long that takes where a machine just vanishes. In a net split each side takes the other for
%% lost, and so does mod_muc with its rooms: both sides elect somebody, and both may start the same
%% persistent room. They do not meet again by themselves. Mnesia demands that one side is restarted,
%% which then greets the other anew, without records.
%%
%% Elected is the one whose module has run for longest: it has been greeted by all the others, while
%% one that has just started may not have heard of the node that is lost.
-module(parley_cluster).

-export([node_name/0, new/1, join/3, leave/1, publish/3, withdraw/2, handle/2, is_elected/1]).

-export_type([state/0]).

-include("logger.hrl").

-type record() :: {Key :: binary(), Value :: binary()}.
-type rank() :: {Since :: integer(), node()}.

-record(peer, {monitor :: reference(), rank :: rank(), records = #{} :: #{binary() => binary()}}).

-record(cluster, {muc_host :: binary(),
                  rank :: rank() | undefined, % while the module runs
                  records = #{} :: #{binary() => binary()},
                  peers = #{} :: #{pid() => #peer{}}}).

-opaque state() :: #cluster{}.

%% Empty where this node cannot be one of several.
-spec node_name() -> binary().
node_name() ->
    case is_alive() of
        true -> atom_to_binary(node());
        false -> <<>>
    end.

-spec new(MucHost :: binary()) -> state().
new(MucHost) ->
    #cluster{muc_host = MucHost}.

%% The module runs. Proc is the name of the instance, on every node.
-spec join(atom(), [node()], state()) -> state().
join(Proc, Nodes, #cluster{records = Records} = Cluster) ->
    Rank = {erlang:system_time(), node()},
    [{Proc, Node} ! {?MODULE, self(), {hello, Rank, Records}} || Node <- Nodes, Node =/= node()],
    Cluster#cluster{rank = Rank}.

%% The module does not run any more: its records end.
-spec leave(state()) -> state().
leave(#cluster{muc_host = MucHost, peers = Peers} = Cluster) ->
    tell(bye, Cluster),
    [demonitor(Monitor, [flush]) || #peer{monitor = Monitor} <- maps:values(Peers)],
    put_peers(#{}, new(MucHost)).

-spec publish(binary(), binary(), state()) -> state().
publish(Key, Value, #cluster{records = Records} = Cluster) ->
    tell({publish, Key, Value}, Cluster),
    Cluster#cluster{records = Records#{Key => Value}}.

-spec withdraw(binary(), state()) -> state().
withdraw(Key, #cluster{records = Records} = Cluster) ->
    tell({withdraw, Key}, Cluster),
    Cluster#cluster{records = maps:remove(Key, Records)}.

tell(What, #cluster{peers = Peers}) ->
    [Peer ! {?MODULE, self(), What} || Peer <- maps:keys(Peers)],
    ok.

-spec is_elected(state()) -> boolean().
is_elected(#cluster{rank = Rank, peers = Peers}) ->
    lists:all(fun(#peer{rank = Other}) -> Rank < Other end, maps:values(Peers)).

%% What another instance says, or its end.
-spec handle(term(), state()) -> state() | {lost, node(), [record()], state()}.
handle(_Message, #cluster{rank = undefined} = Cluster) ->
    Cluster;
handle({?MODULE, Pid, {hello, Rank, Records}}, #cluster{peers = Peers} = Cluster) ->
    Peer = case Peers of
               #{Pid := Known} ->
                   Known;
               _ ->
                   ?INFO_MSG("The calls' module of ~ts is there", [node(Pid)]),
                   Pid ! {?MODULE, self(), {hello, Cluster#cluster.rank, Cluster#cluster.records}},
                   #peer{monitor = monitor(process, Pid, [{tag, ?MODULE}]), rank = Rank}
           end,
    put_peers(Peers#{Pid => Peer#peer{rank = Rank, records = Records}}, Cluster);
handle({?MODULE, Pid, What}, #cluster{peers = Peers} = Cluster) ->
    case Peers of
        #{Pid := #peer{records = Records} = Peer} ->
            case What of
                {publish, Key, Value} ->
                    put_peer(Pid, Peer#peer{records = Records#{Key => Value}}, Cluster);
                {withdraw, Key} ->
                    put_peer(Pid, Peer#peer{records = maps:remove(Key, Records)}, Cluster);
                bye ->
                    demonitor(Peer#peer.monitor, [flush]),
                    put_peers(maps:remove(Pid, Peers), Cluster)
            end;
        _ ->
            Cluster
    end;
handle({?MODULE, _Monitor, process, Pid, Reason}, #cluster{peers = Peers} = Cluster) ->
    {#peer{records = Records}, Rest} = maps:take(Pid, Peers),
    Without = put_peers(Rest, Cluster),
    case Reason of
        noconnection -> {lost, node(Pid), maps:to_list(Records), Without};
        _ -> Without % its process has ended: its rooms live on, and the next one greets us
    end.

%% Hooks ask the others, too.
put_peers(Peers, #cluster{muc_host = MucHost} = Cluster) ->
    parley_config:put(MucHost, peers, maps:keys(Peers)),
    Cluster#cluster{peers = Peers}.

put_peer(Pid, Peer, #cluster{peers = Peers} = Cluster) ->
    Cluster#cluster{peers = Peers#{Pid := Peer}}.
