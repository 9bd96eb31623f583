%% Shows the module IQs on their way from one user to another, where clients', components' and other
%% servers' streams end. That is the first leg of what a room relays between its occupants, too.
%%
%% Participants of a call may be users of any virtual host, and the call lives on its room's node: every
%% instance in the cluster is asked that is interested. The hooks run in the process of the stream; when
%% they fail the IQ is refused.
-module(parley_route).

-export([hook/0, unhook/0, user_send_packet/1, s2s_receive_packet/1, component_send_packet/1]).

-include("logger.hrl").
-include_lib("p1_xmpp/include/xmpp.hrl").

%% Before block lists (mod_privacy has 50).
hooks() ->
    [{component_send_packet, global, 40} | [{Hook, Host, 40} || Host <- ejabberd_option:hosts(),
                                            Hook <- [user_send_packet, s2s_receive_packet]]].

-spec hook() -> ok.
hook() ->
    [ejabberd_hooks:add(Hook, Host, ?MODULE, Hook, Seq) || {Hook, Host, Seq} <- hooks()],
    ok.

-spec unhook() -> ok.
unhook() ->
    [ejabberd_hooks:delete(Hook, Host, ?MODULE, Hook, Seq) || {Hook, Host, Seq} <- hooks()],
    ok.

user_send_packet(Acc) -> filter(Acc).

s2s_receive_packet(Acc) -> filter(Acc).

component_send_packet(Acc) -> filter(Acc).

filter({#iq{type = Type, from = #jid{lresource = FromResource} = From,
            to = #jid{lresource = ToResource} = To} = Iq, Stream} = Acc)
  when Type =:= get orelse Type =:= set, FromResource =/= <<>>, ToResource =/= <<>> ->
    case interested(Iq) of
        [] ->
            Acc;
        Configs ->
            case (is_user(From) orelse is_user(To)) andalso judge(Iq, Configs) of
                false -> Acc;
                pass -> Acc;
                {drop, Error} -> stop(parley_stanzas:error_reply(Iq, Error), Stream);
                refuse -> stop(parley_stanzas:refusal(Iq), Stream)
            end
    end;
filter(Acc) ->
    Acc.

stop(Reply, Stream) ->
    ejabberd_router:route(Reply),
    {stop, {drop, Stream}}.

%% Users of this server, and occupants of its rooms.
is_user(#jid{luser = User, lserver = Server}) ->
    User =/= <<>> andalso
        (ejabberd_router:is_my_host(Server) orelse parley_config:find(Server) =/= undefined).

interested(Iq) ->
    [Config || #{route_interest := Interest} = Config <- parley_config:all(),
               parley_stanzas:has_child_in(Iq, Interest)].

%% The first objection decides.
judge(Iq, Configs) ->
    try [vote(Answer) || Answer <- ask(Iq, Configs)] of
        Votes -> hd([Vote || Vote <- Votes, Vote =/= pass] ++ [pass])
    catch Class:Reason:Stack ->
            vote(misc:format_exception(2, Class, Reason, Stack))
    end.

ask(Iq, Configs) ->
    case lists:all(fun(#{running := Running}) -> Running end, Configs) of
        true ->
            Procs = [Proc || #{proc := Own, peers := Peers} <- Configs, Proc <- [Own | Peers]],
            parley_instance:ask_all(Procs, {on_iq, parley_stanzas:to_xml(Iq)});
        false ->
            [{reply, refuse}]
    end.

vote({reply, Verdict}) ->
    Verdict;
vote({error, {noconnection, _}}) ->
    pass; % a node that is down
vote(Failure) ->
    ?ERROR_MSG("An IQ is refused, because the module could not be asked: ~p", [Failure]),
    refuse.
