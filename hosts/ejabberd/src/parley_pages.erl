%% Pages (XEP-0059) of a table that every node of a cluster has a part of, put together.
-module(parley_pages).

-export([merge/2]).

-include_lib("p1_xmpp/include/xmpp.hrl").

%% Each <command/> has the same page of its node's part, in order of the rows' field "id".
-spec merge([xmlel(), ...], iq()) -> xmlel().
merge([Own | _] = Commands, Iq) ->
    Parts = [rows(Command) || Command <- Commands],
    Rows = lists:sort(fun(A, B) -> id(A) =< id(B) end, lists:append(Parts)),
    Count = lists:sum([count(Command) || Command <- Commands]),
    Size = size_of_page(Parts, length(Rows), Count, query_of(Iq)),
    Short = [Part || {Part, Command} <- lists:zip(Parts, Commands),
                     Part =/= [], length(Part) < min(Size, count(Command))],
    Page = cut(without_gaps(Rows, Short, query_of(Iq)), Size, query_of(Iq)),
    Form = form(Own),
    Others = [Child || Child <- Form#xmlel.children, not is_row(Child)],
    fxml:replace_subtag(set(Page, Count), fxml:replace_subtag(Form#xmlel{children = Others ++ Page}, Own)).

%% Where one does not ask for a number of rows, and some node has more than it shows, its number is.
size_of_page(_Parts, Shown, Shown, false) ->
    Shown;
size_of_page(Parts, _Shown, _Count, Query) ->
    Most = lists:max([length(Part) || Part <- Parts]),
    case Query =/= false andalso fxml:get_subtag_cdata(Query, <<"max">>) of
        false -> Most;
        <<>> -> Most;
        Max -> binary_to_integer(Max)
    end.

%% A node whose answer had no room for more rows has others beyond those it shows: no row of another
%% node's may come where they would be.
without_gaps(Rows, Short, Query) ->
    case is_backward(Query) of
        false ->
            Ends = [id(lists:last(Part)) || Part <- Short],
            [Row || Row <- Rows, lists:all(fun(End) -> id(Row) =< End end, Ends)];
        true ->
            Begins = [id(hd(Part)) || Part <- Short],
            [Row || Row <- Rows, lists:all(fun(Begin) -> id(Row) >= Begin end, Begins)]
    end.

cut(Rows, Size, Query) ->
    case is_backward(Query) of
        false -> lists:sublist(Rows, Size);
        true -> lists:nthtail(max(0, length(Rows) - Size), Rows)
    end.

is_backward(Query) ->
    Query =/= false andalso fxml:get_subtag(Query, <<"before">>) =/= false.

query_of(#iq{sub_els = [Command]}) ->
    fxml:get_subtag_with_xmlns(Command, <<"set">>, ?NS_RSM).

set(Page, Count) ->
    Ends = case Page of
               [] -> [];
               _ -> [#xmlel{name = <<"first">>, children = [{xmlcdata, id(hd(Page))}]},
                     #xmlel{name = <<"last">>, children = [{xmlcdata, id(lists:last(Page))}]}]
           end,
    #xmlel{name = <<"set">>, attrs = [{<<"xmlns">>, ?NS_RSM}],
           children = Ends ++ [#xmlel{name = <<"count">>,
                                      children = [{xmlcdata, integer_to_binary(Count)}]}]}.

count(Command) ->
    Set = fxml:get_subtag_with_xmlns(Command, <<"set">>, ?NS_RSM),
    case Set =/= false andalso fxml:get_subtag_cdata(Set, <<"count">>) of
        false -> 0;
        Count -> binary_to_integer(Count)
    end.

rows(Command) ->
    case form(Command) of
        #xmlel{} = Form -> fxml:get_subtags(Form, <<"item">>);
        false -> []
    end.

form(Command) ->
    fxml:get_subtag_with_xmlns(Command, <<"x">>, ?NS_XDATA).

is_row(#xmlel{name = <<"item">>}) -> true;
is_row(_) -> false.

id(Row) ->
    hd([fxml:get_subtag_cdata(Field, <<"value">>)
        || #xmlel{name = <<"field">>} = Field <- Row#xmlel.children,
           fxml:get_tag_attr_s(<<"var">>, Field) =:= <<"id">>] ++ [<<>>]).
