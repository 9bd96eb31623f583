-- The one instance of the native module on this MUC component: its life, calls into it, and the
-- actions that come back.

local server = require "net.server";
local path_encode = require "util.datamanager".path_encode;
local turns = part "turns";
local flatten = part "options".flatten;

local module_path = module:get_option_string("parley_module", "/usr/lib/parley/parley.so");

local instance = {
	running = false;
	-- What an action does, by its name; the files that know add theirs.
	actions = {};
};

local native, handle, watch;
local pending = {};

local function keep(actions, ...)
	for _, action in ipairs(actions) do
		table.insert(pending, action);
	end
	if pending[1] then turns.soon(); end
	return ...;
end

--- Calls a function of the binding: parley_host's on_something(module, ...) without the module.
-- Returns its results, or nothing where no module runs.
function instance.call(name, ...)
	if instance.running then
		return keep(native[name](handle, ...));
	end
end

local function execute_pending()
	if not pending[1] then return false; end
	local actions = pending;
	pending = {};
	for _, action in ipairs(actions) do
		local ok, err = xpcall(instance.actions[action[1]], debug.traceback, table.unpack(action, 2));
		if not ok then
			module:log("error", "Could not carry out %s: %s", action[1], err);
		end
	end
	return true;
end

turns.at_end(execute_pending);

function instance.actions.log(level, line)
	module:log(level, "%s", line);
end

function instance.actions.out_of_service()
	instance.running = false;
	module:log_status("error", "The module failed and is out of service: its messages are refused "
		.."until Prosody restarts or mod_parley is reloaded");
end

--- Forgets what a module that did not start wanted done, but for its words.
local function execute_logs_only()
	local actions = pending;
	pending = {};
	for _, action in ipairs(actions) do
		if action[1] == "log" then instance.actions.log(action[2], action[3]); end
	end
end

local function load_native()
	local path = module:get_directory().."/parley_host.so";
	local open, err = package.loadlib(path, "luaopen_parley_host");
	if not open then return nil, err; end
	return open();
end

local function unwatch()
	if not watch then return; end
	if watch.close then watch:close(); else watch:setflags(false, false); end
	watch = nil;
end

local at_wake = {};

--- Registers work for each time that the module, or instance.wake, has woken Prosody's event loop.
function instance.at_wake(work)
	table.insert(at_wake, work);
end

--- Brings what is to be done into the event loop.
function instance.wake()
	if instance.running then native.wake(handle); end
end

local function on_wake()
	keep(native.on_wake(handle));
	for _, work in ipairs(at_wake) do
		work();
	end
end

-- Prosody calls it straight from its event loop: an error here must not get there.
local function on_readable()
	local ok, err = pcall(turns.run, on_wake);
	if not ok then
		module:log("error", "Error while waking the module: %s", err);
	end
end

local function load_and_start(taken)
	local err;
	native, err = load_native();
	if not native then return nil, err; end
	local options = flatten(module:get_option("parley_options", {}));
	local identity = {
		name = "Prosody"; version = prosody.version; muc_domain = module.host;
		storage_directory = prosody.paths.data.."/"..path_encode(module.host).."/parley";
	};
	handle, err = keep(native.load(module_path, options, identity));
	if not handle then return nil, err; end
	local started;
	started, err = keep(native.start(handle, taken));
	return started, err;
end

--- Loads and starts the module. `taken`: the names it must not take. True where it runs; else the
-- log says why, and messages of its namespaces are refused.
function instance.start(taken)
	local ok, started, err = pcall(load_and_start, taken);
	if not ok then started, err = nil, started; end
	if not started then
		execute_logs_only();
		module:log_status("error", "The calls' module does not run, messages of calls are refused: %s", err);
		return false;
	end
	instance.running = true;
	execute_pending();
	watch = server.watchfd(native.wake_fd(handle), on_readable);
	module:log_status("info", "Group calls are on (%s)", module_path);
	return true;
end

local at_stop = {};

--- Registers what gives back, when the module has stopped, whatever it left.
function instance.at_stop(clean_up)
	table.insert(at_stop, clean_up);
end

function instance.stop()
	if not handle then return; end
	unwatch();
	instance.running = false;
	keep(native.stop(handle));
	execute_pending();
	for _, clean_up in ipairs(at_stop) do
		clean_up();
	end
	native.destroy(handle);
	handle = nil;
end

return instance;
