%% The state of an instance, which parley_instance, parley_live_rooms and parley_module share. Rooms are
%% those of this node.
-record(instance, {muc_host :: binary(),
                   server_host :: binary(),
                   opts :: map() | undefined, % mod_parley's, as configured now
                   module :: reference() | undefined,
                   rooms = #{} :: #{binary() => parley_live_rooms:room()},
                   cluster :: parley_cluster:state(),
                   carrier :: binary() | undefined, % the room behind which stanzas wait
                   timers = #{} :: #{non_neg_integer() => reference()}}).
