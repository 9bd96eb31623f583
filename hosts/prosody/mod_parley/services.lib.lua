-- Domains of the module's own, such as sfu.example.org. Each is a component of Prosody that runs
-- mod_parley_sfu, which hands over every stanza: one that the configuration has, or else one that
-- is made here.

local configmanager = require "core.configmanager";
local hostmanager = require "core.hostmanager";
local modulemanager = require "core.modulemanager";
local jid_host = require "util.jid".host;
local instance = part "instance";
local stanzas = part "stanzas";
local turns = part "turns";

local component_module = "parley_sfu";

-- Who gets the stanzas of a domain; mod_parley_sfu reads it.
local owners = module:shared("/*/parley_sfu/owners");

local services = {};
local own = {}; -- by domain: { made_here = boolean }

--- The domains that the module cannot have.
function services.taken()
	local domains = {};
	for domain in pairs(prosody.hosts) do
		if owners[domain] or not modulemanager.is_loaded(domain, component_module) then
			table.insert(domains, domain);
		end
	end
	return domains;
end

local function hand_over(stanza)
	return turns.run(instance.call, "on_stanza", stanzas.to_xml(stanza));
end

function instance.actions.add_service(domain, name)
	local made_here = prosody.hosts[domain] == nil;
	if made_here then
		configmanager.set(domain, "component_module", component_module);
		configmanager.set(domain, "name", name);
		local ok, err = hostmanager.activate(domain, configmanager.getconfig()[domain]);
		if not ok then error(err); end
	end
	own[domain] = { made_here = made_here };
	owners[domain] = hand_over;
end

function instance.actions.remove_service(domain)
	local service = own[domain];
	if not service then return; end
	own[domain], owners[domain] = nil, nil;
	-- While Prosody stops, clients may still send there: the component answers for itself then.
	if service.made_here and not prosody.shutdown_reason then
		hostmanager.deactivate(domain, "The service has stopped");
	end
end

instance.at_stop(function ()
	for domain in pairs(own) do
		instance.actions.remove_service(domain);
	end
end);

-- A stanza of the module's is sent as its sender's host sends: that decides over the way to other
-- servers, and gets the errors.
function instance.actions.route(stanza)
	local from_host = jid_host(stanza.attr.from);
	module:context(from_host):send(stanza);
end

return services;
