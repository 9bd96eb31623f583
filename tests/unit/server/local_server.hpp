#pragma once

#include <functional>
#include <thread>

#include "hosts/server/app/server.hpp"
#include "tests/unit/temporary_folder.hpp"

namespace parley::server::test {

/// A server on loopback ports of the system's choice, in a thread of its own, with a certificate
/// made for the occasion and the accounts alice and bob (password "pw-" + name).
class LocalServer {
  public:
    explicit LocalServer(std::function<void(Config&)> adapt = {});
    ~LocalServer();
    LocalServer(const LocalServer&) = delete;
    LocalServer& operator=(const LocalServer&) = delete;

    /// "c2s", "http" or "https".
    uint16_t port(const std::string& kind) const;
    /// Stops in order and waits for it.
    void stop();

  private:
    parley::test::TemporaryFolder folder_;
    EventLoop loop_;
    std::unique_ptr<Server> server_;
    std::string addresses_;
    std::thread thread_;
};

}  // namespace parley::server::test
