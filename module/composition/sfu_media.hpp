#pragma once

#include <functional>
#include <memory>

#include "module/composition/media_plane.hpp"

namespace parley::module {

/// The media plane of production: the SFU in this process. A MediaPlaneFactory.
std::unique_ptr<MediaPlane> make_sfu_media(const MediaOptions& options, const Settings& settings,
                                           std::function<void(MediaEvent)> on_event);

}  // namespace parley::module
