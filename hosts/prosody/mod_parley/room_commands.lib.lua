-- Ad-hoc commands (XEP-0050) of the module on each room, for its owners, be they in it or not, and
-- administrators. Prosody itself offers none there.

local sorted_pairs = require "util.iterators".sorted_pairs;
local is_admin = require "core.usermanager".is_admin;
local adhoc = part "adhoc";
local rooms = part "rooms";

local room_commands = {};

local own = {}; -- by node: the name

local function may_run(room, jid)
	return room:get_affiliation(jid) == "owner" or is_admin(jid, module.host);
end

local function describe(event)
	local name = own[event.stanza.tags[1].attr.node];
	event.reply:tag("identity", { category = "automation"; type = "command-node"; name = name }):up()
		:tag("feature", { var = adhoc.xmlns }):up()
		:tag("feature", { var = "jabber:x:data" }):up();
end

function room_commands.add(node, name)
	own[node] = name;
	module:hook("muc-disco#info/"..node, describe);
end

function room_commands.remove(node)
	if not own[node] then return; end
	own[node] = nil;
	module:unhook("muc-disco#info/"..node, describe);
end

function room_commands.remove_all()
	for node in pairs(own) do
		room_commands.remove(node);
	end
end

module:hook("muc-disco#info", function (event)
	if next(own) and may_run(event.room, event.stanza.attr.from) then
		event.reply:tag("feature", { var = adhoc.xmlns }):up();
	end
end);

module:hook("muc-disco#info/"..adhoc.xmlns, function (event)
	if next(own) and may_run(event.room, event.stanza.attr.from) then
		event.reply:tag("identity", { category = "automation"; type = "command-list"; name = "Ad-Hoc Commands" }):up();
	end
end);

-- Before mod_muc (-2), whose answer is empty, here and below.
module:hook("iq-get/bare/http://jabber.org/protocol/disco#info:query", function (event)
	local stanza = event.stanza;
	local room = own[stanza.tags[1].attr.node] and rooms.find(stanza.attr.to);
	if room and not may_run(room, stanza.attr.from) then
		return adhoc.forbid(event, "This command is for owners of the room");
	end
end);

module:hook("iq-get/bare/http://jabber.org/protocol/disco#items:query", function (event)
	local stanza = event.stanza;
	if not next(own) or stanza.tags[1].attr.node ~= adhoc.xmlns then return; end
	local room = rooms.find(stanza.attr.to);
	if not room or not may_run(room, stanza.attr.from) then return; end
	local reply = room:get_disco_items(stanza);
	local query = reply.tags[1];
	query.attr.node = adhoc.xmlns;
	for node, name in sorted_pairs(own) do
		query:tag("item", { jid = room.jid; node = node; name = name }):up();
	end
	event.origin.send(reply);
	return true;
end);

module:hook("iq-set/bare/"..adhoc.xmlns..":command", function (event)
	local stanza = event.stanza;
	if not own[stanza.tags[1].attr.node] then return; end
	local room = rooms.find(stanza.attr.to);
	if not room then return; end
	if not may_run(room, stanza.attr.from) then
		return adhoc.forbid(event, "This command is for owners of the room");
	end
	return adhoc.run(event);
end);

return room_commands;
