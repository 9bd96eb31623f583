-- Stanzas on their way to the module and back.

local st = require "util.stanza";

local stanzas = {};

--- The stanza as XML that stands alone.
function stanzas.to_xml(stanza)
	local attr = stanza.attr;
	local xmlns = attr.xmlns;
	attr.xmlns = xmlns or "jabber:client";
	local xml = tostring(stanza);
	attr.xmlns = xmlns;
	return xml;
end

--- A list of namespaces as has_child_in takes it.
function stanzas.set_of(namespaces)
	local set = {};
	for _, namespace in ipairs(namespaces) do
		set[namespace] = true;
	end
	return set;
end

--- Whether a child is in one of the namespaces ({ [namespace] = true }).
function stanzas.has_child_in(stanza, namespaces)
	local tags = stanza.tags;
	for i = 1, #tags do
		if namespaces[tags[i].attr.xmlns] then return true; end
	end
	return false;
end

--- Puts the content of another message into this one, which others hold: from, to and type stay.
function stanzas.replace(stanza, replacement)
	local attr = replacement.attr;
	attr.from, attr.to, attr.type = stanza.attr.from, stanza.attr.to, stanza.attr.type;
	attr.id = attr.id or stanza.attr.id;
	stanza.attr, stanza.tags = attr, replacement.tags;
	for i = #stanza, 1, -1 do stanza[i] = nil; end
	for i, node in ipairs(replacement) do stanza[i] = node; end
end

--- The reply of type error with this <error/> in it.
function stanzas.error_reply(stanza, error_element)
	local reply = st.reply(stanza);
	reply.attr.type = "error";
	return reply:add_child(error_element);
end

--- The answer where the module cannot be asked.
function stanzas.refusal(stanza)
	return st.error_reply(stanza, "cancel", "service-unavailable",
		"Calls do not work at the moment. Tell the administrator of this server.");
end

return stanzas;
