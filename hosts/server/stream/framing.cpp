#include "hosts/server/stream/framing.hpp"

#include "xmpp/namespaces.hpp"

namespace parley::server {
namespace {

constexpr std::string_view framing_ns = "urn:ietf:params:xml:ns:xmpp-framing";
constexpr std::string_view stream_declaration = " xmlns:stream='http://etherx.jabber.org/streams'";

}  // namespace

std::string_view to_string(StreamCondition condition) {
    switch (condition) {
        case StreamCondition::bad_format:
            return "bad-format";
        case StreamCondition::bad_namespace_prefix:
            return "bad-namespace-prefix";
        case StreamCondition::conflict:
            return "conflict";
        case StreamCondition::connection_timeout:
            return "connection-timeout";
        case StreamCondition::host_unknown:
            return "host-unknown";
        case StreamCondition::improper_addressing:
            return "improper-addressing";
        case StreamCondition::internal_server_error:
            return "internal-server-error";
        case StreamCondition::invalid_from:
            return "invalid-from";
        case StreamCondition::invalid_namespace:
            return "invalid-namespace";
        case StreamCondition::not_authorized:
            return "not-authorized";
        case StreamCondition::not_well_formed:
            return "not-well-formed";
        case StreamCondition::policy_violation:
            return "policy-violation";
        case StreamCondition::resource_constraint:
            return "resource-constraint";
        case StreamCondition::restricted_xml:
            return "restricted-xml";
        case StreamCondition::system_shutdown:
            return "system-shutdown";
        case StreamCondition::unsupported_encoding:
            return "unsupported-encoding";
        case StreamCondition::unsupported_stanza_type:
            return "unsupported-stanza-type";
        case StreamCondition::unsupported_version:
            break;
    }
    return "unsupported-version";
}

StreamCondition stream_condition(xmpp::XmlFault fault) {
    switch (fault) {
        case xmpp::XmlFault::not_well_formed:
            return StreamCondition::not_well_formed;
        case xmpp::XmlFault::restricted_xml:
            return StreamCondition::restricted_xml;
        case xmpp::XmlFault::unsupported_encoding:
            return StreamCondition::unsupported_encoding;
        case xmpp::XmlFault::bad_namespace_prefix:
            return StreamCondition::bad_namespace_prefix;
        case xmpp::XmlFault::bad_format:
            return StreamCondition::bad_format;
        case xmpp::XmlFault::policy_violation:
            break;
    }
    return StreamCondition::policy_violation;
}

Framing::Framing(Kind kind, const xmpp::XmlLimits& limits)
    : kind_(kind), limits_(limits), parser_(limits) {}

xmpp::Result<void, xmpp::XmlFault> Framing::feed(std::string_view bytes,
                                                 std::vector<Event>& events) {
    if (kind_ == Kind::tcp) return parser_.feed(bytes, events);
    if (bytes.find_first_not_of(" \t\r\n") == std::string_view::npos) return {};
    auto parsed = xmpp::parse_xml(bytes, limits_, xmpp::ns::client);
    if (!parsed) return tl::unexpected(parsed.error());
    if (parsed->is("open", framing_ns)) {
        events.push_back(
            xmpp::StreamParser::Opened{std::move(*parsed), std::string(xmpp::ns::client)});
    } else if (parsed->is("close", framing_ns)) {
        events.push_back(xmpp::StreamParser::Closed{});
    } else {
        events.push_back(std::move(*parsed));
    }
    return {};
}

void Framing::reset() {
    parser_.reset();
}

void Framing::set_limits(const xmpp::XmlLimits& limits) {
    limits_ = limits;
    parser_.set_limits(limits);
}

std::string Framing::open(std::string_view domain, std::string_view id) const {
    const std::string common = " from='" + xmpp::escape_xml(domain) + "' id='" +
                               xmpp::escape_xml(id) + "' version='1.0' xml:lang='en'";
    if (kind_ == Kind::websocket) {
        return "<open xmlns='" + std::string(framing_ns) + "'" + common + "/>";
    }
    return "<?xml version='1.0'?><stream:stream xmlns='jabber:client'" +
           std::string(stream_declaration) + common + ">";
}

std::string Framing::close() const {
    if (kind_ == Kind::websocket) return "<close xmlns='" + std::string(framing_ns) + "'/>";
    return "</stream:stream>";
}

std::string Framing::error(const StreamError& error) const {
    std::string xml = "<stream:error";
    if (kind_ == Kind::websocket) xml += stream_declaration;
    xml += "><" + std::string(to_string(error.condition)) + " xmlns='" +
           std::string(xmpp::ns::stream_errors) + "'/>";
    if (!error.text.empty()) {
        xml += "<text xmlns='" + std::string(xmpp::ns::stream_errors) + "' xml:lang='en'>" +
               xmpp::escape_xml(error.text) + "</text>";
    }
    return xml + "</stream:error>";
}

std::string Framing::features(const std::vector<xmpp::Element>& features) const {
    std::string xml = "<stream:features";
    if (kind_ == Kind::websocket) xml += stream_declaration;
    xml += ">";
    for (const auto& feature : features)
        xml += xmpp::to_xml(feature);
    return xml + "</stream:features>";
}

std::string Framing::element(const xmpp::Element& element) const {
    return xmpp::to_xml(element, kind_ == Kind::tcp ? xmpp::ns::client : std::string_view());
}

}  // namespace parley::server
