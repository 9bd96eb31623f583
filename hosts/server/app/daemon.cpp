#include "hosts/server/app/daemon.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>

#include "hosts/server/storage/data_dir.hpp"

namespace parley::server {
namespace {

/// Ends the process in order at the first SIGINT or SIGTERM, and at once at the second.
class Signals {
  public:
    Signals(EventLoop& loop, std::function<void()> stop)
        : signals_(loop.io(), SIGINT, SIGTERM), stop_(std::move(stop)) {
        wait();
    }

  private:
    void wait() {
        signals_.async_wait([this](const boost::system::error_code& error, int number) {
            if (error) return;
            if (std::exchange(stopping_, true)) {
                spdlog::warn("stopped by a second signal");
                std::_Exit(128 + number);
            }
            spdlog::info("stopping");
            wait();
            stop_();
        });
    }

    boost::asio::signal_set signals_;
    std::function<void()> stop_;
    bool stopping_ = false;
};

int run(Config config) {
    const auto lock = DataDirLock::take(config.data_dir);
    if (!lock) {
        spdlog::critical("{}", lock.error().text);
        return 1;
    }
    for (const auto& warning : config.warnings) spdlog::warn("{}", warning);

    EventLoop loop;
    Server server(std::move(config), loop);
    const auto addresses = server.open();
    if (!addresses) {
        spdlog::critical("{}", addresses.error().text);
        return 1;
    }
    spdlog::info("parleyd ready: {}", *addresses);

    Signals signals(loop, [&] { server.close([&] { loop.stop(); }); });
    loop.run();
    spdlog::info("parleyd stopped");
    return 0;
}

}  // namespace

int run_daemon(Config config) {
    try {
        return run(std::move(config));
    } catch (const std::exception& error) {
        spdlog::critical("{}", error.what());
        return 1;
    }
}

}  // namespace parley::server
