#pragma once

#include <functional>
#include <memory>
#include <string>

#include "hosts/server/app/event_loop.hpp"
#include "hosts/server/config/config.hpp"
#include "hosts/server/routing/router.hpp"
#include "hosts/server/storage/account_store.hpp"
#include "hosts/server/storage/database.hpp"
#include "hosts/server/storage/roster_store.hpp"
#include "xmpp/result.hpp"

namespace parley::server {

/// The XMPP server without rooms and modules: accounts, rosters, routing, and the listeners. Rooms
/// and modules plug into router() and database() between construction and open().
class Server {
  public:
    /// Opens the database in config.data_dir, which it makes where it is missing; the folder is
    /// locked until destruction. Throws DatabaseError. The loop outlives the server.
    Server(Config config, EventLoop& loop);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    const Config& config() const { return config_; }

    Database& database() { return database_; }

    Router& router() { return router_; }

    EventLoop& loop() { return loop_; }

    /// Starts to listen. On success the text names every address, as the readiness line shows it:
    /// "c2s 127.0.0.1:5222, http 127.0.0.1:5280".
    xmpp::Result<std::string> open();

    /// Takes no new connections, and ends every stream with system-shutdown; `done` once all are
    /// closed or have had their time. Once.
    void close(std::function<void()> done);

  private:
    struct Net;

    void await_closed(TimePoint deadline, std::function<void()> done);

    Config config_;
    EventLoop& loop_;
    Database database_;
    AccountStore accounts_;
    RosterStore rosters_;
    Router router_;
    std::unique_ptr<Net> net_;
};

}  // namespace parley::server
