%% What hooks must know without asking anybody: which MUC services have a module, the process of its
%% instance, and what it is interested in. Read for every message, changed when a module starts.
-module(parley_config).

-export([new/3, reset/2, find/1, all/0, muc_host/1, put/3, forget/2]).

-export_type([config/0]).

-type config() :: #{proc := atom(),
                    peers := [pid()], % the instances of other nodes
                    running := boolean(),
                    interest := #{binary() => []},        % namespaces
                    route_interest := #{binary() => []},  % likewise, in IQs between users
                    presence_interest := #{binary() => []},  % likewise, in occupants' presence
                    muc_features := [binary()],
                    commands := #{binary() => binary()},  % node => name
                    everywhere := #{binary() => []},  % those of them that every node runs
                    room_commands := #{binary() => binary()},  % likewise
                    services := #{binary() => binary()}}. % domain => name

-spec find(MucHost :: binary()) -> config() | undefined.
find(MucHost) ->
    persistent_term:get({?MODULE, MucHost}, undefined).

%% Those of all virtual hosts.
-spec all() -> [config()].
all() ->
    [find(MucHost) || MucHost <- muc_hosts()].

muc_hosts() ->
    persistent_term:get({?MODULE, all}, []).

%% The MUC service of a virtual host.
-spec muc_host(ServerHost :: binary()) -> binary().
muc_host(ServerHost) ->
    persistent_term:get({?MODULE, server, ServerHost}, <<>>).

-spec new(ServerHost :: binary(), MucHost :: binary(), Proc :: atom()) -> ok.
new(ServerHost, MucHost, Proc) ->
    persistent_term:put({?MODULE, server, ServerHost}, MucHost),
    put_idle(MucHost, Proc, #{}),
    persistent_term:put({?MODULE, all}, lists:usort([MucHost | muc_hosts()])).

%% No module runs: what it said is forgotten.
-spec reset(MucHost :: binary(), Interest :: #{binary() => []}) -> ok.
reset(MucHost, Interest) ->
    #{proc := Proc} = find(MucHost),
    put_idle(MucHost, Proc, Interest).

put_idle(MucHost, Proc, Interest) ->
    persistent_term:put({?MODULE, MucHost},
                        #{proc => Proc, peers => [], running => false, interest => Interest,
                          route_interest => #{}, presence_interest => #{}, muc_features => [],
                          commands => #{}, everywhere => #{}, room_commands => #{}, services => #{}}).

-spec put(MucHost :: binary(), Key :: atom(), Value :: term()) -> ok.
put(MucHost, Key, Value) ->
    Config = find(MucHost),
    persistent_term:put({?MODULE, MucHost}, Config#{Key := Value}).

-spec forget(ServerHost :: binary(), MucHost :: binary()) -> ok.
forget(ServerHost, MucHost) ->
    persistent_term:put({?MODULE, all}, lists:delete(MucHost, muc_hosts())),
    persistent_term:erase({?MODULE, server, ServerHost}),
    persistent_term:erase({?MODULE, MucHost}),
    ok.
