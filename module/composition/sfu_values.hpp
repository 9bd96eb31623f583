#pragma once

#include <vector>

#include "module/focus/media_port.hpp"
#include "module/focus/media_statistics.hpp"
#include "sfu/session_description.hpp"
#include "sfu/sfu.hpp"

/// The same values in the words of the coordinator (Jingle's) and of the SFU. Field by field, no
/// decisions.
namespace parley::module {

sfu::SessionDescription to_sfu(const MediaDescription& media);
MediaDescription from_sfu(const sfu::SessionDescription& description);

std::vector<sfu::Content> to_sfu(const std::vector<MediaContent>& contents);
sfu::Transport to_sfu(const jingle::IceTransport& transport);
sfu::Subscription to_sfu(const MediaSubscription& wanted);

std::vector<sfu::Candidate> to_sfu(const std::vector<jingle::Candidate>& candidates);
std::vector<jingle::Candidate> from_sfu(const std::vector<sfu::Candidate>& candidates);

MediaEvent from_sfu(const sfu::Event& event);

MediaStatistics from_sfu(const sfu::ConferenceStatistics& statistics);

}  // namespace parley::module
