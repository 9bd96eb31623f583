#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "hosts/server/app/event_loop.hpp"
#include "hosts/server/net/connection_limiter.hpp"
#include "hosts/server/routing/router.hpp"
#include "hosts/server/stream/c2s_stream.hpp"

namespace parley::server {

/// What every connection of a client uses. Outlives the connections.
struct ConnectionContext {
    EventLoop& loop;
    Router& router;
    CredentialSource& accounts;
    const Config& config;
};

/// Carries a C2sStream's effects out: bytes to the transport below, sessions and stanzas to the
/// router. Bounds what waits to be sent. Lives as long as its transport's operations and its
/// session.
class ClientConnection : public ClientLink, public std::enable_shared_from_this<ClientConnection> {
  public:
    ~ClientConnection() override = default;
    ClientConnection(const ClientConnection&) = delete;
    ClientConnection& operator=(const ClientConnection&) = delete;

    void deliver(const xmpp::Element& stanza) override;
    void end(const StreamError& error) override;

  protected:
    ClientConnection(ConnectionContext context, C2sOptions options, ConnectionTicket ticket);

    /// Arms the first deadline. Once, after construction.
    void arm();
    /// Input from the transport; afterwards it goes on reading if may_read().
    void received(std::string_view bytes);

    /// The longest stanza the stream takes now, in octets.
    size_t stanza_bytes_max() const { return stream_.stanza_bytes_max(); }

    bool may_read() const { return !closing_ && !starting_tls_ && stream_.reading(); }

    bool closing() const { return closing_; }

    void tls_established(ChannelBinding binding);
    /// The connection is dead.
    void lost(const std::string& reason);
    /// The write that start_write() began is done.
    void written();

    size_t unsent() const { return queue_.size(); }

    std::string take_unsent();

    const std::string& peer() const { return ticket_.address(); }

    // The transport:
    /// Begins to write what take_unsent() gives; ends with written() or lost().
    virtual void start_write() = 0;
    /// Begins the handshake; ends with tls_established() or lost().
    virtual void start_tls() = 0;
    virtual void resume_reading() = 0;
    /// Everything is written: say so to the peer. The hard close follows at the latest after
    /// linger.
    virtual void finish() = 0;
    virtual void close() = 0;

    ConnectionContext context_;

  private:
    void apply(C2sStream::Effects effects);
    void apply_close(const C2sStream::Close& close);
    void queue(std::string bytes);
    void pump();
    void on_timer();

    C2sStream stream_;
    ConnectionTicket ticket_;
    std::deque<std::string> queue_;
    size_t queued_bytes_ = 0;
    bool writing_ = false;
    bool starting_tls_ = false;
    bool overflowing_ = false;  ///< so much waits that the stream ends
    bool closing_ = false;      ///< nothing is processed any more; what is queued still goes out
    bool finished_ = false;     ///< finish() was called
    bool closed_ = false;       ///< close() was called
    std::optional<xmpp::Jid> bound_;
    EventLoop::TimerId timer_ = 0;
    TimePoint timer_due_;
};

}  // namespace parley::server
