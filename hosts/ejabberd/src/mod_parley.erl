%% Hosts Parley's native module in ejabberd: group calls in the rooms of mod_muc.
%%
%%   modules:
%%     mod_parley:
%%       options:
%%         sfu_jid: sfu.@HOST@
%%
%% There is no call logic here: ejabberd's events go to the module (rooms, messages, services,
%% commands, disco), and what the module wants done comes back as actions. docs/ejabberd.md is the page
%% for administrators.
-module(mod_parley).
-behaviour(gen_mod).

-export([start/2, stop/1, reload/3, depends/2, mod_opt_type/1, mod_options/1, mod_doc/0]).
-export([ejabberd_stopping/0, config_reloaded/0]).

-include("logger.hrl").
-include("translate.hrl").

start(ServerHost, Opts) ->
    Proc = proc(ServerHost),
    [MucHost | Others] = gen_mod:get_module_opt_hosts(ServerHost, mod_muc),
    Others =:= [] orelse
        ?WARNING_MSG("Calls work in the rooms of ~ts only, not in those of ~ts",
                     [MucHost, lists:join(<<", ">>, Others)]),
    parley_config:new(ServerHost, MucHost, Proc),
    parley_room_config:create_table(),
    Spec = #{id => Proc, restart => transient, shutdown => 30000, modules => [parley_instance],
             start => {parley_instance, start_link,
                       [Proc, ServerHost, MucHost, expand(ServerHost, Opts)]}},
    %% Until the module runs its messages are refused, so hooks come first.
    hook(ServerHost, MucHost),
    case supervisor:start_child(ejabberd_gen_mod_sup, Spec) of
        {ok, Pid} ->
            {ok, Pid};
        {error, _} = Error ->
            unhook(ServerHost, MucHost),
            Error
    end.

stop(ServerHost) ->
    MucHost = parley_config:muc_host(ServerHost),
    gen_mod:stop_child(proc(ServerHost)),
    unhook(ServerHost, MucHost),
    parley_config:forget(ServerHost, MucHost).

%% config_reloaded follows, whether something has changed or not.
reload(_ServerHost, _NewOpts, _OldOpts) ->
    ok.

depends(_ServerHost, _Opts) ->
    [{mod_muc, hard}, {mod_adhoc, soft}, {mod_disco, soft}].

proc(ServerHost) ->
    gen_mod:get_module_proc(ServerHost, ?MODULE).

hook(ServerHost, MucHost) ->
    parley_messages:hook(ServerHost),
    parley_route:hook(),
    parley_ctl:register(),
    parley_services:hook(ServerHost),
    parley_commands:hook(ServerHost),
    parley_room_commands:hook(ServerHost),
    parley_disco:hook(MucHost),
    ejabberd_hooks:add(ejabberd_stopping, ?MODULE, ejabberd_stopping, 50),
    %% After gen_mod (60), which has the new options then.
    ejabberd_hooks:add(config_reloaded, ?MODULE, config_reloaded, 70).

unhook(ServerHost, MucHost) ->
    parley_disco:unhook(MucHost),
    parley_room_commands:unhook(ServerHost),
    parley_commands:unhook(ServerHost),
    parley_services:unhook(ServerHost),
    case gen_mod:is_loaded_elsewhere(ServerHost, ?MODULE) of
        true -> ok;
        false -> parley_ctl:unregister(), parley_route:unhook()
    end,
    parley_messages:unhook(ServerHost).

%% Before ejabberd closes the streams, so that clients still hear how their calls end.
ejabberd_stopping() ->
    [parley_instance:halt_module(proc(Host)) || Host <- loaded_on()],
    ok.

config_reloaded() ->
    [parley_instance:reload(proc(Host), expand(Host, gen_mod:get_module_opts(Host, ?MODULE)))
     || Host <- loaded_on()],
    ok.

loaded_on() ->
    [Host || Host <- ejabberd_option:hosts(), gen_mod:is_loaded(Host, ?MODULE)].

%%% Options

%% The module's options as it wants them: pairs of strings, a list as the same key once for each
%% element; @HOST@ and @NODE@ replaced.
expand(ServerHost, #{options := Options} = Opts) ->
    Opts#{options := [{Key, replace(ServerHost, text(Value))} || {Key, Values} <- Options,
                                                                 Value <- Values]}.

text(Value) when is_integer(Value) -> integer_to_binary(Value);
text(Value) when is_atom(Value) -> atom_to_binary(Value);
text(Value) -> Value.

replace(ServerHost, Text) ->
    misc:expand_keyword(<<"@NODE@">>, misc:expand_keyword(<<"@HOST@">>, Text, ServerHost),
                        node_label()).

%% The node's name as a label of a domain name: ejabberd@node1 is ejabberd-node1.
node_label() ->
    re:replace(string:lowercase(atom_to_binary(node())), "[^a-z0-9]+", "-",
               [global, {return, binary}]).

mod_opt_type(module) ->
    econf:binary();
mod_opt_type(options) ->
    econf:map(econf:binary(),
              econf:list_or_single(econf:either(econf:bool(), econf:either(econf:int(), econf:binary()))));
mod_opt_type(call_namespaces) ->
    econf:list(econf:binary());
mod_opt_type(access_commands) ->
    econf:acl().

mod_options(_ServerHost) ->
    [{module, <<"/usr/lib/parley/parley.so">>},
     {options, []},
     {call_namespaces, [<<"urn:xmpp:jingle-muc-message:0">>,
                        <<"urn:xmpp:jingle-muc-media-sfu:0">>]},
     {access_commands, configure}].

mod_doc() ->
    #{desc =>
          [?T("Group calls in rooms: hosts the native module of Parley. It watches call messages in "
              "the rooms of _`mod_muc`_ and, with an 'sfu_jid', runs a selective forwarding unit at "
              "that address.")],
      opts =>
          [{module,
            #{value => ?T("Path"),
              desc => ?T("The native module. The default value is "
                         "'/usr/lib/parley/parley.so'.")}},
           {options,
            #{value => "{Name: Value}",
              desc => ?T("The module's own options; see its manual. '@HOST@' stands for the virtual "
                         "host, '@NODE@' for this node of a cluster. Wrong ones are told in the log, "
                         "and calls are refused.")}},
           {call_namespaces,
            #{value => ?T("[Namespace, ...]"),
              desc => ?T("Messages with a child in one of these are refused while the module does "
                         "not run. When it runs it names its own.")}},
           {access_commands,
            #{value => ?T("AccessName"),
              desc => ?T("Who may run the module's ad-hoc commands, such as the list of active "
                         "calls. The default value is 'configure'.")}}],
      example =>
          ["modules:",
           "  ...",
           "  mod_parley:",
           "    options:",
           "      sfu_jid: sfu.@HOST@",
           "      sfu_addresses:",
           "        - 192.0.2.1",
           "  ..."]}.
