%% Stanzas on their way to the module and back.
-module(parley_stanzas).

-export([to_xml/1, has_child_in/2, decode/1, replace/2, error_reply/2, refusal/1]).

-include_lib("p1_xmpp/include/xmpp.hrl").

%% The stanza as XML that stands alone. Children that ejabberd has not decoded stay as they came.
-spec to_xml(stanza()) -> binary().
to_xml(Stanza) ->
    fxml:element_to_binary(xmpp:encode(Stanza)).

%% Whether a child is in one of the namespaces (a map with them as keys).
-spec has_child_in(stanza(), map()) -> boolean().
has_child_in(Stanza, Namespaces) ->
    lists:any(fun(Child) -> is_map_key(xmpp:get_ns(Child), Namespaces) end, xmpp:get_els(Stanza)).

%% A stanza of the module's: its children stay raw.
-spec decode(xmlel()) -> stanza().
decode(Element) ->
    xmpp:decode(Element, ?NS_CLIENT, [ignore_els]).

%% The content of Element, a <message/>, in the place of Message's: from, to and type stay.
-spec replace(message(), xmlel()) -> message().
replace(#message{id = Id} = Message, Element) ->
    #message{id = NewId} = New = decode(without_addresses(Element)),
    New#message{id = case NewId of <<>> -> Id; _ -> NewId end,
                type = Message#message.type,
                from = Message#message.from,
                to = Message#message.to,
                meta = Message#message.meta}.

%% The module's `type` is of no account, so neither is a wrong one.
without_addresses(#xmlel{attrs = Attrs} = Element) ->
    Element#xmlel{attrs = [Attr || {Name, _} = Attr <- Attrs,
                                   not lists:member(Name, [<<"from">>, <<"to">>, <<"type">>])]}.

%% The reply of type error with this <error/> in it.
-spec error_reply(stanza(), xmlel() | stanza_error()) -> stanza().
error_reply(Stanza, Error) ->
    Reply = xmpp:set_from_to(Stanza, xmpp:get_to(Stanza), xmpp:get_from(Stanza)),
    xmpp:set_els(xmpp:set_type(clear(Reply), error), [Error]).

clear(#message{} = Message) -> Message#message{body = [], subject = [], thread = undefined};
clear(Stanza) -> Stanza.

%% The answer where the module cannot be asked.
-spec refusal(stanza()) -> stanza().
refusal(Stanza) ->
    error_reply(Stanza, xmpp:err_service_unavailable(
                          <<"Calls do not work at the moment. Tell the administrator of this "
                            "server.">>, <<"en">>)).
