%% The module's ad-hoc commands for ejabberdctl and mod_http_api, as lines of text.
-module(parley_ctl).

-export([register/0, unregister/0, parley_command/2]).

-include("ejabberd_commands.hrl").
-include_lib("p1_xmpp/include/xmpp.hrl").

-spec register() -> ok.
register() ->
    ejabberd_commands:register_commands(mod_parley, commands()).

-spec unregister() -> ok.
unregister() ->
    ejabberd_commands:unregister_commands([Command#ejabberd_commands{definer = mod_parley}
                                           || Command <- commands()]).

commands() ->
    [#ejabberd_commands{
        name = parley_command, tags = [muc],
        desc = "Run an ad-hoc command of the group calls' module on this node",
        longdesc = "The command runs as one of the server's own, on this node of a cluster only. What "
                   "it says is given line by line: its notes as 'TYPE: TEXT', the fields of its form "
                   "as 'NAME: VALUE', a table as its columns' names and its rows, separated by tabs. "
                   "Several values are separated by commas.",
        module = ?MODULE, function = parley_command,
        args = [{host, binary}, {node, binary}],
        args_desc = ["Virtual host", "The command's node (XEP-0050)"],
        args_example = [<<"example.org">>, <<"urn:parley:admin:0#active-calls">>],
        result = {lines, {list, {line, string}}},
        result_desc = "What the command says",
        result_example = [<<"room\tid\tmode\tstate\tinitiator\tparticipants\tsince">>]}].

-spec parley_command(binary(), binary()) -> [binary()] | {error, atom(), integer(), string()}.
parley_command(Host, Node) ->
    case parley_config:find(parley_config:muc_host(jid:nameprep(Host))) of
        #{proc := Proc, commands := #{Node := _}} ->
            Server = jid:make(Host),
            Command = #xmlel{name = <<"command">>,
                             attrs = [{<<"xmlns">>, ?NS_COMMANDS}, {<<"node">>, Node},
                                      {<<"action">>, <<"execute">>}]},
            Iq = #iq{type = set, id = p1_rand:get_string(), from = Server, to = Server,
                     sub_els = [Command]},
            say(parley_commands:execute(Proc, Iq));
        #{commands := Commands} ->
            fail(not_exists, ["There is no such command, but: ",
                              lists:join(", ", maps:keys(Commands))]);
        undefined ->
            fail(not_exists, "There are no group calls on this virtual host")
    end.

say(#xmlel{name = <<"error">>} = Error) ->
    #stanza_error{text = Text, reason = Reason} = xmpp:decode(Error, ?NS_CLIENT, []),
    fail(refused, case xmpp:get_text(Text) of
                      <<>> -> io_lib:format("~p", [Reason]);
                      Told -> Told
                  end);
say(failed) ->
    fail(failed, "The module does not work; the log says why");
say(#xmlel{} = Element) ->
    #adhoc_command{status = Status, notes = Notes, xdata = Form} =
        xmpp:decode(Element, ?NS_CLIENT, []),
    [line(atom_to_binary(status), [atom_to_binary(Status)]) || Status =/= completed]
        ++ [line(atom_to_binary(Type), [Text]) || #adhoc_note{type = Type, data = Text} <- Notes]
        ++ lines(Form).

lines(undefined) ->
    [];
lines(#xdata{fields = Fields, reported = Columns, items = Rows}) ->
    Names = [Name || #xdata_field{var = Name} <- case Columns of undefined -> []; _ -> Columns end],
    [line(Name, Values) || #xdata_field{var = Name, type = Type, values = Values} <- Fields,
                           Type =/= hidden]
        ++ [row(Names) || Names =/= []]
        ++ [row([cell(values_of(Name, Row)) || Name <- Names]) || Row <- Rows].

values_of(Name, Row) ->
    lists:append([Values || #xdata_field{var = Var, values = Values} <- Row, Var =:= Name]).

line(Name, Values) ->
    iolist_to_binary([Name, ": ", cell(Values)]).

row(Cells) ->
    iolist_to_binary(lists:join("\t", Cells)).

%% Whatever people have put into it, it stays in its place.
cell(Values) ->
    re:replace(lists:join(", ", Values), "[\\x00-\\x1f]", " ", [global, {return, binary}]).

fail(Why, Text) ->
    {error, Why, 1, binary_to_list(iolist_to_binary(Text))}.
