#pragma once

#include <optional>

#include "xmpp/element.hpp"

namespace parley::server {

/// Who else judges IQs between users: the module host. Called in the middle of the router's work:
/// an implementation only takes note of what it wants to do, and does it in flush().
class RouteHooks {
  public:
    virtual ~RouteHooks() = default;

    /// An IQ get or set from one user's client to another client, before it is delivered. The
    /// <error/> for its sender, or nothing where it may go on.
    virtual std::optional<xmpp::Element> judge_iq(const xmpp::Element& iq) = 0;

    /// The IQ has gone where it goes: what was put off can be done now.
    virtual void flush() = 0;
};

}  // namespace parley::server
