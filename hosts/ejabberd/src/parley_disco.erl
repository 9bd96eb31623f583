%% What service discovery says of the MUC service and of its rooms.
%%
%% ejabberd 23.01 has a hook for neither. The handler of the MUC service is replaced by one that calls
%% it; a room's answer is completed on its way (see parley_answers).
-module(parley_disco).

-export([hook/1, unhook/1, process_disco_info/1, complete/2]).

-include_lib("p1_xmpp/include/xmpp.hrl").

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

%% What a room says of itself, with more children for its <query/>.
-spec complete(iq(), [xmlel()]) -> iq().
complete(#iq{type = result, sub_els = [Info]} = Answer, Children) ->
    #xmlel{children = Known} = Query = xmpp:encode(Info),
    Answer#iq{sub_els = [Query#xmlel{children = Known ++ Children}]};
complete(Answer, _Children) ->
    Answer.
