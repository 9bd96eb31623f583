#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>

#include <algorithm>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "xmpp/xml.hpp"
#include "xmpp/xml_scanner.hpp"

namespace parley::xmpp {

namespace {

/// libxml2 keeps every name it has seen as long as the context lives. A stream that invents names
/// all the time gets a fresh context when they take more than this many bytes.
constexpr size_t names_bytes_max = 64 * 1024;

constexpr std::string_view xml_declaration = "<?xml version='1.0' encoding='UTF-8'?>";

/// A single call is never given more than this, whatever the caller feeds.
constexpr size_t slice_bytes_max = 1024 * 1024;

std::string_view view_of(const xmlChar* text) {
    return text == nullptr ? std::string_view{} : reinterpret_cast<const char*>(text);
}

XmlFault fault_of(int libxml_code) {
    switch (libxml_code) {
        case XML_NS_ERR_UNDEFINED_NAMESPACE:
            return XmlFault::bad_namespace_prefix;
        case XML_ERR_UNDECLARED_ENTITY:
        case XML_WAR_UNDECLARED_ENTITY:
            return XmlFault::restricted_xml;
        case XML_ERR_UNSUPPORTED_ENCODING:
        case XML_ERR_INVALID_ENCODING:
        case XML_ERR_UNKNOWN_ENCODING:
            return XmlFault::unsupported_encoding;
        case XML_ERR_NAME_TOO_LONG:
        case XML_ERR_NO_MEMORY:
        case XML_ERR_INTERNAL_ERROR:  // libxml2's own limits
            return XmlFault::policy_violation;
        default:
            return XmlFault::not_well_formed;
    }
}

/// The arguments of libxml2's startElementNsSAX2Func.
struct StartTag {
    const xmlChar* name;
    const xmlChar* prefix;
    const xmlChar* ns;
    int namespace_count;
    const xmlChar** namespaces;  ///< prefix (null: the default) and URI of each
    int attribute_count;
    const xmlChar** attributes;  ///< name, prefix, URI, value and the value's end of each
};

/// Makes elements of what the parser calls out.
class Builder {
  public:
    using Event = StreamParser::Event;

    Builder(XmlScanner::Mode mode, const XmlLimits& limits, std::string_view default_ns)
        : mode_(mode), limits_(limits), default_ns_(default_ns) {}

    void start(const StartTag& tag);
    void end();
    void text(std::string_view text);

    void fail(XmlFault fault) {
        if (!fault_) fault_ = fault;
    }

    std::optional<XmlFault> fault() const { return fault_; }

    void set_limits(const XmlLimits& limits) { limits_ = limits; }

    /// Where finished elements go; null throws them away.
    void set_sink(std::vector<Event>* sink) { sink_ = sink; }

    bool is_between_stanzas() const { return in_stream_ && open_.empty(); }

    /// The stream's start tag with its namespaces: a fresh parser that is fed this is where the old
    /// one was between stanzas. Feed it while replaying: nothing is made of it then.
    std::string_view stream_start() const { return stream_start_; }

    void set_replaying(bool replaying) { replaying_ = replaying; }

  private:
    struct Open {
        Element element;
        bool declares_default_ns;
    };

    void emit(Event event) {
        if (sink_ != nullptr) sink_->push_back(std::move(event));
    }

    bool count_node();
    void remember_stream_start(const StartTag& tag);

    XmlScanner::Mode mode_;
    XmlLimits limits_;
    std::string default_ns_;
    std::vector<Event>* sink_ = nullptr;
    std::optional<XmlFault> fault_;
    bool in_stream_ = false;
    bool replaying_ = false;
    std::string stream_start_;
    size_t nodes_ = 0;
    std::vector<Open> open_;
};

bool Builder::count_node() {
    if (++nodes_ <= limits_.nodes_max) return true;
    fail(XmlFault::policy_violation);
    return false;
}

void Builder::start(const StartTag& tag) {
    if (fault_ || replaying_) return;
    if (open_.empty()) nodes_ = 0;
    if (open_.size() >= limits_.depth_max) return fail(XmlFault::policy_violation);
    if (!count_node()) return;

    bool declares_default_ns = !open_.empty() && open_.back().declares_default_ns;
    std::string_view declared;
    for (int i = 0; i < tag.namespace_count; ++i) {
        if (tag.namespaces[2 * i] != nullptr) continue;
        declares_default_ns = true;
        declared = view_of(tag.namespaces[2 * i + 1]);
    }
    const bool use_default = tag.ns == nullptr && !declares_default_ns;
    Element element(view_of(tag.name),
                    use_default ? std::string_view(default_ns_) : view_of(tag.ns));
    for (int i = 0; i < tag.attribute_count; ++i) {
        const xmlChar** attribute = tag.attributes + 5 * i;
        element.set_attr_ns(view_of(attribute[0]), view_of(attribute[2]),
                            {reinterpret_cast<const char*>(attribute[3]),
                             static_cast<size_t>(attribute[4] - attribute[3])});
    }
    if (mode_ == XmlScanner::Mode::stream && !in_stream_) {
        in_stream_ = true;
        remember_stream_start(tag);
        return emit(StreamParser::Opened{std::move(element), std::string(declared)});
    }
    open_.push_back({std::move(element), declares_default_ns});
}

void Builder::remember_stream_start(const StartTag& tag) {
    stream_start_ = '<';
    if (tag.prefix != nullptr) stream_start_.append(view_of(tag.prefix)) += ':';
    stream_start_ += view_of(tag.name);
    for (int i = 0; i < tag.namespace_count; ++i) {
        stream_start_ += " xmlns";
        if (const xmlChar* prefix = tag.namespaces[2 * i])
            (stream_start_ += ':') += view_of(prefix);
        stream_start_ += "='" + escape_xml(view_of(tag.namespaces[2 * i + 1])) + '\'';
    }
    stream_start_ += '>';
}

void Builder::end() {
    if (fault_) return;
    if (open_.empty()) {
        in_stream_ = false;
        return emit(StreamParser::Closed{});
    }
    Element element = std::move(open_.back().element);
    open_.pop_back();
    if (open_.empty()) {
        emit(std::move(element));
    } else {
        open_.back().element.add(std::move(element));
    }
}

void Builder::text(std::string_view text) {
    if (fault_ || open_.empty()) return;
    Element& element = open_.back().element;
    const bool continues = !element.nodes().empty() && element.nodes().back().text() != nullptr;
    if (!continues && !count_node()) return;
    element.add_text(text);
}

Builder& builder_of(void* context) {
    return *static_cast<Builder*>(static_cast<xmlParserCtxtPtr>(context)->_private);
}

/// Nothing may be thrown through libxml2's frames; only memory can run out in here.
template <class Body>
void guarded(void* context, Body body) noexcept {
    Builder& builder = builder_of(context);
    try {
        body(builder);
    } catch (...) {
        builder.fail(XmlFault::policy_violation);
    }
}

void on_start_document(void* context) {
    const auto* parser = static_cast<xmlParserCtxtPtr>(context);
    for (const xmlChar* encoding : {parser->encoding, parser->input->encoding}) {
        if (encoding != nullptr && xmlStrcasecmp(encoding, BAD_CAST "UTF-8") != 0) {
            builder_of(context).fail(XmlFault::unsupported_encoding);
        }
    }
}

void on_start(void* context, const xmlChar* name, const xmlChar* prefix, const xmlChar* ns,
              int namespace_count, const xmlChar** namespaces, int attribute_count, int,
              const xmlChar** attributes) {
    guarded(context, [&](Builder& builder) {
        builder.start({name, prefix, ns, namespace_count, namespaces, attribute_count, attributes});
    });
}

void on_end(void* context, const xmlChar*, const xmlChar*, const xmlChar*) {
    guarded(context, [](Builder& builder) { builder.end(); });
}

void on_text(void* context, const xmlChar* text, int size) {
    guarded(context, [&](Builder& builder) {
        builder.text({reinterpret_cast<const char*>(text), static_cast<size_t>(size)});
    });
}

/// Takes every message of libxml2, so that none goes to standard error. That a namespace's name is
/// no URI (XML_WAR_NS_URI) is a complaint at level error, but no rule of XML Namespaces (s2.2).
void on_error(void* context, xmlErrorPtr error) {
    if (error->level < XML_ERR_ERROR || error->code == XML_WAR_NS_URI) return;
    builder_of(context).fail(fault_of(error->code));
}

xmlSAXHandler make_handlers() {
    xmlSAXHandler handlers{};
    handlers.initialized = XML_SAX2_MAGIC;
    handlers.startDocument = on_start_document;
    handlers.startElementNs = on_start;
    handlers.endElementNs = on_end;
    handlers.characters = on_text;
    handlers.ignorableWhitespace = on_text;
    handlers.cdataBlock = on_text;
    handlers.serror = on_error;
    return handlers;
}

struct FreeContext {
    void operator()(xmlParserCtxtPtr context) const { xmlFreeParserCtxt(context); }
};

using Context = std::unique_ptr<xmlParserCtxt, FreeContext>;

Context make_context() {
    static const bool initialised = (xmlInitParser(), true);
    static_cast<void>(initialised);
    xmlSAXHandler handlers = make_handlers();
    Context context(xmlCreatePushParserCtxt(&handlers, nullptr, nullptr, 0, nullptr));
    if (!context) throw std::bad_alloc();
    // XML_PARSE_NOENT means: resolve entities. There are only the five, but without it &amp; in an
    // attribute stays escaped for a tree builder that is not used here.
    xmlCtxtUseOptions(context.get(), XML_PARSE_NONET | XML_PARSE_NOENT);
    return context;
}

/// Scanner, libxml2 and builder in a row, from the first byte of a document or stream.
class Parser {
  public:
    Parser(XmlScanner::Mode mode, const XmlLimits& limits, std::string_view default_ns)
        : scanner_(mode, limits), builder_(mode, limits, default_ns), context_(make_context()) {
        context_->_private = &builder_;
    }

    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;

    Result<void, XmlFault> feed(std::string_view bytes, std::vector<StreamParser::Event>& events) {
        builder_.set_sink(&events);
        while (!bytes.empty() && !builder_.fault()) {
            feed_slice(bytes.substr(0, slice_bytes_max));
            bytes.remove_prefix(std::min(bytes.size(), slice_bytes_max));
        }
        builder_.set_sink(nullptr);
        if (builder_.fault()) return tl::unexpected(*builder_.fault());
        return {};
    }

    void set_limits(const XmlLimits& limits) {
        scanner_.set_limits(limits);
        builder_.set_limits(limits);
    }

  private:
    void feed_slice(std::string_view slice);
    void push_whole_tags(std::string_view bytes);
    void push(std::string_view bytes);
    void renew_context();

    XmlScanner scanner_;
    Builder builder_;
    Context context_;
    bool started_ = false;
    std::string pending_;  ///< scanned, but not the end of a tag yet
};

void Parser::feed_slice(std::string_view slice) {
    const XmlScanner::Progress progress = scanner_.scan(slice);
    if (progress.complete > 0) {
        if (pending_.empty()) {
            push_whole_tags(slice.substr(0, progress.complete));
        } else {
            pending_ += slice.substr(0, progress.complete);
            push_whole_tags(pending_);
            pending_.clear();
        }
    }
    if (progress.fault) {
        builder_.fail(*progress.fault);
    } else if (!scanner_.is_between()) {
        pending_ += slice.substr(progress.complete);
    }
    if (builder_.fault() || scanner_.is_between()) pending_ = {};
    if (builder_.is_between_stanzas() && xmlDictGetUsage(context_->dict) > names_bytes_max) {
        renew_context();
    }
}

void Parser::renew_context() {
    context_ = make_context();
    context_->_private = &builder_;
    builder_.set_replaying(true);
    push(xml_declaration);
    push(builder_.stream_start());
    builder_.set_replaying(false);
}

void Parser::push_whole_tags(std::string_view bytes) {
    if (!started_) {
        started_ = true;
        // libxml2 looks at the first four bytes to guess an encoding: it never gets fewer.
        if (!bytes.starts_with("<?xml")) push(xml_declaration);
    }
    push(bytes);
}

void Parser::push(std::string_view bytes) {
    xmlParseChunk(context_.get(), bytes.data(), static_cast<int>(bytes.size()), 0);
    const bool left_over =
        context_->input == nullptr || context_->input->cur != context_->input->end;
    // Only whole tags go in, so nothing can be waiting for more: a bare ampersand would.
    if (context_->wellFormed == 0 || left_over) builder_.fail(XmlFault::not_well_formed);
}

}  // namespace

std::string_view to_string(XmlFault fault) {
    switch (fault) {
        case XmlFault::not_well_formed:
            return "not-well-formed";
        case XmlFault::restricted_xml:
            return "restricted-xml";
        case XmlFault::unsupported_encoding:
            return "unsupported-encoding";
        case XmlFault::bad_namespace_prefix:
            return "bad-namespace-prefix";
        case XmlFault::policy_violation:
            return "policy-violation";
        case XmlFault::bad_format:
            return "bad-format";
    }
    return {};
}

Result<Element, XmlFault> parse_xml(std::string_view bytes, const XmlLimits& limits,
                                    std::string_view default_ns) {
    if (bytes.size() > limits.stanza_bytes_max) return tl::unexpected(XmlFault::policy_violation);
    Parser parser(XmlScanner::Mode::document, limits, default_ns);
    std::vector<StreamParser::Event> events;
    if (auto fed = parser.feed(bytes, events); !fed) return tl::unexpected(fed.error());
    if (events.empty()) return tl::unexpected(XmlFault::not_well_formed);
    return std::get<Element>(std::move(events.front()));
}

struct StreamParser::Impl {
    explicit Impl(const XmlLimits& limits_of_stream)
        : limits(limits_of_stream), parser(std::in_place, XmlScanner::Mode::stream, limits, "") {}

    XmlLimits limits;
    std::optional<Parser> parser;
};

StreamParser::StreamParser(XmlLimits limits) : impl_(std::make_unique<Impl>(limits)) {}

StreamParser::~StreamParser() = default;

StreamParser::StreamParser(StreamParser&&) noexcept = default;

StreamParser& StreamParser::operator=(StreamParser&&) noexcept = default;

Result<void, XmlFault> StreamParser::feed(std::string_view bytes, std::vector<Event>& events) {
    return impl_->parser->feed(bytes, events);
}

void StreamParser::reset() {
    impl_->parser.emplace(XmlScanner::Mode::stream, impl_->limits, "");
}

void StreamParser::set_limits(const XmlLimits& limits) {
    impl_->limits = limits;
    impl_->parser->set_limits(limits);
}

}  // namespace parley::xmpp
