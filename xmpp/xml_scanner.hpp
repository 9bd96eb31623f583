#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "xmpp/xml.hpp"

namespace parley::xmpp {

/// Stands before the XML parser and sees each byte once: finds where tags end, so that the parser
/// is only given whole ones, counts the bytes of a stanza while it is incomplete, and refuses what
/// XMPP leaves out of XML (RFC 6120 s11) before anything interprets it. Whether tags match, names
/// are legal and prefixes declared is the parser's to say. Internal to xmpp/.
class XmlScanner {
  public:
    enum class Mode : uint8_t {
        document,  ///< one element, counted as a whole
        stream,    ///< an element whose children are counted each
    };

    struct Progress {
        size_t complete = 0;  ///< the bytes up to the end of the last whole tag or declaration
        std::optional<XmlFault> fault;  ///< found in the bytes behind those
    };

    XmlScanner(Mode mode, const XmlLimits& limits) : mode_(mode), limits_(limits) {}

    Progress scan(std::string_view bytes);

    /// Between stanzas or documents: what was scanned since the last whole tag is white space.
    bool is_between() const { return state_ == State::text && depth_ <= counted_depth(); }

    void set_limits(const XmlLimits& limits) { limits_ = limits; }

  private:
    enum class State : uint8_t {
        text,
        tag_open,  ///< after '<'
        tag,       ///< inside, outside of quotes
        quoted,    ///< inside an attribute's value
        bang,      ///< after "<!", comparing with "[CDATA["
        cdata,
        question,     ///< after "<?", comparing with "xml "
        declaration,  ///< inside the XML declaration
    };

    std::optional<XmlFault> take(char c);
    std::optional<XmlFault> take_utf8(unsigned char c);
    std::optional<XmlFault> take_text(char c);
    std::optional<XmlFault> take_tag(char c);
    std::optional<XmlFault> take_bang(char c);
    std::optional<XmlFault> take_question(char c);
    void take_cdata(char c);
    std::optional<XmlFault> end_tag();

    /// The depth at which nothing is being counted.
    uint32_t counted_depth() const { return mode_ == Mode::stream && depth_ > 0 ? 1 : 0; }

    Mode mode_;
    XmlLimits limits_;
    State state_ = State::text;
    bool tag_ended_ = false;   ///< the byte just taken ended a tag, or the declaration
    bool is_end_tag_ = false;  ///< the tag began with "</"
    bool closed_ = false;
    char quote_ = 0;
    char previous_ = 0;         ///< the byte before, inside of tags and the declaration
    uint8_t matched_ = 0;       ///< bytes of the word that the state compares with
    uint8_t continuation_ = 0;  ///< UTF-8 bytes still to come
    uint8_t continuation_min_ = 0x80;
    uint8_t continuation_max_ = 0xBF;
    uint32_t depth_ = 0;
    size_t attributes_ = 0;  ///< of the tag so far, namespace declarations included
    size_t counted_ = 0;     ///< bytes of the stanza so far
    size_t offset_ = 0;      ///< of the byte being taken
};

}  // namespace parley::xmpp
