-- Ad-hoc commands (XEP-0050) of the module: those for administrators, on the server's own domain. Those on
-- rooms are room_commands'.
--
-- mod_adhoc lists them; it knows no commands that answer with an element of their own, so the
-- command itself is taken before it (500).

local is_admin = require "core.usermanager".is_admin;
local modulemanager = require "core.modulemanager";
local adhoc = part "adhoc";
local instance = part "instance";
local room_commands = part "room_commands";

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
	local stanza = event.stanza;
	local command = own[stanza.tags[1].attr.node];
	if not command or command.host ~= stanza.attr.to then return; end
	if not is_admin(stanza.attr.from, command.host) then
		return adhoc.forbid(event, "This command is for administrators of the server");
	end
	return adhoc.run(event);
end

local hooked = {};

local function hook_host(host)
	if hooked[host] then return; end
	hooked[host] = true;
	local context = module:context(host);
	if not modulemanager.is_loaded(host, "adhoc") then
		assert(modulemanager.load(host, "adhoc"));
	end
	context:hook("iq-set/host/"..adhoc.xmlns..":command", run, 600);
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

local function add_to_host(node, name)
	local host = find_host();
	if taken[host.." "..node] then host = module.host; end
	module:log("info", "Administrators find the command %q at %s", name, host);
	hook_host(host);
	local item = { name = name; node = node; permission = "admin"; _provided_by = module.name };
	own[node] = { host = host; item = item };
	taken[host.." "..node] = true;
	module:context(host):fire_event("item-added/adhoc-provider", { source = module; item = item });
end

function instance.actions.add_command(node, name, access)
	if access == "room_owner" then
		room_commands.add(node, name);
	else
		add_to_host(node, name);
	end
end

function instance.actions.remove_command(node)
	room_commands.remove(node);
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
	room_commands.remove_all();
end);

return commands;
