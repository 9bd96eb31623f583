#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "xmpp/element.hpp"
#include "xmpp/result.hpp"
#include "xmpp/xml.hpp"

namespace parley::server {

/// RFC 6120 s4.9.3, as far as this server uses them.
enum class StreamCondition : uint8_t {
    bad_format,
    bad_namespace_prefix,
    conflict,
    connection_timeout,
    host_unknown,
    improper_addressing,
    internal_server_error,
    invalid_from,
    invalid_namespace,
    not_authorized,
    not_well_formed,
    policy_violation,
    resource_constraint,
    restricted_xml,
    system_shutdown,
    unsupported_encoding,
    unsupported_stanza_type,
    unsupported_version,
};
std::string_view to_string(StreamCondition condition);
StreamCondition stream_condition(xmpp::XmlFault fault);

struct StreamError {
    StreamCondition condition;
    std::string text;  ///< English, for a person
};

/// How XMPP streams are put on the wire: one long document on TCP (RFC 6120 s4), one document per
/// WebSocket message (RFC 7395).
class Framing {
  public:
    enum class Kind : uint8_t { tcp, websocket };
    using Event = xmpp::StreamParser::Event;

    Framing(Kind kind, const xmpp::XmlLimits& limits);

    Kind kind() const { return kind_; }

    /// The next bytes from TCP, or exactly one WebSocket message. Appends what they complete.
    xmpp::Result<void, xmpp::XmlFault> feed(std::string_view bytes, std::vector<Event>& events);
    void reset();
    void set_limits(const xmpp::XmlLimits& limits);

    std::string open(std::string_view domain, std::string_view id) const;
    std::string close() const;
    std::string error(const StreamError& error) const;
    std::string features(const std::vector<xmpp::Element>& features) const;
    std::string element(const xmpp::Element& element) const;

  private:
    Kind kind_;
    xmpp::XmlLimits limits_;
    xmpp::StreamParser parser_;
};

}  // namespace parley::server
