#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "hosts/server/config/config.hpp"
#include "hosts/server/sasl/sasl.hpp"
#include "hosts/server/stream/framing.hpp"
#include "hosts/server/stream/token_bucket.hpp"
#include "xmpp/element.hpp"
#include "xmpp/jid.hpp"

namespace parley::server {

struct C2sOptions {
    std::string domain;
    Limits limits;
    Framing::Kind framing = Framing::Kind::tcp;
    bool offer_starttls = false;   ///< TCP only
    bool allow_plaintext = false;  ///< SCRAM may log in without TLS
    bool encrypted = false;        ///< TLS is there from the start (https)
    /// Whether the account may have this resource, too (RFC 6120 s7.6.2.1); none: always.
    std::function<bool(const xmpp::Jid& full_jid)> may_bind = {};
    /// The server's <c/> among the features after login (XEP-0115 s6.3); none: it is left out.
    std::function<xmpp::Element()> capabilities = {};
};

/// One client's XMPP stream, server side (RFC 6120): bytes and time in, effects out. It negotiates
/// TLS, SASL and the resource, and holds every stanza to what a client may send. No sockets, no
/// clock.
class C2sStream {
  public:
    struct Send {
        std::string bytes;
    };

    /// Everything sent so far goes out in the clear, then TLS starts; tls_established() follows.
    struct StartTls {};

    struct LoginFailed {
        std::string mechanism;
        SaslFailure reason;
    };

    /// The session exists from here on.
    struct Bound {
        xmpp::Jid full_jid;
    };

    /// From the bound client: a message, presence or iq in jabber:client, `from` stamped with the
    /// full JID. `to` and the content are as the client wrote them.
    struct Stanza {
        xmpp::Element element;
    };

    /// Close the connection once everything is sent. `lost`: the client did not end it in order.
    struct Close {
        bool lost;
        std::string reason;  ///< for the log
    };

    using Effect = std::variant<Send, StartTls, LoginFailed, Bound, Stanza, Close>;
    using Effects = std::vector<Effect>;
    using Time = std::chrono::steady_clock::time_point;

    /// `source` outlives the stream; `random_id` yields unguessable text of at most 64 characters.
    C2sStream(C2sOptions options, CredentialSource& source, std::function<std::string()> random_id,
              Time now);

    /// TCP: bytes in pieces of any size. WebSocket: exactly one message.
    Effects receive(std::string_view bytes, Time now);
    Effects tls_established(ChannelBinding binding);
    /// Acts on what is due.
    Effects on_deadline(Time now);
    /// When on_deadline() wants to be called at the latest; none once closed.
    std::optional<Time> deadline() const;

    /// False while input must wait: leave it in the socket.
    bool reading() const { return !held_until_; }

    /// What carries a stanza to this client. Only when bound.
    std::string serialise(const xmpp::Element& stanza) const { return framing_.element(stanza); }

    /// The server ends the stream.
    Effects end(const StreamError& error);

    /// The longest stanza it takes now, in octets.
    size_t stanza_bytes_max() const {
        return phase_ == Phase::authenticated || phase_ == Phase::bound
                   ? options_.limits.stanza_bytes
                   : options_.limits.stanza_bytes_before_login;
    }

    bool bound() const { return phase_ == Phase::bound; }

    bool closed() const { return phase_ == Phase::closed; }

  private:
    enum class Phase : uint8_t { unauthenticated, tls, authenticated, bound, closed };

    void process(std::vector<Framing::Event> events, Effects& out);
    void on_open(const xmpp::StreamParser::Opened& opened, Effects& out);
    void on_close(Effects& out);
    void on_element(xmpp::Element element, Effects& out);
    void before_login(const xmpp::Element& element, Effects& out);
    void start_tls(Effects& out);
    void on_auth(const xmpp::Element& auth, Effects& out);
    void sasl_step(std::string_view data, Effects& out);
    void sasl_failed(SaslFailure reason, Effects& out);
    void before_bind(const xmpp::Element& element, Effects& out);
    void from_client(xmpp::Element element, Effects& out);
    bool addressed_by_itself(std::string_view from) const;
    std::vector<xmpp::Element> features() const;
    SaslContext sasl_context() const;

    bool may_log_in() const { return options_.encrypted || options_.allow_plaintext; }

    void restart_stream();
    void fail(StreamCondition condition, std::string text, Effects& out, bool lost = true);

    static void send(std::string bytes, Effects& out) { out.emplace_back(Send{std::move(bytes)}); }

    C2sOptions options_;
    CredentialSource& source_;
    std::function<std::string()> random_id_;
    Framing framing_;
    TokenBucket inbound_;
    Phase phase_ = Phase::unauthenticated;
    bool opened_ = false;  ///< both headers of the present stream are sent
    size_t restarts_ = 0;
    ChannelBinding binding_;
    std::optional<SaslExchange> exchange_;
    std::string mechanism_;
    size_t failed_logins_ = 0;
    std::optional<xmpp::Jid> jid_;  ///< bare once authenticated, full once bound

    Time now_;
    Time login_deadline_;
    Time last_received_;
    std::optional<Time> pinged_at_;
    std::optional<Time> held_until_;  ///< a failed login is answered then
    std::string held_answer_;
    std::vector<Framing::Event> held_events_;
};

}  // namespace parley::server
