#pragma once

#include "hosts/server/muc/muc_config.hpp"
#include "xmpp/data_form.hpp"
#include "xmpp/result.hpp"

namespace parley::server::muc {

/// The muc#roomconfig form with the values of `config` (XEP-0045 s15.5.3).
xmpp::DataForm config_form(const RoomConfig& config, const MucLimits& limits);

/// The configuration that a submitted form makes of `current`: a field left out keeps its value,
/// unknown fields are passed over. The error says which value is not acceptable.
xmpp::Result<RoomConfig> apply_config_form(const xmpp::DataForm& form, const RoomConfig& current,
                                           const MucLimits& limits);

}  // namespace parley::server::muc
