-- The module's fields in the configuration form of every room (XEP-0045 s10.2).

local form_type = require "util.dataforms".get_type;
local instance = part "instance";
local rooms = part "rooms";
local stanzas = part "stanzas";

-- What the module accepted, by the submitting stanza, until Prosody changes the room.
local accepted = setmetatable({}, { __mode = "k" });

local function options_of(field)
	local options = {};
	for option in field:childtags("option") do
		table.insert(options, { label = option.attr.label; value = option:get_child_text("value") or "" });
	end
	return options[1] and options or nil;
end

local function value_of(field)
	local values = {};
	for value in field:childtags("value") do
		table.insert(values, value:get_text() or "");
	end
	return table.concat(values, "\n");
end

--- A <field/> as a layout of util.dataforms has it.
local function layout_of(field)
	local attr, value = field.attr, value_of(field);
	if attr.type == "boolean" then value = value == "1"; end
	return {
		name = attr.var; type = attr.type; label = attr.label; options = options_of(field); value = value;
		required = field:get_child("required") ~= nil;
	};
end

-- Below Prosody's own sections.
module:hook("muc-config-form", function (event)
	local fields = instance.call("room_config_fields", rooms.get_values(event.room));
	for _, field in ipairs(fields or {}) do
		table.insert(event.form, layout_of(field));
	end
end);

-- Prosody fires muc-config-submitted when nothing can stop the form any more. So the module is asked
-- before mod_muc (-2) reads it.
module:hook("iq-set/bare/http://jabber.org/protocol/muc#owner:query", function (event)
	local origin, stanza = event.origin, event.stanza;
	local form = stanza.tags[1].tags[1];
	if form_type(form) ~= "http://jabber.org/protocol/muc#roomconfig" or form.attr.type ~= "submit" then return; end
	local room = rooms.find(stanza.attr.to);
	if not room or room:get_affiliation(stanza.attr.from) ~= "owner" then return; end
	local model = rooms.look(room);
	local values, error_element = instance.call("on_room_submitted", model, rooms.get_values(room), stanzas.to_xml(form));
	if error_element then
		origin.send(stanzas.error_reply(stanza, error_element));
		return true;
	end
	accepted[stanza] = values;
end);

module:hook("muc-config-submitted", function (event)
	local room, values = event.room, accepted[event.stanza];
	if not values or values == rooms.get_values(room) then return; end
	rooms.set_values(room, values);
	event.status_codes["104"] = true;
end);
