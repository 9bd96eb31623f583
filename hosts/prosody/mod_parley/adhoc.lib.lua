-- What a command (XEP-0050) of the module is answered.

local st = require "util.stanza";
local instance = part "instance";
local stanzas = part "stanzas";
local turns = part "turns";

local adhoc = { xmlns = "http://jabber.org/protocol/commands" };

--- Lets the module run the command; its sender is allowed to.
function adhoc.run(event)
	local origin, stanza = event.origin, event.stanza;
	local answer = turns.run(instance.call, "on_command", stanzas.to_xml(stanza));
	if not answer then
		origin.send(stanzas.refusal(stanza));
	elseif answer.name == "error" then
		origin.send(stanzas.error_reply(stanza, answer));
	else
		origin.send(st.reply(stanza):add_child(answer));
	end
	return true;
end

function adhoc.forbid(event, text)
	event.origin.send(st.error_reply(event.stanza, "auth", "forbidden", text));
	return true;
end

return adhoc;
