-- The component at an address of Parley's module, such as its SFU:
--
--   Component "sfu.example.org" "parley_sfu"
--
-- mod_parley makes this component by itself where the configuration does not have it. Every stanza
-- to any JID at the domain, answers and errors included, goes to the module.

local st = require "util.stanza";

-- By domain, the function that takes a stanza and says whether it could; mod_parley's.
local owners = module:shared("/*/parley_sfu/owners");

local function hand_over(event)
	local stanza = event.stanza;
	local take = owners[module.host];
	if take and take(stanza) then return true; end
	local type = stanza.attr.type;
	if type ~= "error" and type ~= "result" and stanza.name ~= "presence" then
		event.origin.send(st.error_reply(stanza, "cancel", "service-unavailable",
			"Calls do not work at the moment. Tell the administrator of this server."));
	end
	return true;
end

-- Before every handler of Prosody's own: those look at the payload, which is the module's business.
for _, kind in ipairs { "message"; "presence"; "iq" } do
	for _, address in ipairs { "host"; "bare"; "full" } do
		module:hook(kind.."/"..address, hand_over, 1000);
	end
end
