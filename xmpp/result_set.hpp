#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "xmpp/element.hpp"
#include "xmpp/result.hpp"

namespace parley::xmpp {

/// Which page of a longer list somebody wants (XEP-0059). Neither `after` nor `before`: the first
/// one.
struct ResultSetQuery {
    std::optional<size_t> max;          ///< items; 0: only the count is wanted (s2.7)
    std::optional<std::string> after;   ///< the last item of the page before (s2.2)
    std::optional<std::string> before;  ///< the first item of the page behind; empty: the last page
                                        ///< (s2.3, s2.5)

    /// Reads <set xmlns='http://jabber.org/protocol/rsm'/>. Pages by index (s2.6) are not offered.
    static Result<ResultSetQuery> parse(const Element& set);
};

/// Where a page lies, for the answer. Its index (s2.6) is not told.
struct ResultSetPage {
    size_t count = 0;  ///< items of the whole list
    std::string first{};
    std::string last{};  ///< both empty: the page is

    Element to_element() const;
};

}  // namespace parley::xmpp
