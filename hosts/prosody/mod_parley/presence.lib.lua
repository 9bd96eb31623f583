-- What occupants say in their presence beyond what MUC says: children in the namespaces that the module
-- asked for.

local sorted_pairs = require "util.iterators".sorted_pairs;
local xml_escape = require "util.stanza".xml_escape;
local stanzas = part "stanzas";

local presence = {};

local interest = {};

-- By stanza: Prosody keeps the newest of each client, and a room is looked at often.
local payloads = setmetatable({}, { __mode = "k" });

function presence.set_interest(namespaces)
	interest = stanzas.set_of(namespaces);
	payloads = setmetatable({}, { __mode = "k" });
end

--- Adds the element as XML to the parts. Its attributes are in order, which they are not in tables: what
-- is the same is the same text, even after the room was out of memory.
local function serialize(element, parent_xmlns, parts)
	table.insert(parts, "<"..element.name);
	local prefixes = 0;
	for key, value in sorted_pairs(element.attr) do
		local xmlns, name = key:match("^(.*)\1(.*)$");
		if xmlns then
			prefixes = prefixes + 1;
			table.insert(parts, (" xmlns:ns%d='%s'"):format(prefixes, xml_escape(xmlns)));
			key = ("ns%d:%s"):format(prefixes, name);
		end
		if key ~= "xmlns" or value ~= parent_xmlns then
			table.insert(parts, (" %s='%s'"):format(key, xml_escape(value)));
		end
	end
	table.insert(parts, ">");
	for _, node in ipairs(element) do
		if type(node) == "string" then
			table.insert(parts, xml_escape(node));
		else
			serialize(node, element.attr.xmlns, parts);
		end
	end
	table.insert(parts, "</"..element.name..">");
end

local function serialize_payload(stanza)
	local parts = {};
	for _, child in ipairs(stanza.tags) do
		if interest[child.attr.xmlns] then serialize(child, nil, parts); end
	end
	return table.concat(parts);
end

--- The children of interest in a row, or "".
function presence.payload_of(stanza)
	if not stanzas.has_child_in(stanza, interest) then return ""; end
	if not payloads[stanza] then payloads[stanza] = serialize_payload(stanza); end
	return payloads[stanza];
end

return presence;
