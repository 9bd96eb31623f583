#pragma once

#include <optional>
#include <string>

#include "xmpp/element.hpp"

namespace parley::module::test {

/// How much of the actual element the expected one has to name.
enum class Match { whole, part };

/// Nothing where `actual` is what `expected` says, else where they part. In an expected value
/// "{any}" stands for any text but none. Text of white space alone is ignored; with Match::part so
/// are attributes and children that `expected` does not name.
std::optional<std::string> mismatch(const xmpp::Element& expected, const xmpp::Element& actual,
                                    Match match);

}  // namespace parley::module::test
