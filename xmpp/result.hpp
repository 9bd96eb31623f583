#pragma once

#include <string>
#include <tl/expected.hpp>

namespace parley::xmpp {

/// Why a value could not be made: one English sentence for a log or an error's text.
struct Error {
    std::string text;
};

/// What may fail by somebody else's input. Our own bugs are asserts, never errors.
template <class T, class E = Error>
using Result = tl::expected<T, E>;

}  // namespace parley::xmpp
