#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "xmpp/element.hpp"
#include "xmpp/result.hpp"

namespace parley::xmpp {

/// What a parser accepts at most. Everything beyond is refused before it is stored.
struct XmlLimits {
    size_t stanza_bytes_max = 256 * 1024;  ///< octets of one stanza on the wire
    size_t depth_max = 64;                 ///< nested elements, the stanza itself being 1
    size_t attributes_max = 64;            ///< of one element
    size_t nodes_max = 8192;               ///< elements and texts in one stanza
};

/// The stream error that answers the fault (RFC 6120 s4.9.3).
enum class XmlFault : uint8_t {
    not_well_formed,
    restricted_xml,        ///< DTD, entity, processing instruction or comment (RFC 6120 s11.1)
    unsupported_encoding,  ///< declared anything but UTF-8, or bytes that are not UTF-8
    bad_namespace_prefix,  ///< a prefix nobody declared
    policy_violation,      ///< over a limit
    bad_format,            ///< text between stanzas
};

/// The defined condition's element name: "not-well-formed", ...
std::string_view to_string(XmlFault fault);

/// Parses one complete document (one element), such as a stanza that crossed the module ABI.
/// `default_ns` is the namespace of elements that declare none.
Result<Element, XmlFault> parse_xml(std::string_view bytes, const XmlLimits& limits = {},
                                    std::string_view default_ns = "jabber:client");

/// Serialises. xmlns is written where it differs from the parent's, or from `outer_ns` at the top:
/// pass the stream's content namespace to leave it out, or nothing for XML that stands alone.
std::string to_xml(const Element& element, std::string_view outer_ns = {});

/// Escapes for text or a quoted attribute.
std::string escape_xml(std::string_view text);

/// An XMPP stream's incoming half (RFC 6120 s4): bytes in, stream header and stanzas out. One owner
/// thread.
class StreamParser {
  public:
    struct Opened {
        Element header;          ///< the stream element without children
        std::string content_ns;  ///< the default namespace it declares (RFC 6120 s4.8.2), or empty
    };

    struct Closed {};

    using Event = std::variant<Opened, Element, Closed>;

    explicit StreamParser(XmlLimits limits);
    ~StreamParser();
    StreamParser(StreamParser&&) noexcept;
    StreamParser& operator=(StreamParser&&) noexcept;

    /// Takes the next bytes, in pieces of any size; appends what they complete to `events`, in
    /// order. After a fault the parser takes nothing more until reset().
    Result<void, XmlFault> feed(std::string_view bytes, std::vector<Event>& events);

    /// Starts over: after STARTTLS or SASL a new stream begins. Bytes of the old one are forgotten,
    /// a fault too. Not from within feed().
    void reset();
    void set_limits(const XmlLimits& limits);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace parley::xmpp
