#include "hosts/server/app/daemon.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>

#include "hosts/server/app/version.hpp"
#include "hosts/server/config/config_changes.hpp"
#include "hosts/server/modules/module_host.hpp"
#include "hosts/server/muc/muc_service.hpp"
#include "hosts/server/muc/sqlite_room_store.hpp"
#include "hosts/server/net/random_id.hpp"
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

/// Calls `reload` at each SIGHUP. From its construction on SIGHUP ends the process no more.
class Hangups {
  public:
    Hangups(EventLoop& loop, std::function<void()> reload)
        : signals_(loop.io(), SIGHUP), reload_(std::move(reload)) {
        wait();
    }

  private:
    void wait() {
        signals_.async_wait([this](const boost::system::error_code& error, int) {
            if (error) return;
            wait();
            reload_();
        });
    }

    boost::asio::signal_set signals_;
    std::function<void()> reload_;
};

/// The rooms and the modules that watch them, plugged into the server.
class Rooms {
  public:
    explicit Rooms(Server& server)
        : server_(server),
          modules_(server.config(), version(), server.loop(), server.router()),
          store_(server.database()) {}

    xmpp::Result<void> start() {
        const auto& config = server_.config().muc;
        if (config) {
            service_.emplace(muc::Context{*config, server_.router(), store_, modules_,
                                          [] { return std::chrono::system_clock::now(); },
                                          random_id});
            modules_.set_muc(&*service_);
            if (auto loaded = service_->load_rooms(); !loaded) return loaded;
            server_.router().add_service(config->domain.domain(), *service_);
        }
        modules_.start();
        return {};
    }

    ModuleHost& modules() { return modules_; }

    /// What is said at the end is routed by the loop, before anything posted to it afterwards.
    void stop() {
        modules_.stop();
        if (service_) service_->shut_down();
    }

    ~Rooms() {
        if (service_) server_.router().remove_service(server_.config().muc->domain.domain());
    }

  private:
    Server& server_;
    ModuleHost modules_;
    muc::SqliteRoomStore store_;
    std::optional<muc::MucService> service_;
};

/// Reads the file anew and takes from it what may change while the server runs. One with a fault
/// changes nothing.
void reload(const std::filesystem::path& file, const Config& in_force, ModuleHost& modules) {
    const auto config = load_config(file);
    if (!config) {
        for (const auto& line : config.error().lines)
            spdlog::error("{}", line);
        spdlog::error("nothing has changed: {} has faults", file.string());
        return;
    }
    for (const auto& warning : config->warnings)
        spdlog::warn("{}", warning);
    spdlog::set_level(spdlog::level::from_str(config->log_level));
    spdlog::info("{} is read anew", file.string());
    for (const std::string_view change : changes_for_a_restart(in_force, *config))
        spdlog::warn("{} has changed, which is in force from a restart on", change);
    modules.reconfigure(*config);
}

int run(Config config, const std::filesystem::path& file) {
    const auto lock = DataDirLock::take(config.data_dir);
    if (!lock) {
        spdlog::critical("{}", lock.error().text);
        return 1;
    }
    for (const auto& warning : config.warnings)
        spdlog::warn("{}", warning);

    EventLoop loop;
    Server server(std::move(config), loop);
    Rooms rooms(server);
    const auto read_anew = [&] { reload(file, server.config(), rooms.modules()); };
    rooms.modules().set_reload(read_anew);
    const Hangups hangups(loop, read_anew);
    if (const auto started = rooms.start(); !started) {
        spdlog::critical("{}", started.error().text);
        return 1;
    }
    const auto addresses = server.open();
    if (!addresses) {
        spdlog::critical("{}", addresses.error().text);
        rooms.stop();
        return 1;
    }
    spdlog::info("parleyd ready: {}", *addresses);

    Signals signals(loop, [&] {
        rooms.stop();
        loop.post([&] { server.close([&] { loop.stop(); }); });
    });
    loop.run();
    spdlog::info("parleyd stopped");
    return 0;
}

}  // namespace

int run_daemon(Config config, const std::filesystem::path& file) {
    try {
        return run(std::move(config), file);
    } catch (const std::exception& error) {
        spdlog::critical("{}", error.what());
        return 1;
    }
}

}  // namespace parley::server
