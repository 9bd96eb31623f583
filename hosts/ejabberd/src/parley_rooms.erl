%% What the module knows of rooms, and how a room differs from it.
%%
%% ejabberd has no hook for a change of nick, affiliation, role or configuration, and its hooks for
%% joining and leaving run before the room has changed. So hooks only mark a room; its state is then
%% compared with what the module knows, and each difference is an event. This module is pure: the
%% instance asks rooms for their state and tells the module the events.
-module(parley_rooms).

-export([look/3, key/2, new/1, update/3, snapshot/1, finish/3, view/1, find_client/2, has_nick/2, payload/2]).

-export_type([look/0, model/0, clients/0, sign/0, event/0]).

-include_lib("p1_xmpp/include/xmpp.hrl").
-include("mod_muc_room.hrl").

-type occupant() :: #{nick := binary(), real_jid := binary(), affiliation := affiliation(),
                      role := role()}.
-type clients() :: #{ljid() => occupant()}.

%% What clients say in their presence in the namespaces that the module asked for; those who say something.
-type payloads() :: #{ljid() => [xmlel(), ...]}.

%% A room as it is.
-type look() :: #{flags := map(), clients := clients(), payloads := payloads(),
                  removed := #{ljid() => atom()}}.

%% A room as the module knows it.
-type model() :: #{jid := binary(), generation := non_neg_integer(), clients := clients(),
                   payloads := payloads(), members_only => boolean(), non_anonymous => boolean(), persistent => boolean(),
                   moderated => boolean(), public => boolean()}.

%% What a hook saw, oldest first. `removed`: by somebody else; the room's state says how.
-type sign() :: changed | forgotten
              | {joined, ljid(), Nick :: binary()}
              | {left, ljid(), left | connection_lost | removed}.

%% A function of the binding and its arguments.
-type event() :: {atom(), [term()]}.

-spec key(binary(), binary()) -> binary().
key(Room, Host) ->
    <<Room/binary, "@", Host/binary>>.

%% Reads the room's state, in whatever process. Removed: clients that were removed since the last look.
%% Interest: the namespaces of payloads.
-spec look(#state{}, [ljid()], #{binary() => []}) -> look().
look(#state{config = Config, users = Users} = State, Removed, Interest) ->
    #{flags => #{members_only => Config#config.members_only,
                 non_anonymous => not Config#config.anonymous,
                 persistent => Config#config.persistent,
                 moderated => Config#config.moderated,
                 public => Config#config.public},
      clients => maps:map(fun(_, User) -> occupant(User, State) end, Users),
      payloads => maps:filtermap(fun(_, #user{last_presence = Presence}) ->
                                         case payload(Presence, Interest) of
                                             [] -> false;
                                             Payload -> {true, Payload}
                                         end
                                 end, Users),
      removed => maps:from_list([{LJid, removal(LJid, State)} || LJid <- Removed])}.

occupant(#user{jid = Jid, nick = Nick, role = Role}, State) ->
    #{nick => Nick, real_jid => jid:encode(Jid),
      affiliation => mod_muc_room:get_affiliation(Jid, State), role => Role}.

%% The children of interest.
-spec payload(presence() | undefined, #{binary() => []}) -> [xmlel()].
payload(undefined, _Interest) ->
    [];
payload(Presence, Interest) ->
    [xmpp:encode(Child) || Child <- xmpp:get_els(Presence),
                           is_map_key(xmpp:get_ns(Child), Interest)].

%% How a client was removed that did not go by itself.
removal(LJid, #state{config = #config{members_only = MembersOnly}} = State) ->
    case mod_muc_room:get_affiliation(jid:make(LJid), State) of
        outcast -> banned;
        none when MembersOnly -> affiliation_lost;
        _ -> kicked
    end.

-spec new(binary()) -> model().
new(Jid) ->
    #{jid => Jid, generation => 0, clients => #{}, payloads => #{}}.

%% What the binding takes as a room.
-spec view(model()) -> map().
view(Model) ->
    maps:without([clients, payloads], Model).

-spec find_client(model(), ljid()) -> occupant() | undefined.
find_client(#{clients := Clients}, LJid) ->
    maps:get(LJid, Clients, undefined).

-spec has_nick(model(), binary()) -> boolean().
has_nick(#{clients := Clients}, Nick) ->
    lists:any(fun(#{nick := Other}) -> Other =:= Nick end, maps:values(Clients)).

%% The model brought up to date, and the events that lead there, in order.
-spec update(model(), look(), [sign()]) -> {model(), [event()]}.
update(#{generation := Generation} = Model, #{flags := Flags} = Look, Hints) ->
    IsNew = Generation =:= 0 andalso not is_map_key(public, Model),
    Configured = maps:merge(Model, Flags),
    Steps = [fun(Acc) -> tell_configured(Acc, IsNew) end,
             fun(Acc) -> tell_departures(Acc, Look, Hints) end,
             fun(Acc) -> tell_arrivals_and_changes(Acc, Look, Model, Hints) end,
             fun(Acc) -> tell_configured(Acc, not IsNew andalso Configured =/= Model) end],
    {Updated, Events} = lists:foldl(fun(Step, Acc) -> Step(Acc) end, {Configured, []}, Steps),
    {Updated, lists:reverse(Events)}.

%% Everything that the module is to know.
-spec snapshot(model()) -> [event()].
snapshot(#{clients := Clients, payloads := Payloads} = Model) ->
    [{on_room_snapshot, [view(Model), maps:values(Clients)]}
     | [presence_event(Model, maps:get(LJid, Clients), Payload)
        || {LJid, Payload} <- maps:to_list(Payloads)]].

%% The room's process has ended: what the hints still tell, and the end.
-spec finish(model(), [sign()], Removed :: shutdown | kicked) -> [event()].
finish(Model, Hints, Removed) ->
    IsForgotten = lists:member(forgotten, Hints),
    Before = lists:takewhile(fun(Hint) -> Hint =/= forgotten end, Hints),
    Acc = lists:foldl(fun({left, LJid, removed}, A) -> tell_left(A, LJid, Removed);
                         ({left, LJid, Reason}, A) -> tell_left(A, LJid, Reason);
                         (_, A) -> A
                      end, {Model, []}, Before),
    {#{clients := Rest}, _} = Acc,
    %% A room that its owner destroys takes its occupants along: that is no event of theirs.
    Left = case IsForgotten of
               true -> Acc;
               false -> lists:foldl(fun(LJid, A) -> tell_left(A, LJid, shutdown) end, Acc,
                                    maps:keys(Rest))
           end,
    {_, Events} = tell(Left, on_room_destroyed, []),
    lists:reverse(Events).

tell({#{generation := Generation} = Model, Events}, Name, Arguments) ->
    Next = Model#{generation := Generation + 1},
    {Next, [{Name, [view(Next) | Arguments]} | Events]}.

tell_configured(Acc, true) -> tell(Acc, on_room_configured, []);
tell_configured(Acc, false) -> Acc.

tell_left({#{clients := Clients} = Model, Events} = Acc, LJid, Reason) ->
    case maps:take(LJid, Clients) of
        {Occupant, Rest} ->
            tell(forget_payload({Model#{clients := Rest}, Events}, LJid), on_occupant_left,
                 [Occupant, Reason]);
        error ->
            Acc
    end.

tell_departures(Acc, #{clients := Now, removed := Removed}, Hints) ->
    Hinted = lists:foldl(fun({left, LJid, removed}, A) -> 
                                 tell_left(A, LJid, maps:get(LJid, Removed, kicked));
                            ({left, LJid, Reason}, A) -> tell_left(A, LJid, Reason);
                            (_, A) -> A
                         end, Acc, Hints),
    {#{clients := Known}, _} = Hinted,
    Gone = maps:keys(maps:without(maps:keys(Now), Known)),
    lists:foldl(fun(LJid, A) -> tell_left(A, LJid, left) end, Hinted, Gone).

tell_arrivals_and_changes(Acc, #{clients := Now} = Look, #{clients := Before}, Hints) ->
    Joined = [LJid || {joined, LJid, _} <- Hints, is_map_key(LJid, Now)],
    Order = lists:foldl(fun(LJid, L) -> [LJid | lists:delete(LJid, L)] end, maps:keys(Now),
                        lists:reverse(Joined)),
    lists:foldl(fun(LJid, A) ->
                        Told = tell_client(A, LJid, maps:get(LJid, Now),
                                           is_again(LJid, Before, Hints)),
                        tell_payload(Told, LJid, Look)
                end, Acc, Order).

%% Whether a client that was in the room joined once more, and so got everything again.
is_again(LJid, Before, Hints) ->
    case Before of
        #{LJid := #{nick := Nick}} -> lists:member({joined, LJid, Nick}, Hints);
        _ -> false
    end.

tell_client({#{clients := Known} = Model, Events}, LJid, Occupant, IsAgain) ->
    Acc = {Model#{clients := Known#{LJid => Occupant}}, Events},
    case Known of
        #{LJid := Occupant} -> tell_joined(Acc, LJid, Occupant, IsAgain);
        #{LJid := #{nick := OldNick}} ->
            tell_joined(tell(Acc, on_occupant_changed, [OldNick, Occupant]), LJid, Occupant,
                        IsAgain);
        _ -> tell_joined(Acc, LJid, Occupant, true)
    end.

tell_joined(Acc, LJid, Occupant, true) ->
    tell(forget_payload(Acc, LJid), on_occupant_joined, [Occupant]);
tell_joined(Acc, _, _, false) ->
    Acc.

forget_payload({#{payloads := Payloads} = Model, Events}, LJid) ->
    {Model#{payloads := maps:remove(LJid, Payloads)}, Events}.

%% No event of its own: the generation stays.
tell_payload({#{clients := Clients, payloads := Known} = Model, Events} = Acc, LJid,
             #{payloads := Now}) ->
    Payload = maps:get(LJid, Now, []),
    case maps:get(LJid, Known, []) of
        Payload ->
            Acc;
        _ ->
            Others = maps:remove(LJid, Known),
            Changed = Model#{payloads := case Payload of [] -> Others; _ -> Others#{LJid => Payload} end},
            {Changed, [presence_event(Model, maps:get(LJid, Clients), Payload) | Events]}
    end.

presence_event(Model, Occupant, Payload) ->
    Xml = iolist_to_binary([fxml:element_to_binary(Element) || Element <- Payload]),
    {on_occupant_presence, [view(Model), Occupant, Xml]}.
