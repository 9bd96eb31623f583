#include "hosts/server/stream/c2s_stream.hpp"

#include <cassert>

#include "xmpp/namespaces.hpp"
#include "xmpp/stanza_error.hpp"

namespace parley::server {

using xmpp::Element;
namespace ns = xmpp::ns;

namespace {

constexpr std::string_view tls_ns = "urn:ietf:params:xml:ns:xmpp-tls";
constexpr std::string_view sasl_ns = "urn:ietf:params:xml:ns:xmpp-sasl";
constexpr std::string_view sasl_cb_ns = "urn:xmpp:sasl-cb:0";
constexpr std::string_view bind_ns = "urn:ietf:params:xml:ns:xmpp-bind";
constexpr std::string_view session_ns = "urn:ietf:params:xml:ns:xmpp-session";

bool is_stanza_name(std::string_view name) {
    return name == "message" || name == "presence" || name == "iq";
}

xmpp::XmlLimits xml_limits(size_t stanza_bytes) {
    xmpp::XmlLimits limits;
    limits.stanza_bytes_max = stanza_bytes;
    return limits;
}

/// RFC 6120 s4.7.5: major version 1 or later.
bool supported_version(std::string_view version) {
    return !version.empty() && version.front() >= '1' && version.front() <= '9';
}

}  // namespace

C2sStream::C2sStream(C2sOptions options, CredentialSource& source,
                     std::function<std::string()> random_id, Time now)
    : options_(std::move(options)),
      source_(source),
      random_id_(std::move(random_id)),
      framing_(options_.framing, xml_limits(options_.limits.stanza_bytes_before_login)),
      inbound_(options_.limits.bytes_per_second, options_.limits.bytes_burst, now),
      now_(now),
      login_deadline_(now + options_.limits.login_timeout),
      last_received_(now) {}

C2sStream::Effects C2sStream::receive(std::string_view bytes, Time now) {
    Effects out;
    if (phase_ == Phase::closed || phase_ == Phase::tls) return out;
    now_ = last_received_ = now;
    pinged_at_.reset();
    if (!inbound_.take(bytes.size(), now)) {
        fail(StreamCondition::policy_violation, "More bytes per second than this server takes.",
             out);
        return out;
    }
    std::vector<Framing::Event> events;
    const size_t stream = restarts_;
    const auto fed = framing_.feed(bytes, events);
    process(std::move(events), out);
    if (!fed && phase_ != Phase::closed && phase_ != Phase::tls && stream == restarts_) {
        const bool size = fed.error() == xmpp::XmlFault::policy_violation;
        fail(stream_condition(fed.error()), size ? "A stanza is over a limit of this server." : "",
             out);
    }
    return out;
}

void C2sStream::process(std::vector<Framing::Event> events, Effects& out) {
    const size_t stream = restarts_;
    for (size_t next = 0; next < events.size(); ++next) {
        // What came before the TLS handshake or the new stream must not count as sent inside it.
        if (phase_ == Phase::closed || phase_ == Phase::tls || stream != restarts_) return;
        if (held_until_) {
            held_events_.insert(held_events_.end(),
                                std::make_move_iterator(events.begin() + static_cast<long>(next)),
                                std::make_move_iterator(events.end()));
            return;
        }
        Framing::Event& event = events[next];
        if (auto* element = std::get_if<Element>(&event)) {
            on_element(std::move(*element), out);
        } else if (auto* opened = std::get_if<xmpp::StreamParser::Opened>(&event)) {
            on_open(*opened, out);
        } else {
            on_close(out);
        }
    }
}

void C2sStream::on_open(const xmpp::StreamParser::Opened& opened, Effects& out) {
    const Element& header = opened.header;
    const bool tcp = framing_.kind() == Framing::Kind::tcp;
    if (tcp && header.ns() != ns::stream) {
        return fail(StreamCondition::invalid_namespace,
                    "A stream is in http://etherx.jabber.org/streams.", out);
    }
    if (opened_ || (tcp && header.name() != "stream")) {
        return fail(StreamCondition::bad_format, "", out);
    }
    if (opened.content_ns != ns::client) {
        return fail(StreamCondition::invalid_namespace, "Stanzas are in jabber:client.", out);
    }
    const std::string_view to = header.attr("to");
    if (to.empty()) {
        return fail(StreamCondition::improper_addressing,
                    "The stream header needs the attribute 'to'.", out);
    }
    const auto host = xmpp::Jid::parse(to);
    if (!host || !host->is_domain() || host->domain() != options_.domain) {
        return fail(StreamCondition::host_unknown,
                    "This server serves " + options_.domain + " only.", out);
    }
    if (!supported_version(header.attr("version"))) {
        return fail(StreamCondition::unsupported_version, "This server speaks XMPP 1.0.", out);
    }
    opened_ = true;
    send(framing_.open(options_.domain, random_id_()), out);
    send(framing_.features(features()), out);
}

void C2sStream::on_close(Effects& out) {
    if (!opened_) send(framing_.open(options_.domain, random_id_()), out);
    send(framing_.close(), out);
    phase_ = Phase::closed;
    out.emplace_back(Close{false, "the client closed the stream"});
}

void C2sStream::on_element(Element element, Effects& out) {
    if (!opened_) return fail(StreamCondition::bad_format, "A stream header comes first.", out);
    switch (phase_) {
        case Phase::unauthenticated:
            return before_login(element, out);
        case Phase::authenticated:
            return before_bind(element, out);
        case Phase::bound:
            return from_client(std::move(element), out);
        case Phase::tls:
        case Phase::closed:
            return;
    }
}

void C2sStream::before_login(const Element& element, Effects& out) {
    if (element.is("starttls", tls_ns)) return start_tls(out);
    if (element.ns() == sasl_ns) {
        if (element.name() == "auth") return on_auth(element, out);
        if (element.name() == "response" && exchange_) return sasl_step(element.text(), out);
        if (element.name() == "abort" && exchange_) return sasl_failed(SaslFailure::aborted, out);
        if (element.name() == "response" || element.name() == "abort") {
            return sasl_failed(SaslFailure::malformed_request, out);
        }
    }
    if (element.ns() == ns::client && is_stanza_name(element.name())) {
        return fail(StreamCondition::not_authorized, "Log in first.", out);
    }
    fail(StreamCondition::unsupported_stanza_type, "", out);
}

void C2sStream::start_tls(Effects& out) {
    if (!options_.offer_starttls || options_.encrypted) {
        send("<failure xmlns='" + std::string(tls_ns) + "'/>", out);
        send(framing_.close(), out);
        phase_ = Phase::closed;
        out.emplace_back(Close{true, "STARTTLS was not offered"});
        return;
    }
    send("<proceed xmlns='" + std::string(tls_ns) + "'/>", out);
    phase_ = Phase::tls;
    out.emplace_back(StartTls{});
}

C2sStream::Effects C2sStream::tls_established(ChannelBinding binding) {
    if (phase_ != Phase::tls) return {};
    binding_ = std::move(binding);
    options_.encrypted = true;
    phase_ = Phase::unauthenticated;
    exchange_.reset();
    restart_stream();
    return {};
}

void C2sStream::restart_stream() {
    framing_.reset();
    opened_ = false;
    ++restarts_;
}

SaslContext C2sStream::sasl_context() const {
    return {options_.domain, options_.encrypted, binding_};
}

std::vector<Element> C2sStream::features() const {
    std::vector<Element> list;
    if (phase_ == Phase::authenticated) {
        list.emplace_back("bind", bind_ns);
        list.emplace_back("session", session_ns).add("optional");
        if (options_.capabilities) list.push_back(options_.capabilities());
        return list;
    }
    if (options_.offer_starttls && !options_.encrypted) {
        Element& tls = list.emplace_back("starttls", tls_ns);
        if (!options_.allow_plaintext) tls.add("required");
    }
    if (may_log_in()) {
        Element& mechanisms = list.emplace_back("mechanisms", sasl_ns);
        for (const auto name : sasl_mechanisms(sasl_context())) {
            mechanisms.add("mechanism").add_text(name);
        }
        if (binding_.available()) {
            Element& bindings = list.emplace_back("sasl-channel-binding", sasl_cb_ns);
            for (const auto type : binding_.types()) {
                bindings.add("channel-binding").set_attr("type", type);
            }
        }
    }
    return list;
}

void C2sStream::on_auth(const Element& auth, Effects& out) {
    exchange_.reset();
    mechanism_.clear();
    if (!may_log_in()) {
        send("<failure xmlns='" + std::string(sasl_ns) + "'><encryption-required/></failure>", out);
        return;
    }
    for (const auto name : sasl_mechanisms(sasl_context())) {
        if (auth.attr("mechanism") == name) mechanism_ = name;
    }
    if (mechanism_.empty()) return sasl_failed(SaslFailure::invalid_mechanism, out);
    exchange_.emplace(mechanism_, sasl_context(), source_);
    const std::string initial = auth.text();
    // RFC 6120 s6.4.2: "=" is an initial response of no octets; nothing is none.
    if (initial.empty()) {
        send("<challenge xmlns='" + std::string(sasl_ns) + "'/>", out);
        return;
    }
    sasl_step(initial == "=" ? std::string_view() : initial, out);
}

void C2sStream::sasl_step(std::string_view data, Effects& out) {
    auto step = exchange_->step(data == "=" ? std::string_view() : data);
    if (const auto* failure = std::get_if<SaslFailure>(&step)) return sasl_failed(*failure, out);
    if (const auto* challenge = std::get_if<SaslExchange::Challenge>(&step)) {
        send("<challenge xmlns='" + std::string(sasl_ns) + "'>" + challenge->data + "</challenge>",
             out);
        return;
    }
    auto& success = std::get<SaslExchange::Success>(step);
    jid_ = std::move(success.account);
    send("<success xmlns='" + std::string(sasl_ns) + "'>" + success.data + "</success>", out);
    exchange_.reset();
    phase_ = Phase::authenticated;
    restart_stream();
    framing_.set_limits(xml_limits(options_.limits.stanza_bytes));
}

void C2sStream::sasl_failed(SaslFailure reason, Effects& out) {
    exchange_.reset();
    out.emplace_back(LoginFailed{mechanism_, reason});
    held_answer_ = "<failure xmlns='" + std::string(sasl_ns) + "'><" +
                   std::string(to_string(reason)) + "/></failure>";
    if (reason != SaslFailure::aborted) ++failed_logins_;
    if (reason != SaslFailure::not_authorized) {
        send(std::exchange(held_answer_, {}), out);
        if (failed_logins_ >= options_.limits.login_attempts) {
            fail(StreamCondition::policy_violation, "Too many failed logins.", out);
        }
        return;
    }
    held_until_ = now_ + options_.limits.login_failure_delay;
}

void C2sStream::before_bind(const Element& element, Effects& out) {
    const Element* bind = element.is("iq", ns::client) ? element.child("bind", bind_ns) : nullptr;
    if (!bind || element.attr("type") != "set") {
        return fail(StreamCondition::not_authorized, "Bind a resource first.", out);
    }
    const Element* wanted = bind->child("resource", bind_ns);
    std::string resource = wanted ? wanted->text() : std::string();
    if (resource.empty()) resource = random_id_();
    auto full = jid_->with_resource(resource);
    if (!full) {
        const xmpp::StanzaError error{xmpp::ErrorType::modify,
                                      xmpp::Condition::bad_request,
                                      "That is no resource: " + full.error().text,
                                      {}};
        return send(framing_.element(xmpp::error_reply(element, error)), out);
    }
    if (options_.may_bind && !options_.may_bind(*full)) {
        const xmpp::StanzaError error{xmpp::ErrorType::wait,
                                      xmpp::Condition::resource_constraint,
                                      "This account has too many sessions.",
                                      {}};
        return send(framing_.element(xmpp::error_reply(element, error)), out);
    }
    jid_ = std::move(*full);
    phase_ = Phase::bound;
    out.emplace_back(Bound{*jid_});
    Element reply = xmpp::iq_result(element);
    reply.add("bind", bind_ns).add("jid").add_text(jid_->to_string());
    send(framing_.element(reply), out);
}

bool C2sStream::addressed_by_itself(std::string_view from) const {
    const auto jid = xmpp::Jid::parse(from);
    return jid && (*jid == *jid_ || *jid == jid_->bare());
}

void C2sStream::from_client(Element element, Effects& out) {
    if (!is_stanza_name(element.name())) {
        return fail(StreamCondition::unsupported_stanza_type, "", out);
    }
    if (element.ns() != ns::client) {
        return fail(StreamCondition::invalid_namespace, "Stanzas are in jabber:client.", out);
    }
    if (element.has_attr("from") && !addressed_by_itself(element.attr("from"))) {
        return fail(StreamCondition::invalid_from, "'from' is not this session's address.", out);
    }
    if (element.name() == "iq" && element.attr("type") == "set" &&
        element.child("session", session_ns)) {
        return send(framing_.element(xmpp::iq_result(element)), out);
    }
    element.set_attr("from", jid_->to_string());
    out.emplace_back(Stanza{std::move(element)});
}

C2sStream::Effects C2sStream::on_deadline(Time now) {
    Effects out;
    if (phase_ == Phase::closed) return out;
    now_ = now;
    if (held_until_ && now >= *held_until_) {
        held_until_.reset();
        send(std::exchange(held_answer_, {}), out);
        if (failed_logins_ >= options_.limits.login_attempts) {
            fail(StreamCondition::policy_violation, "Too many failed logins.", out);
            return out;
        }
        process(std::exchange(held_events_, {}), out);
    }
    if (phase_ == Phase::tls && now >= login_deadline_) {
        phase_ = Phase::closed;
        out.emplace_back(Close{true, "no TLS handshake in time"});
        return out;
    }
    if (phase_ != Phase::bound) {
        if (phase_ != Phase::closed && now >= login_deadline_) {
            fail(StreamCondition::connection_timeout, "No login in time.", out);
        }
        return out;
    }
    if (pinged_at_) {
        if (now >= *pinged_at_ + options_.limits.ping_timeout) {
            fail(StreamCondition::connection_timeout, "No answer to a ping.", out);
        }
    } else if (now >= last_received_ + options_.limits.ping_interval) {
        pinged_at_ = now;
        Element ping("iq", ns::client);
        ping.set_attr("type", "get").set_attr("id", "ping-" + random_id_());
        ping.set_attr("from", options_.domain).set_attr("to", jid_->to_string());
        ping.add("ping", ns::ping);
        send(framing_.element(ping), out);
    }
    return out;
}

std::optional<C2sStream::Time> C2sStream::deadline() const {
    if (phase_ == Phase::closed) return std::nullopt;
    if (phase_ == Phase::bound) {
        return pinged_at_ ? *pinged_at_ + options_.limits.ping_timeout
                          : last_received_ + options_.limits.ping_interval;
    }
    return held_until_ ? std::min(*held_until_, login_deadline_) : login_deadline_;
}

C2sStream::Effects C2sStream::end(const StreamError& error) {
    Effects out;
    if (phase_ == Phase::closed) return out;
    if (phase_ == Phase::tls) {
        phase_ = Phase::closed;
        out.emplace_back(Close{true, error.text});
        return out;
    }
    fail(error.condition, error.text, out, error.condition != StreamCondition::system_shutdown);
    return out;
}

void C2sStream::fail(StreamCondition condition, std::string text, Effects& out, bool lost) {
    if (!opened_) send(framing_.open(options_.domain, random_id_()), out);
    std::string reason = std::string(to_string(condition)) + (text.empty() ? "" : ": " + text);
    send(framing_.error({condition, std::move(text)}), out);
    send(framing_.close(), out);
    phase_ = Phase::closed;
    out.emplace_back(Close{lost, std::move(reason)});
}

}  // namespace parley::server
