#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "hosts/server/app/daemon.hpp"
#include "hosts/server/app/version.hpp"
#include "hosts/server/net/tls_check.hpp"

namespace {

constexpr const char* description =
    "parleyd, the XMPP server of Parley: group calls in chat rooms.\n"
    "It reads one configuration file; accounts and rooms are made with parleyctl.\n"
    "SIGTERM or SIGINT stops it in order; a second one at once. SIGHUP makes it read the file\n"
    "again: log_level and the modules' options may change while it runs.";

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{description, "parleyd"};
    std::string file = "/etc/parley/parleyd.toml";
    bool check = false;
    app.add_option("-c,--config", file, "The configuration file")->capture_default_str();
    app.add_flag("--check-config", check, "Say what is wrong with the configuration, and exit");
    app.set_version_flag("--version", "parleyd " + parley::server::version());
    app.footer("Example: parleyd --config /etc/parley/parleyd.toml");
    CLI11_PARSE(app, argc, argv);

    auto config = parley::server::load_config(file);
    if (!config) {
        for (const auto& line : config.error().lines)
            std::fprintf(stderr, "%s\n", line.c_str());
        return 1;
    }
    if (check) {
        if (const auto tls = parley::server::check_tls(config->tls); !tls) {
            std::fprintf(stderr, "%s: %s\n", file.c_str(), tls.error().text.c_str());
            return 1;
        }
        for (const auto& line : config->warnings) {
            std::fprintf(stderr, "%s: warning: %s\n", file.c_str(), line.c_str());
        }
        std::printf("%s: the configuration is valid\n", file.c_str());
        return 0;
    }
    // The database holds keys and rosters: files are for their owner only.
    umask(077);
    // A peer that is gone shows as an error of the write, not as a signal.
    std::signal(SIGPIPE, SIG_IGN);
    spdlog::set_default_logger(spdlog::stdout_logger_st("parleyd"));
    spdlog::set_pattern("%Y-%m-%d %H:%M:%S.%e %l %v");
    spdlog::flush_on(spdlog::level::trace);
    spdlog::set_level(spdlog::level::from_str(config->log_level));
    return parley::server::run_daemon(std::move(*config), file);
}
