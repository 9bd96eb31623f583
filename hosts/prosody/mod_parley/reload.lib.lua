-- Options that change while the module runs (prosodyctl reload).

local instance = part "instance";
local flatten = part "options".flatten;

local is_reloaded = false;

-- Prosody runs the handler of SIGHUP amid whatever Lua it is in: the module is told from the event loop.
module:hook_global("config-reloaded", function ()
	is_reloaded = instance.running;
	instance.wake();
end);

instance.at_wake(function ()
	if not is_reloaded then return; end
	is_reloaded = false;
	local ok, options = pcall(flatten, module:get_option("parley_options", {}));
	if ok then
		instance.call("on_options", options);
	else
		module:log("error", "The module's options stay as they are: %s", options);
	end
end);

-- Where the file is not as it should be Prosody's log says why.
function instance.actions.reload_options()
	prosody.reload_config();
end
