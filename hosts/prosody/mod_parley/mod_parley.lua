-- Hosts Parley's native module on a MUC component: group calls in its rooms.
--
--   Component "conference.example.org" "muc"
--       modules_enabled = { "parley" }
--       parley_options = { sfu_jid = "sfu.example.org" }
--
-- There is no call logic here: Prosody's events go to the module (rooms, messages, IQs, services,
-- commands, disco), and what the module wants done comes back as actions. docs/prosody.md is the
-- page for administrators.

if module:get_host_type() ~= "component" then
	error("mod_parley belongs to a MUC component: Component \"conference."..module.host.."\" \"muc\" with "
		.."modules_enabled = { \"parley\" }", 0);
end

local parts = {};

--- One of the files beside this one, loaded once; each of them has this function.
function part(name) -- luacheck: ignore 131
	if parts[name] == nil then
		parts[name] = module:require(name) or false;
	end
	return parts[name];
end

local turns = part "turns";
local instance = part "instance";
local rooms = part "rooms";
part "messages";
part "disco";
part "route";
part "room_config";
local services = part "services";
local commands = part "commands";
part "timers";
part "reload";

local function start()
	if instance.start({ domains = services.taken(), nodes = commands.taken() }) then
		turns.run(rooms.snapshot_all);
	end
end

local function stop()
	turns.run(instance.stop);
end

-- With daemonize = true Prosody forks on server-started, and threads do not survive that: the
-- module starts after it.
if prosody.start_time then
	start();
else
	module:hook_global("server-started", start, -1000);
end

-- Before mod_c2s closes the streams (-100), so that clients still hear how their calls end.
-- Prosody does not unload modules when it stops.
module:hook_global("server-stopping", stop, 100);
module.unload = stop;
