-- The module's timers.

local instance = part "instance";
local turns = part "turns";

local timers = {};

function instance.actions.cancel_timer(id)
	if timers[id] then
		timers[id]:stop();
		timers[id] = nil;
	end
end

function instance.actions.set_timer(id, delay_ms)
	instance.actions.cancel_timer(id);
	timers[id] = module:add_timer(delay_ms / 1000, function ()
		timers[id] = nil;
		turns.run(instance.call, "on_timer", id);
	end);
end

instance.at_stop(function ()
	for id in pairs(timers) do
		instance.actions.cancel_timer(id);
	end
end);
