%% Answers of rooms that the module completes, or that decide what becomes of a question.
%%
%% ejabberd 23.01 has no hook for what a room answers. So the server asks the question again, for the
%% one who asked; the instance gets the room's answer, and sends it on.
-module(parley_answers).

-export([ask_again/3, send/2]).

-export_type([purpose/0]).

-include_lib("p1_xmpp/include/xmpp.hrl").
-include("mod_muc_room.hrl").

%% What the instance does with the answer: completes what the room says of itself, its configuration form
%% or the list of its commands, or keeps these values once the room has accepted the rest of a form.
-type purpose() :: room_info | room_form | {room_commands, #{binary() => binary()}}
                 | {room_values, binary()}.

%% In the room's process, with an IQ that muc_process_iq may ignore for now: it comes once more, marked
%% by #{parley_asked := true}. The instance gets {iq_reply, Answer, {parley_answer, RoomJid, Question,
%% Purpose}}.
-spec ask_again(iq(), #state{}, purpose()) -> iq() | ignore.
ask_again(Iq, #state{room = Room, host = Host}, Purpose) ->
    case parley_config:find(Host) of
        #{running := true, proc := Proc} ->
            Context = {parley_answer, parley_rooms:key(Room, Host), Iq, Purpose},
            ejabberd_router:route_iq(xmpp:put_meta(Iq, parley_asked, true), Context, Proc),
            ignore;
        _ ->
            Iq
    end.

%% Sends the answer to who asked.
-spec send(Question :: iq(), Answer :: iq() | timeout) -> ok.
send(#iq{lang = Lang} = Question, timeout) ->
    ejabberd_router:route_error(Question, xmpp:err_remote_server_timeout(
                                            <<"The room does not answer">>, Lang));
send(#iq{id = Id}, #iq{} = Answer) ->
    ejabberd_router:route(Answer#iq{id = Id}).
