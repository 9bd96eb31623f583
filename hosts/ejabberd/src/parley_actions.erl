%% What the module wants done that concerns neither a room nor the instance's own state. Called by the
%% instance, whose process gets what is sent to the module's domains.
-module(parley_actions).

-export([act/3]).

-include("logger.hrl").

-spec act(Action :: tuple(), MucHost :: binary(), ServerHost :: binary()) -> any().
act({log, debug, Line}, _, _) -> ?DEBUG("~ts", [Line]);
act({log, info, Line}, _, _) -> ?INFO_MSG("~ts", [Line]);
act({log, warning, Line}, _, _) -> ?WARNING_MSG("~ts", [Line]);
act({log, error, Line}, _, _) -> ?ERROR_MSG("~ts", [Line]);
act({set_interest, Namespaces}, MucHost, _) ->
    parley_config:put(MucHost, interest, maps:from_keys(Namespaces, []));
act({set_route_interest, Namespaces}, MucHost, _) ->
    parley_config:put(MucHost, route_interest, maps:from_keys(Namespaces, []));
act({route, Element}, _, _) ->
    ejabberd_router:route(parley_stanzas:decode(Element));
act({add_service, Domain, Name}, MucHost, ServerHost) ->
    parley_services:add(MucHost, ServerHost, Domain, Name);
act({remove_service, Domain}, MucHost, _) ->
    parley_services:remove(MucHost, Domain);
act({set_muc_features, Features}, MucHost, _) ->
    parley_config:put(MucHost, muc_features, Features);
act({add_command, Node, Name, Access}, MucHost, _) ->
    parley_commands:add(MucHost, Node, Name, Access);
act({remove_command, Node}, MucHost, _) ->
    parley_commands:remove(MucHost, Node);
%% Not here: mod_parley:config_reloaded/0 asks this process. ejabberd says in the log how it went.
act({reload_options}, _, _) ->
    spawn(fun() -> global:trans({?MODULE, self()}, fun ejabberd_config:reload/0, [node()]) end).
