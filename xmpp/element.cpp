#include "xmpp/element.hpp"

#include <algorithm>
#include <utility>

namespace parley::xmpp {

namespace {

auto find_attribute(auto& attributes, std::string_view name, std::string_view ns) {
    return std::find_if(attributes.begin(), attributes.end(), [&](const Attribute& attribute) {
        return attribute.name == name && attribute.ns == ns;
    });
}

}  // namespace

Element::Element(std::string_view name, std::string_view ns) : name_(name), ns_(ns) {}

Element::Element(const Element& other) = default;

Element::Element(Element&& other) noexcept = default;

Element& Element::operator=(const Element& other) = default;

Element& Element::operator=(Element&& other) noexcept = default;

Element::~Element() = default;

std::string_view Element::attr(std::string_view name) const {
    return attr_ns(name, {});
}

std::string_view Element::attr_ns(std::string_view name, std::string_view ns) const {
    const auto found = find_attribute(attributes_, name, ns);
    return found == attributes_.end() ? std::string_view{} : found->value;
}

bool Element::has_attr(std::string_view name) const {
    return find_attribute(attributes_, name, {}) != attributes_.end();
}

Element& Element::set_attr(std::string_view name, std::string_view value) {
    return set_attr_ns(name, {}, value);
}

Element& Element::set_attr_ns(std::string_view name, std::string_view ns, std::string_view value) {
    const auto found = find_attribute(attributes_, name, ns);
    if (found != attributes_.end()) {
        found->value = value;
    } else {
        attributes_.push_back({std::string(name), std::string(ns), std::string(value)});
    }
    return *this;
}

void Element::remove_attr(std::string_view name) {
    const auto found = find_attribute(attributes_, name, {});
    if (found != attributes_.end()) attributes_.erase(found);
}

std::vector<const Element*> Element::elements() const {
    std::vector<const Element*> result;
    for (const Node& node : nodes_) {
        if (const Element* element = node.element()) result.push_back(element);
    }
    return result;
}

const Element* Element::child(std::string_view name, std::string_view ns) const {
    for (const Node& node : nodes_) {
        const Element* element = node.element();
        if (element != nullptr && element->is(name, ns)) return element;
    }
    return nullptr;
}

Element* Element::child(std::string_view name, std::string_view ns) {
    return const_cast<Element*>(std::as_const(*this).child(name, ns));
}

const Element* Element::child_ns(std::string_view ns) const {
    for (const Node& node : nodes_) {
        const Element* element = node.element();
        if (element != nullptr && element->ns() == ns) return element;
    }
    return nullptr;
}

const Element* Element::first_child() const {
    for (const Node& node : nodes_) {
        if (const Element* element = node.element()) return element;
    }
    return nullptr;
}

Element& Element::add(Element child) {
    return *nodes_.emplace_back(std::in_place_type<Element>, std::move(child)).element();
}

Element& Element::add(std::string_view name) {
    // A copy: appending may move this element's own strings where the child's are made of them.
    return add(Element(name, std::string(ns_)));
}

Element& Element::add(std::string_view name, std::string_view ns) {
    return add(Element(name, ns));
}

Element& Element::add_text(std::string_view text) {
    if (text.empty()) return *this;
    if (!nodes_.empty()) {
        if (auto* last = std::get_if<std::string>(&nodes_.back())) {
            last->append(text);
            return *this;
        }
    }
    nodes_.emplace_back(std::in_place_type<std::string>, text);
    return *this;
}

size_t Element::remove_children(std::string_view name, std::string_view ns) {
    return std::erase_if(nodes_, [&](const Node& node) {
        const Element* element = node.element();
        return element != nullptr && element->is(name, ns);
    });
}

std::string Element::text() const {
    std::string result;
    for (const Node& node : nodes_) {
        if (const std::string* text = node.text()) result += *text;
    }
    return result;
}

bool Element::operator==(const Element& other) const {
    return name_ == other.name_ && ns_ == other.ns_ &&
           std::is_permutation(attributes_.begin(), attributes_.end(), other.attributes_.begin(),
                               other.attributes_.end()) &&
           nodes_ == other.nodes_;
}

}  // namespace parley::xmpp
