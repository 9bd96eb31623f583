#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace parley::xmpp {

/// An attribute; `ns` is empty for the usual ones without a prefix.
struct Attribute {
    std::string name;
    std::string ns;
    std::string value;
    bool operator==(const Attribute&) const = default;
};

struct Node;

/// An XML element with everything below it. A value: copies are deep. Any thread.
class Element {
  public:
    Element(std::string_view name, std::string_view ns);
    // In element.cpp, where Node is complete.
    Element(const Element& other);
    Element(Element&& other) noexcept;
    Element& operator=(const Element& other);
    Element& operator=(Element&& other) noexcept;
    ~Element();

    const std::string& name() const { return name_; }

    const std::string& ns() const { return ns_; }

    bool is(std::string_view name, std::string_view ns) const { return name_ == name && ns_ == ns; }

    /// The value of the attribute without namespace, or an empty view where there is none.
    std::string_view attr(std::string_view name) const;
    /// Likewise for an attribute in a namespace: attr_ns("lang", ns::xml).
    std::string_view attr_ns(std::string_view name, std::string_view ns) const;
    bool has_attr(std::string_view name) const;

    const std::vector<Attribute>& attributes() const { return attributes_; }

    /// Sets or replaces an attribute without namespace.
    Element& set_attr(std::string_view name, std::string_view value);
    Element& set_attr_ns(std::string_view name, std::string_view ns, std::string_view value);
    void remove_attr(std::string_view name);

    const std::vector<Node>& nodes() const { return nodes_; }

    std::vector<Node>& nodes() { return nodes_; }

    /// The child elements, in order.
    std::vector<const Element*> elements() const;
    /// The first child of that name and namespace, or null. Borrowed from this element.
    const Element* child(std::string_view name, std::string_view ns) const;
    Element* child(std::string_view name, std::string_view ns);
    /// The first child in that namespace, or null.
    const Element* child_ns(std::string_view ns) const;
    /// The first child element, or null.
    const Element* first_child() const;

    /// Appends; returns the appended child, valid until the next change of this element's children.
    Element& add(Element child);
    /// Appends an empty child in this element's namespace (or in `ns`), and returns it likewise.
    Element& add(std::string_view name);
    Element& add(std::string_view name, std::string_view ns);
    /// Appends text, to the text node at the end where there is one; returns this element.
    Element& add_text(std::string_view text);
    /// Removes every child of that name and namespace; returns how many.
    size_t remove_children(std::string_view name, std::string_view ns);

    /// The text directly inside, concatenated.
    std::string text() const;

    /// Equal in names, attributes (in any order) and nodes (in order).
    bool operator==(const Element& other) const;

  private:
    std::string name_;
    std::string ns_;
    std::vector<Attribute> attributes_;
    std::vector<Node> nodes_;
};

/// Text or element.
struct Node : std::variant<std::string, Element> {
    using variant::variant;

    const Element* element() const { return std::get_if<Element>(this); }

    Element* element() { return std::get_if<Element>(this); }

    const std::string* text() const { return std::get_if<std::string>(this); }
};

}  // namespace parley::xmpp
