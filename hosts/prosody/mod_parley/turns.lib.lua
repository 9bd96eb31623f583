-- A turn is the handling of one stanza, timer or wake-up. What the module wants done is carried
-- out, and what changed in rooms is told to it, when the turn is over: so its words come after the
-- stanza that caused them, and it is never entered twice.

local xpcall, traceback = xpcall, debug.traceback;

local rounds_max = 100; -- of work that makes more work, before other stanzas get their turn

local turns = {};
local at_end = {};
local running, finishing = false, false;
local timer;

--- Registers work for the end of a turn: a function that returns true where it did something. Who has
-- work says so with turns.soon().
function turns.at_end(work)
	table.insert(at_end, work);
end

local function finish()
	if finishing then return; end
	finishing = true;
	if timer then timer:stop(); timer = nil; end
	local rounds, busy = 0, true;
	while busy and rounds < rounds_max do
		rounds, busy = rounds + 1, false;
		for _, work in ipairs(at_end) do
			local ok, did = xpcall(work, traceback);
			if not ok then
				module:log("error", "Error at the end of a turn: %s", did);
			end
			busy = busy or did == true;
		end
	end
	finishing = false;
	if busy then turns.soon(); end
end

--- There is work for the end of the turn. It comes, whatever happens to the turn.
function turns.soon()
	if timer or finishing then return; end
	timer = module:add_timer(0, function ()
		timer, running = nil, false;
		finish();
	end);
end

local function ended(ok, ...)
	running = false;
	if timer then finish(); end -- else there is nothing to do, as after ordinary chat
	if not ok then error((...), 0); end
	return ...;
end

--- Calls f within a turn, the current one where there is one.
function turns.run(f, ...)
	if running or finishing then return f(...); end
	running = true;
	return ended(xpcall(f, traceback, ...));
end

return turns;
