-- What occupants say in their presence beyond what MUC says: children in the namespaces that the module
-- asked for.

local stanzas = part "stanzas";

local presence = {};

local interest = {};

-- By stanza: Prosody keeps the newest of each client, and a room is looked at often.
local payloads = setmetatable({}, { __mode = "k" });

function presence.set_interest(namespaces)
	interest = stanzas.set_of(namespaces);
	payloads = setmetatable({}, { __mode = "k" });
end

local function serialize(stanza)
	local children = {};
	for _, child in ipairs(stanza.tags) do
		if interest[child.attr.xmlns] then table.insert(children, tostring(child)); end
	end
	return table.concat(children);
end

--- The children of interest in a row, or "".
function presence.payload_of(stanza)
	if not stanzas.has_child_in(stanza, interest) then return ""; end
	if not payloads[stanza] then payloads[stanza] = serialize(stanza); end
	return payloads[stanza];
end

return presence;
