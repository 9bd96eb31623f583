-- Shows the module IQs on their way from one user to another, and does as it says.
--
-- Each is judged once, before its recipient's host delivers it: on a VirtualHost, or on a MUC component
-- that relays it to an occupant. What goes to another server is judged as it leaves its sender's host.

local modulemanager = require "core.modulemanager";
local jid_bare = require "util.jid".bare;
local jid_host = require "util.jid".host;
local jid_resource = require "util.jid".resource;
local instance = part "instance";
local stanzas = part "stanzas";

local hosts = prosody.hosts;

-- Only IQs with a payload in these are shown, or refused once the module has failed.
local interest = {};

function instance.actions.set_route_interest(namespaces)
	interest = stanzas.set_of(namespaces);
end

local function is_interesting(stanza)
	local type = stanza.attr.type;
	return (type == "get" or type == "set") and stanzas.has_child_in(stanza, interest)
		and jid_resource(stanza.attr.from) ~= nil;
end

--- Asks the module; nil lets the IQ go on, true ends it.
local function judge(event)
	local origin, stanza = event.origin, event.stanza;
	local verdict, error_element = instance.call("on_iq", stanzas.to_xml(stanza));
	if verdict == "pass" then return nil; end
	origin.send(verdict == "drop" and stanzas.error_reply(stanza, error_element) or stanzas.refusal(stanza));
	return true;
end

local function judge_leaving(event)
	local stanza = event.stanza;
	if is_interesting(stanza) and not hosts[jid_host(stanza.attr.to)] then
		return judge(event);
	end
end

local function judge_to_user(event)
	local stanza = event.stanza;
	if not is_interesting(stanza) then return; end
	local is_relayed = modulemanager.get_module(jid_host(stanza.attr.from), "muc") ~= nil;
	if not is_relayed then return judge(event); end
end

local function has_occupants(mod_muc, stanza)
	local room = mod_muc.get_room_from_jid(jid_bare(stanza.attr.to));
	return room and room:get_occupant_jid(stanza.attr.from) and room:get_occupant_by_nick(stanza.attr.to);
end

local function judge_to_component(event)
	local stanza = event.stanza;
	if not is_interesting(stanza) then return; end
	local mod_muc = modulemanager.get_module(jid_host(stanza.attr.to), "muc");
	if not mod_muc or has_occupants(mod_muc, stanza) then return judge(event); end
end

-- After mod_blocklist (100), before mod_iq (0) and mod_muc (-2) deliver.
local function watch(host)
	local context = module:context(host);
	if hosts[host].type == "local" then
		context:hook("pre-iq/full", judge_leaving);
		context:hook("iq/full", judge_to_user, 1);
	else
		context:hook("iq/full", judge_to_component, 1);
	end
end

for host in pairs(hosts) do watch(host); end
module:hook_global("host-activated", watch);
