#pragma once

#include <vector>

#include "module/focus/media_statistics.hpp"
#include "xmpp/data_form.hpp"

/// What the SFU measures of a participant, as columns of a table.
namespace parley::module {

std::vector<xmpp::DataForm::Field> media_columns();

/// The cells of one row; empty ones where nothing is known.
std::vector<xmpp::DataForm::Field> media_cells(const ParticipantStatistics* measured);

}  // namespace parley::module
