#pragma once

#include "module/composition/media_plane.hpp"
#include "xsm/abi.h"

namespace parley::module {

/// What xsm_entry.create does, with the media plane of the caller's choice.
xsm_status create_instance(const xsm_host* host, const xsm_option* options, size_t option_count,
                           const MediaPlaneFactory& make_media, xsm_module** module,
                           xsm_buf* error);

}  // namespace parley::module
