-- parley_options as the module wants them: pairs of strings, nested tables flattened with dots, a
-- list as the same key once for each element.

local function text_of(value)
	if math.type(value) == "float" and value == math.floor(value) then
		return ("%d"):format(value);
	end
	return tostring(value);
end

local function add(pairs_out, key, value)
	if type(value) ~= "table" then
		table.insert(pairs_out, { key, text_of(value) });
		return;
	end
	for _, element in ipairs(value) do
		add(pairs_out, key, element);
	end
	local names = {};
	for name in pairs(value) do
		if type(name) == "string" then table.insert(names, name); end
	end
	table.sort(names);
	for _, name in ipairs(names) do
		add(pairs_out, key == "" and name or key.."."..name, value[name]);
	end
end

--- The options in a steady order. Throws where parley_options is no table with named entries.
local function flatten(options)
	if type(options) ~= "table" or options[1] ~= nil then
		error("parley_options must be a table of named options: { sfu_jid = \"sfu.example.org\" }", 0);
	end
	local pairs_out = {};
	add(pairs_out, "", options);
	return pairs_out;
end

return { flatten = flatten };
