#include "xmpp/result_set.hpp"

#include <charconv>
#include <string_view>

#include "xmpp/namespaces.hpp"

namespace parley::xmpp {

namespace {

std::optional<std::string> text_of(const Element& set, std::string_view name) {
    const Element* child = set.child(name, ns::result_set);
    return child ? std::optional(child->text()) : std::nullopt;
}

tl::unexpected<Error> fault(std::string text) {
    return tl::unexpected(Error{std::move(text)});
}

}  // namespace

Result<ResultSetQuery> ResultSetQuery::parse(const Element& set) {
    if (!set.is("set", ns::result_set)) return fault("this is no result set");
    if (set.child("index", ns::result_set)) return fault("pages by index are not offered");
    ResultSetQuery query{std::nullopt, text_of(set, "after"), text_of(set, "before")};
    if (query.after && query.before) return fault("a page is after an item or before one");
    if (const auto text = text_of(set, "max")) {
        size_t number = 0;
        const auto [end, error] =
            std::from_chars(text->data(), text->data() + text->size(), number);
        if (error != std::errc{} || end != text->data() + text->size()) {
            return fault("max is a whole number");
        }
        query.max = number;
    }
    return query;
}

Element ResultSetPage::to_element() const {
    Element set("set", ns::result_set);
    if (!first.empty()) {
        set.add("first").add_text(first);
        set.add("last").add_text(last);
    }
    set.add("count").add_text(std::to_string(count));
    return set;
}

}  // namespace parley::xmpp
