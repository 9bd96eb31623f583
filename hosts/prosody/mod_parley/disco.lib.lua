-- What service discovery says of the MUC service and of its rooms.

local instance = part "instance";
local turns = part "turns";

local features = {};

function instance.actions.set_muc_features(list)
	for _, feature in ipairs(features) do
		module:remove_item("feature", feature);
	end
	features = list;
	for _, feature in ipairs(features) do
		module:add_feature(feature);
	end
end

instance.at_stop(function ()
	instance.actions.set_muc_features({});
end);

module:hook("muc-disco#info", function (event)
	local children = turns.run(instance.call, "on_room_info", event.room.jid);
	for _, child in ipairs(children or {}) do
		event.reply:add_child(child);
	end
end, -1);
