#include "hosts/server/app/server.hpp"

#include <spdlog/spdlog.h>

#include <optional>
#include <vector>

#include "hosts/server/app/version.hpp"
#include "hosts/server/net/connection_limiter.hpp"
#include "hosts/server/net/http_connection.hpp"
#include "hosts/server/net/listener.hpp"
#include "hosts/server/net/tcp_connection.hpp"
#include "hosts/server/net/tls_context.hpp"
#include "hosts/server/routing/external_services.hpp"
#include "hosts/server/routing/server_iqs.hpp"
#include "hosts/server/storage/data_dir.hpp"

namespace parley::server {

namespace asio = boost::asio;

namespace {

/// For the last words to reach the clients. A little more than a connection's own linger.
constexpr std::chrono::milliseconds close_wait{2500};
constexpr std::chrono::milliseconds close_poll{50};

}  // namespace

struct Server::Net {
    Net(EventLoop& loop, Router& router, CredentialSource& accounts, const Config& config_)
        : config(config_),
          context{loop, router, accounts, config_},
          limiter(std::make_shared<ConnectionLimiter>(config_.limits.connections,
                                                      config_.limits.connections_per_address)),
          files(config_.http_root) {}

    using Accept = void (Net::*)(asio::ip::tcp::socket, ConnectionTicket);

    xmpp::Result<void> listen(const std::vector<Endpoint>& endpoints, const char* kind,
                              Accept accept) {
        for (const Endpoint& endpoint : endpoints) {
            auto listener = Listener::open(
                context.loop.io(), endpoint,
                [this, accept](asio::ip::tcp::socket socket) { admit(std::move(socket), accept); });
            if (!listener) return tl::unexpected(listener.error());
            if (!addresses.empty()) addresses += ", ";
            addresses += kind + (" " + (*listener)->endpoint().to_string());
            listeners.push_back(std::move(*listener));
        }
        return {};
    }

    void admit(asio::ip::tcp::socket socket, Accept accept) {
        boost::system::error_code error;
        const auto peer = socket.remote_endpoint(error);
        if (error) return;
        auto ticket = ConnectionTicket::take(limiter, peer.address().to_string());
        if (!ticket) {
            spdlog::warn("a connection from {} was refused: too many connections",
                         peer.address().to_string());
            return;
        }
        (this->*accept)(std::move(socket), std::move(*ticket));
    }

    void accept_c2s(asio::ip::tcp::socket socket, ConnectionTicket ticket) {
        remember(TcpConnection::start(context, std::move(ticket), std::move(socket),
                                      tls ? &*tls : nullptr));
    }

    void accept_http(asio::ip::tcp::socket socket, ConnectionTicket ticket) {
        start_http(std::move(socket), std::move(ticket), nullptr);
    }

    void accept_https(asio::ip::tcp::socket socket, ConnectionTicket ticket) {
        start_http(std::move(socket), std::move(ticket), &*tls);
    }

    void start_http(asio::ip::tcp::socket socket, ConnectionTicket ticket,
                    asio::ssl::context* secure) {
        HttpContext http{context, files, [this](auto connection) { remember(connection); }};
        start_http_connection(std::move(http), std::move(ticket), std::move(socket), secure);
    }

    void remember(const std::shared_ptr<ClientConnection>& connection) {
        std::erase_if(clients, [](const auto& client) { return client.expired(); });
        clients.push_back(connection);
    }

    const Config& config;
    ConnectionContext context;
    std::shared_ptr<ConnectionLimiter> limiter;
    StaticFiles files;
    std::optional<asio::ssl::context> tls;
    std::vector<std::unique_ptr<Listener>> listeners;
    std::vector<std::weak_ptr<ClientConnection>> clients;
    std::string addresses;
};

Server::Server(Config config, EventLoop& loop)
    : config_(std::move(config)),
      loop_(loop),
      database_(database_file(config_.data_dir)),
      accounts_(database_),
      rosters_(database_),
      router_(config_, accounts_, rosters_,
              [this](std::function<void()> task) { loop_.post(std::move(task)); }),
      net_(std::make_unique<Net>(loop_, router_, accounts_, config_)) {
    add_server_iqs(router_, version());
    add_external_services(router_, config_, [] { return std::chrono::system_clock::now(); });
}

Server::~Server() = default;

xmpp::Result<std::string> Server::open() {
    if (config_.tls.enabled()) {
        auto context = make_tls_context(config_.tls);
        if (!context) return tl::unexpected(context.error());
        net_->tls.emplace(std::move(*context));
    }
    const auto opened =
        net_->listen(config_.c2s_listen, "c2s", &Net::accept_c2s)
            .and_then([&] { return net_->listen(config_.http_listen, "http", &Net::accept_http); })
            .and_then(
                [&] { return net_->listen(config_.https_listen, "https", &Net::accept_https); });
    if (!opened) return tl::unexpected(opened.error());
    return net_->addresses;
}

void Server::close(std::function<void()> done) {
    net_->listeners.clear();
    for (const auto& client : net_->clients) {
        if (const auto connection = client.lock()) {
            connection->end({StreamCondition::system_shutdown, "The server stops."});
        }
    }
    await_closed(Clock::now() + close_wait, std::move(done));
}

void Server::await_closed(TimePoint deadline, std::function<void()> done) {
    if (net_->limiter->total() == 0 || Clock::now() >= deadline) return done();
    loop_.after(close_poll, [this, deadline, done = std::move(done)]() mutable {
        await_closed(deadline, std::move(done));
    });
}

}  // namespace parley::server
