-- Tells the module what happens in rooms.
--
-- Prosody has no event for some changes (role, one of several clients of a nick, configuration by
-- other modules). So its events only mark a room as changed; at the end of the turn the room is
-- compared with what the module knows, and each difference is an event, with the reason that
-- Prosody's events gave.

local modulemanager = require "core.modulemanager";
local jid_resource = require "util.jid".resource;
local turns = part "turns";
local instance = part "instance";
local presence = part "presence";

module:depends "muc";

local rooms = {};

-- What the module knows, by room JID: { jid, generation, flags..., clients = { [real JID] =
-- { nick, real_jid, affiliation, role, payload } } }. Rooms themselves are not kept: Prosody swaps them out.
local known = {};

-- What changed in this turn, by room JID: { room, joined = { [real JID] = true }, reasons =
-- { [occupant JID] = reason } }
local changed = {};
local connection_lost = {};

local leave_reasons = {
	["301"] = "banned"; ["307"] = "kicked"; ["321"] = "affiliation_lost"; ["322"] = "affiliation_lost";
	["332"] = "shutdown"; ["333"] = "connection_lost";
};

-- Not kept: after a reload the old mod_muc would take rooms out of storage for itself.
local function muc()
	return modulemanager.get_module(module.host, "muc");
end

--- The live room, or nil. A destroyed room may linger as a tombstone: it is none.
function rooms.find(room_jid)
	local mod_muc = muc();
	local room = mod_muc and mod_muc.get_room_from_jid(room_jid);
	return room and not room._data.destroyed and room or nil;
end

local function read_flags(room)
	return {
		members_only = not not room:get_members_only();
		non_anonymous = room:get_whois() == "anyone";
		persistent = not not room:get_persistent();
		moderated = not not room:get_moderated();
		public = not not room:get_public();
	};
end

local function read_clients(room)
	local clients = {};
	for occupant_jid, occupant in room:each_occupant() do
		local affiliation = room:get_affiliation(occupant.bare_jid) or "none";
		for real_jid, stanza in occupant:each_session() do
			if stanza.attr.type == nil then
				clients[real_jid] = {
					nick = jid_resource(occupant_jid); real_jid = real_jid;
					affiliation = affiliation; role = occupant.role or "none";
					payload = presence.payload_of(stanza);
				};
			end
		end
	end
	return clients;
end

local function update(model, fields)
	local differs = false;
	for name, value in pairs(fields) do
		differs = differs or model[name] ~= value;
		model[name] = value;
	end
	return differs;
end

local function tell(name, model, ...)
	model.generation = model.generation + 1;
	instance.call(name, model, ...);
end

local function tell_departures(model, clients, reasons)
	for real_jid, client in pairs(model.clients) do
		if not clients[real_jid] then
			model.clients[real_jid] = nil;
			local reason = reasons[model.jid.."/"..client.nick]
				or connection_lost[real_jid] and "connection_lost" or "left";
			tell("on_occupant_left", model, client, reason);
		end
	end
end

--- What a client says in its presence; no event of its own.
local function tell_payload(model, client, before)
	if client.payload ~= before then
		instance.call("on_occupant_presence", model, client, client.payload);
	end
end

local function tell_arrivals_and_changes(model, clients, joined)
	for real_jid, client in pairs(clients) do
		local before = model.clients[real_jid];
		local payload = before and before.payload or "";
		model.clients[real_jid] = client;
		if before and (before.nick ~= client.nick or before.role ~= client.role
			or before.affiliation ~= client.affiliation) then
			tell("on_occupant_changed", model, before.nick, client);
		end
		if not before or joined[real_jid] then
			tell("on_occupant_joined", model, client);
			payload = "";
		end
		tell_payload(model, client, payload);
	end
end

--- What the room keeps of the module's fields in its configuration form, or "".
function rooms.get_values(room)
	return room._data.parley_values or "";
end

function rooms.set_values(room, values)
	room._data.parley_values = values;
	instance.call("on_room_values", room.jid, values);
end

--- Comes before everything else that the module is told of a room.
local function introduce(room)
	local values = room._data.parley_values;
	if values then instance.call("on_room_values", room.jid, values); end
	local model = { jid = room.jid; generation = 0; clients = {} };
	known[room.jid] = model;
	return model;
end

local function compare(room)
	local change = changed[room.jid] or { joined = {}; reasons = {} };
	changed[room.jid] = nil;
	local model = known[room.jid] or introduce(room);
	local is_new = model.generation == 0 and model.members_only == nil;
	local is_configured = update(model, read_flags(room));
	local clients = read_clients(room);
	if is_new then tell("on_room_configured", model); end
	tell_departures(model, clients, change.reasons);
	tell_arrivals_and_changes(model, clients, change.joined);
	if is_configured and not is_new then tell("on_room_configured", model); end
	return model;
end

--- What the module knows of the room, up to date, and the client of that full JID in it, or nil.
function rooms.look(room, real_jid)
	local model = compare(room);
	return model, model.clients[real_jid];
end

local function mark(room)
	local change = changed[room.jid];
	if not change then
		change = { room = room; joined = {}; reasons = {} };
		changed[room.jid] = change;
		turns.soon();
	end
	return change;
end

function instance.actions.set_presence_interest(namespaces)
	presence.set_interest(namespaces);
	for room in muc().live_rooms() do
		if known[room.jid] then mark(room); end
	end
end

turns.at_end(function ()
	local did = next(changed) ~= nil;
	for _, change in pairs(changed) do
		-- compare removes the entry, which pairs allows.
		if not change.room._data.destroyed then compare(change.room); end
	end
	changed = {};
	connection_lost = {};
	return did;
end);

local function snapshot(room)
	changed[room.jid] = nil;
	local model = known[room.jid] or introduce(room);
	model.clients = read_clients(room);
	update(model, read_flags(room));
	local occupants = {};
	for _, client in pairs(model.clients) do
		table.insert(occupants, client);
	end
	instance.call("on_room_snapshot", model, occupants);
	for _, client in ipairs(occupants) do
		tell_payload(model, client, "");
	end
end

--- Tells the module everything about every room in memory.
function rooms.snapshot_all()
	known = {};
	for room in muc().live_rooms() do
		if not room._data.destroyed then snapshot(room); end
	end
end

function instance.actions.request_snapshot(room_jid)
	local room = rooms.find(room_jid);
	if room then snapshot(room); end
end

-- --- Prosody's events

local function is_news(room, occupant)
	local model = known[room.jid];
	if not model then return true; end
	local nick = jid_resource(occupant.nick);
	for real_jid, stanza in occupant:each_session() do
		local client = model.clients[real_jid];
		local is_in = stanza.attr.type == nil and occupant.role ~= nil;
		if is_in and not (client and client.nick == nick and client.role == occupant.role
			and client.payload == presence.payload_of(stanza)) then return true; end
		if client and client.nick == nick and not is_in then return true; end
	end
	return false;
end

-- Comes with every presence in a room, mostly to say "away".
module:hook("muc-broadcast-presence", function (event)
	local room, occupant = event.room, event.occupant;
	if not is_news(room, occupant) then return; end
	local change = mark(room);
	if occupant.role ~= nil then return; end
	for status in event.x:childtags("status") do
		change.reasons[occupant.nick] = leave_reasons[status.attr.code] or change.reasons[occupant.nick];
	end
end, -100);

-- Once for each client that joins, or joins again without having left.
module:hook("muc-occupant-session-new", function (event)
	mark(event.room).joined[event.jid] = true;
end);

for _, name in ipairs { "muc-occupant-left"; "muc-room-created"; "muc-set-affiliation"; "muc-config-submitted" } do
	module:hook(name, function (event)
		mark(event.room);
	end, 100);
end

module:hook("muc-room-restored", function (event)
	if event.room._data.destroyed then return; end
	if known[event.jid] then
		mark(event.room);
	else
		snapshot(event.room);
	end
end);

module:hook("muc-room-destroyed", function (event)
	local room = event.room;
	if not room.destroying then
		compare(room); -- a temporary room: its last occupant has left
	end
	changed[room.jid] = nil;
	local model = known[room.jid];
	if not model then return; end
	known[room.jid] = nil;
	tell("on_room_destroyed", model);
end, 1);

-- Every stanza to a room is a turn.
local function as_turn(handlers, name, event)
	local origin, stanza = event.origin, event.stanza;
	local type = stanza.attr.type;
	if type == "error" or type == "unavailable" and origin and origin.destroyed then
		connection_lost[stanza.attr.from] = true;
	end
	return turns.run(handlers, name, event);
end

for _, kind in ipairs { "presence"; "message"; "iq" } do
	module:wrap_event(kind.."/bare", as_turn);
	module:wrap_event(kind.."/full", as_turn);
end

return rooms;
