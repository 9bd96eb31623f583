-- Ad-hoc commands (XEP-0050) of the module for administrators, on the server's own domain.
--
-- mod_adhoc lists them; it knows no commands that answer with an element of their own, so the
-- command itself is taken before it (500).

local st = require "util.stanza";
local is_admin = require "core.usermanager".is_admin;
local modulemanager = require "core.modulemanager";
local instance = part "instance";
local stanzas = part "stanzas";
local turns = part "turns";

local xmlns = "http://jabber.org/protocol/commands";

-- Which commands are offered by any MUC component on which host: [host.." "..node] = true
local taken = module:shared("/*/parley/commands");

local function find_host()
	local configured = module:get_option_string("parley_admin_host");
	if configured then return configured; end
	local parent = module.host:match("%.(.+)$");
	local host = parent and prosody.hosts[parent];
	return host and host.type == "local" and parent or module.host;
end

local commands = {};
local own = {}; -- by node: { host, item }

--- Nodes the module cannot have. Of two MUC components below one domain, the second offers its
-- commands at its own address.
function commands.taken()
	local nodes = {};
	for key in pairs(taken) do
		local host, node = key:match("^(%S+) (.*)$");
		if host == module.host then table.insert(nodes, node); end
	end
	return nodes;
end

local function run(event)
	local origin, stanza = event.origin, event.stanza;
	local command = own[stanza.tags[1].attr.node];
	if not command or command.host ~= stanza.attr.to then return; end
	if not is_admin(stanza.attr.from, command.host) then
		origin.send(st.error_reply(stanza, "auth", "forbidden", "This command is for administrators of the server"));
		return true;
	end
	local answer = turns.run(instance.call, "on_command", stanzas.to_xml(stanza));
	if not answer then
		origin.send(stanzas.refusal(stanza));
	elseif answer.name == "error" then
		origin.send(stanzas.error_reply(stanza, answer));
	else
		origin.send(st.reply(stanza):add_child(answer));
	end
	return true;
end

local hooked = {};

local function hook_host(host)
	if hooked[host] then return; end
	hooked[host] = true;
	local context = module:context(host);
	if not modulemanager.is_loaded(host, "adhoc") then
		assert(modulemanager.load(host, "adhoc"));
	end
	context:hook("iq-set/host/"..xmlns..":command", run, 600);
	-- mod_adhoc loses its list when it is reloaded.
	local function list_again(event)
		if event.module ~= "adhoc" then return; end
		for _, command in pairs(own) do
			context:fire_event("item-added/adhoc-provider", { source = module; item = command.item });
		end
	end
	context:hook("module-loaded", list_again);
	context:hook("module-reloaded", list_again);
end

function instance.actions.add_command(node, name)
	local host = find_host();
	if taken[host.." "..node] then host = module.host; end
	module:log("info", "Administrators find the command %q at %s", name, host);
	hook_host(host);
	local item = { name = name; node = node; permission = "admin"; _provided_by = module.name };
	own[node] = { host = host; item = item };
	taken[host.." "..node] = true;
	module:context(host):fire_event("item-added/adhoc-provider", { source = module; item = item });
end

function instance.actions.remove_command(node)
	local command = own[node];
	if not command then return; end
	own[node] = nil;
	taken[command.host.." "..node] = nil;
	module:context(command.host):fire_event("item-removed/adhoc-provider", { source = module; item = command.item });
end

instance.at_stop(function ()
	for node in pairs(own) do
		instance.actions.remove_command(node);
	end
end);

return commands;
