%% The module's fields in rooms' configuration forms (XEP-0045 s10.2). ejabberd 23.01 knows no fields
%% but its own: the form is completed on its way to the owner, and what an owner sends is taken apart.
%% The values are kept here, as the text that the binding makes of them.
-module(parley_room_config).

-export([create_table/0, values/1, keep/2, forget/1, forget_former/3]).
-export([is_submission/2, take_out/2, complete/2]).

-include_lib("p1_xmpp/include/xmpp.hrl").
-include("mod_muc_room.hrl").

-record(parley_room_values, {room_jid :: binary(), values :: binary()}).

%%% Values, on every node of a cluster

-spec create_table() -> any().
create_table() ->
    ejabberd_mnesia:create(?MODULE, parley_room_values,
                           [{disc_copies, [node()]},
                            {attributes, record_info(fields, parley_room_values)}]).

%% Empty where the room has the defaults.
-spec values(RoomJid :: binary()) -> binary().
values(RoomJid) ->
    case mnesia:dirty_read(parley_room_values, RoomJid) of
        [#parley_room_values{values = Values}] -> Values;
        [] -> <<>>
    end.

-spec keep(RoomJid :: binary(), Values :: binary()) -> ok.
keep(RoomJid, Values) ->
    mnesia:dirty_write(#parley_room_values{room_jid = RoomJid, values = Values}).

-spec forget(RoomJid :: binary()) -> ok.
forget(RoomJid) ->
    mnesia:dirty_delete(parley_room_values, RoomJid).

%% A room starts. Where ejabberd has none stored it is a new one: a temporary room of that name may
%% have been lost with its node, without having been destroyed.
-spec forget_former(ServerHost :: binary(), Room :: binary(), Host :: binary()) -> ok.
forget_former(ServerHost, Room, Host) ->
    RoomJid = parley_rooms:key(Room, Host),
    IsFormer = values(RoomJid) =/= <<>>
        andalso mod_muc:restore_room(ServerHost, Host, Room) =:= error,
    case IsFormer of
        true -> forget(RoomJid);
        false -> ok
    end.

%%% Forms

%% Whether the room will take it for an owner's new configuration.
-spec is_submission(iq(), #state{}) -> boolean().
is_submission(#iq{meta = #{parley_asked := true}}, _State) ->
    false;
is_submission(#iq{type = set, from = From,
                  sub_els = [#muc_owner{config = #xdata{type = submit}, destroy = undefined,
                                        items = []}]}, State) ->
    mod_muc_room:get_affiliation(From, State) =:= owner;
is_submission(_Iq, _State) ->
    false.

%% The submission without the module's fields, which are those that the values are of.
-spec take_out(iq(), Values :: binary()) -> iq().
take_out(#iq{sub_els = [#muc_owner{config = #xdata{fields = Fields} = Form} = Owner]} = Iq, Values) ->
    Own = vars(Values),
    Rest = [Field || #xdata_field{var = Var} = Field <- Fields, not lists:member(Var, Own)],
    Iq#iq{sub_els = [Owner#muc_owner{config = Form#xdata{fields = Rest}}]}.

vars(<<>>) ->
    [];
vars(Values) ->
    #xdata{fields = Fields} = xmpp:decode(fxml_stream:parse_element(Values)),
    [Var || #xdata_field{var = Var} <- Fields].

%% The form that the room shows, with the module's fields.
-spec complete(iq(), [xmlel()]) -> iq().
complete(#iq{type = result, sub_els = [#muc_owner{config = #xdata{fields = Known} = Form} = Owner]} =
             Answer, Fields) ->
    Complete = Form#xdata{fields = Known ++ [xmpp:decode(Field) || Field <- Fields]},
    Answer#iq{sub_els = [Owner#muc_owner{config = Complete}]};
complete(Answer, _Fields) ->
    Answer.
