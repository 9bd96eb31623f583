-- Shows the module messages to rooms and occupants, and IQs to rooms, and does as it says.

local jid_bare = require "util.jid".bare;
local instance = part "instance";
local rooms = part "rooms";
local stanzas = part "stanzas";

-- Only stanzas with a child in these are shown, or refused while the module does not run. The
-- module's own list takes the place of this one.
local interest = stanzas.set_of(module:get_option_array("parley_call_namespaces", {
	"urn:xmpp:jingle-muc-message:0"; "urn:xmpp:jingle-muc-media-sfu:0";
}));

function instance.actions.set_interest(namespaces)
	interest = stanzas.set_of(namespaces);
end

local function refuse(event)
	event.origin.send(stanzas.refusal(event.stanza));
	return true;
end

--- Asks the module; nil lets the message go on, true ends it.
local function judge(event, room)
	local origin, stanza = event.origin, event.stanza;
	if not instance.running then return refuse(event); end
	local model, sender = rooms.look(room, stanza.attr.from);
	if not sender then return refuse(event); end
	local verdict, element = instance.call("on_message", model, sender, stanzas.to_xml(stanza));
	if verdict == "pass" then
		return nil;
	elseif verdict == "replace" then
		stanzas.replace(stanza, element);
		return nil;
	elseif verdict == "drop" then
		if element then origin.send(stanzas.error_reply(stanza, element)); end
		return true;
	end
	return refuse(event);
end

-- After the check for voice (50), before the subject (20) and archives.
module:hook("muc-occupant-groupchat", function (event)
	if stanzas.has_child_in(event.stanza, interest) then
		return judge(event, event.room);
	end
end, 40);

--- Other messages of occupants, to an occupant or the room itself. Prosody's own handler (-2) tells
-- those who may not send them.
local function judge_private(event)
	local stanza = event.stanza;
	local type = stanza.attr.type;
	if type == "error" or type == "groupchat" or not stanzas.has_child_in(stanza, interest) then return; end
	local to = stanza.attr.to;
	local room = rooms.find(jid_bare(to));
	if not room or not room:get_occupant_jid(stanza.attr.from) then return; end
	if to ~= room.jid and not room:get_occupant_by_nick(to) then return; end
	return judge(event, room);
end

module:hook("message/full", judge_private, -1);
module:hook("message/bare", judge_private, -1);

-- Before mod_iq (0) looks for a handler.
module:hook("iq/bare", function (event)
	local stanza = event.stanza;
	local type = stanza.attr.type;
	if type ~= "get" and type ~= "set" or not stanzas.has_child_in(stanza, interest) then return; end
	local room = rooms.find(stanza.attr.to);
	if not room then return; end
	if not instance.running then return refuse(event); end
	local model, sender = rooms.look(room, stanza.attr.from);
	local answers = instance.call("on_room_iq", model, sender, stanzas.to_xml(stanza));
	if answers == nil then return refuse(event); end
	return answers or nil;
end, 10);

-- --- what the module sends

function instance.actions.broadcast(room_jid, stanza)
	local room = rooms.find(room_jid);
	if room then room:broadcast(stanza); end
end

function instance.actions.send_to_occupant(room_jid, real_jid, stanza)
	local room = rooms.find(room_jid);
	if not room or not room:get_occupant_jid(real_jid) then return; end
	stanza.attr.to = real_jid;
	room:route_stanza(stanza);
end
