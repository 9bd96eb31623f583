%% Domains of the module's own, such as sfu.example.org. Their stanzas go to the instance's process.
-module(parley_services).

-export([hook/1, unhook/1, add/4, remove/2, refuse/1, disco_local_items/5]).

-include_lib("p1_xmpp/include/xmpp.hrl").

-spec hook(ServerHost :: binary()) -> ok.
hook(ServerHost) ->
    %% After mod_disco (100), which lists domains without a name.
    ejabberd_hooks:add(disco_local_items, ServerHost, ?MODULE, disco_local_items, 101).

-spec unhook(ServerHost :: binary()) -> ok.
unhook(ServerHost) ->
    ejabberd_hooks:delete(disco_local_items, ServerHost, ?MODULE, disco_local_items, 101).

%% From now on the calling process gets {route, Stanza}.
-spec add(binary(), binary(), binary(), binary()) -> ok.
add(MucHost, ServerHost, Domain, Name) ->
    ejabberd_router:register_route(Domain, ServerHost),
    #{services := Services} = parley_config:find(MucHost),
    parley_config:put(MucHost, services, Services#{Domain => Name}).

-spec remove(binary(), binary()) -> ok.
remove(MucHost, Domain) ->
    ejabberd_router:unregister_route(Domain),
    #{services := Services} = parley_config:find(MucHost),
    parley_config:put(MucHost, services, maps:remove(Domain, Services)).

%% The module cannot be asked.
-spec refuse(stanza()) -> ok.
refuse(#presence{}) -> ok;
refuse(Stanza) ->
    case lists:member(xmpp:get_type(Stanza), [error, result]) of
        true -> ok;
        false -> ejabberd_router:route(parley_stanzas:refusal(Stanza))
    end.

%% The server lists the services under their names.
disco_local_items({result, Items}, _From, #jid{lserver = ServerHost}, <<>>, _Lang) ->
    #{services := Services} = parley_config:find(parley_config:muc_host(ServerHost)),
    Others = [Item || #disco_item{jid = #jid{lserver = Domain}} = Item <- Items,
                      not is_map_key(Domain, Services)],
    {result, Others ++ [#disco_item{jid = jid:make(Domain), name = Name}
                        || {Domain, Name} <- maps:to_list(Services)]};
disco_local_items(Items, _From, _To, _Node, _Lang) ->
    Items.
