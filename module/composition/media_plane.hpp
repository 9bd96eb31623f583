#pragma once

#include <functional>
#include <memory>

#include "module/composition/options.hpp"
#include "module/focus/media_port.hpp"
#include "module/focus/media_statistics.hpp"

namespace parley::module {

/// What carries out media commands. Owned by one instance; destroying it joins its threads.
class MediaPlane {
  public:
    virtual ~MediaPlane() = default;
    /// Returns at once; the outcome comes as events.
    virtual void execute(const MediaCommand& command) = 0;
    /// As last measured, about a second ago; returns at once.
    virtual MediaStatistics statistics(const CallId& conference) const = 0;
};

/// Makes a media plane that reports by `on_event`, called on any thread. Throws std::exception
/// where it cannot start, with words for an administrator.
using MediaPlaneFactory =
    std::function<std::unique_ptr<MediaPlane>(const MediaOptions& options, const Settings& settings,
                                              std::function<void(MediaEvent)> on_event)>;

}  // namespace parley::module
