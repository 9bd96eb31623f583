%% What service discovery says of the MUC service and of its rooms.
%%
%% ejabberd 23.01 has a hook for neither. The handler of the MUC service is replaced by one that calls
%% it. A question to a room is asked again by the server, for the one who asked; so the instance gets
%% the room's answer, and completes it.
-module(parley_disco).

-export([hook/1, unhook/1, process_disco_info/1, ask/2, answer/3]).

-include_lib("p1_xmpp/include/xmpp.hrl").
-include("mod_muc_room.hrl").

-spec hook(MucHost :: binary()) -> ok.
hook(MucHost) ->
    gen_iq_handler:add_iq_handler(ejabberd_local, MucHost, ?NS_DISCO_INFO, ?MODULE,
                                  process_disco_info).

-spec unhook(MucHost :: binary()) -> ok.
unhook(MucHost) ->
    gen_iq_handler:add_iq_handler(ejabberd_local, MucHost, ?NS_DISCO_INFO, mod_muc,
                                  process_disco_info).

%% disco#info of the MUC service.
-spec process_disco_info(iq()) -> iq().
process_disco_info(#iq{to = #jid{lserver = MucHost}} = Iq) ->
    case {mod_muc:process_disco_info(Iq), parley_config:find(MucHost)} of
        {#iq{type = result, sub_els = [#disco_info{features = Known} = Info]} = Result,
         #{muc_features := Features}} ->
            Result#iq{sub_els = [Info#disco_info{features = Known ++ Features}]};
        {Result, _} ->
            Result
    end.

%% disco#info of a room, in the room's process. `ignore`: it comes once more, marked, and its answer
%% goes to the instance.
-spec ask(iq(), #state{}) -> iq() | ignore.
ask(#iq{meta = #{parley_disco := true}} = Iq, _State) ->
    Iq;
ask(Iq, #state{room = Room, host = Host}) ->
    case parley_config:find(Host) of
        #{running := true, proc := Proc} ->
            Context = {parley_room_info, parley_rooms:key(Room, Host), Iq},
            ejabberd_router:route_iq(xmpp:put_meta(Iq, parley_disco, true), Context, Proc),
            ignore;
        _ ->
            Iq
    end.

%% Sends the room's answer, with more children for its <query/>.
-spec answer(iq(), iq() | timeout, [xmlel()]) -> ok.
answer(#iq{lang = Lang} = Question, timeout, _Children) ->
    ejabberd_router:route_error(Question, xmpp:err_remote_server_timeout(
                                            <<"The room does not answer">>, Lang));
answer(#iq{id = Id}, #iq{type = result, sub_els = [Info]} = Reply, Children) ->
    #xmlel{children = Known} = Query = xmpp:encode(Info),
    Complete = Query#xmlel{children = Known ++ Children},
    ejabberd_router:route(Reply#iq{id = Id, sub_els = [Complete]});
answer(#iq{id = Id}, #iq{} = Reply, _Children) ->
    ejabberd_router:route(Reply#iq{id = Id}).
