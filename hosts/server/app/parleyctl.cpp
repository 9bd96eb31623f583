#include <pwd.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <iostream>
#include <optional>

#include "hosts/server/app/administration.hpp"
#include "hosts/server/app/version.hpp"

namespace {

using parley::server::Administration;
using parley::server::RoomWish;
using Outcome = parley::xmpp::Result<std::string>;

/// Keeps the terminal from showing what is typed; does nothing where the input is no terminal.
class HiddenInput {
  public:
    HiddenInput() : terminal_(tcgetattr(STDIN_FILENO, &before_) == 0) {
        if (!terminal_) return;
        std::fputs("Password: ", stderr);
        termios hidden = before_;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }

    ~HiddenInput() {
        if (!terminal_) return;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
        std::fputs("\n", stderr);
    }

    HiddenInput(const HiddenInput&) = delete;
    HiddenInput& operator=(const HiddenInput&) = delete;

  private:
    termios before_{};
    bool terminal_;
};

/// The option's value, or the first line of the standard input.
std::string password_or_stdin(const std::string& option) {
    if (!option.empty()) return option;
    const HiddenInput hidden;
    std::string line;
    if (!std::getline(std::cin, line)) return {};
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

/// Root would leave files in the folder that parleyd's own user cannot write.
std::optional<std::string> wrong_user(const std::filesystem::path& data_dir) {
    struct stat status {};

    if (geteuid() != 0 || stat(data_dir.c_str(), &status) != 0 || status.st_uid == 0) {
        return std::nullopt;
    }
    const passwd* owner = getpwuid(status.st_uid);
    return data_dir.string() + " belongs to another user; run: sudo -u " +
           (owner ? owner->pw_name : "#" + std::to_string(status.st_uid)) + " parleyctl ...";
}

struct Arguments {
    std::string config = "/etc/parley/parleyd.toml";
    std::string jid;
    std::string other;
    std::string password;
    RoomWish room;
    bool open = false;
    bool anonymous = false;
};

/// Runs the command that the command line names.
using Command = std::function<Outcome(Administration&)>;

void add_password(CLI::App& command, Arguments& arguments) {
    command.add_option(
        "--password", arguments.password,
        "The password, visible in the process list; without it the first line of the "
        "standard input, or asked for");
}

void add_accounts(CLI::App& app, Arguments& arguments, Command& chosen) {
    CLI::App& accounts = *app.add_subcommand("account", "Accounts")->require_subcommand(1);
    CLI::App& create = *accounts.add_subcommand("create", "Make an account");
    create.add_option("jid", arguments.jid, "As in alice@example.org")->required();
    add_password(create, arguments);
    create.callback([&] {
        chosen = [&](Administration& admin) {
            return admin.create_account(arguments.jid, password_or_stdin(arguments.password));
        };
    });
    CLI::App& password = *accounts.add_subcommand("set-password", "Give an account a new password");
    password.add_option("jid", arguments.jid, "The account")->required();
    add_password(password, arguments);
    password.callback([&] {
        chosen = [&](Administration& admin) {
            return admin.set_password(arguments.jid, password_or_stdin(arguments.password));
        };
    });
    CLI::App& remove = *accounts.add_subcommand("delete", "Delete an account and its roster");
    remove.add_option("jid", arguments.jid, "The account")->required();
    remove.callback([&] {
        chosen = [&](Administration& admin) { return admin.delete_account(arguments.jid); };
    });
    accounts.add_subcommand("list", "Print every account")->callback([&] {
        chosen = [](Administration& admin) { return admin.list_accounts(); };
    });
}

void add_rosters(CLI::App& app, Arguments& arguments, Command& chosen) {
    CLI::App& roster = *app.add_subcommand("roster", "Contacts")->require_subcommand(1);
    CLI::App& add = *roster.add_subcommand("add", "Make two accounts contacts of each other");
    add.add_option("first", arguments.jid, "An account")->required();
    add.add_option("second", arguments.other, "Another account")->required();
    add.callback([&] {
        chosen = [&](Administration& admin) {
            return admin.befriend(arguments.jid, arguments.other);
        };
    });
}

void add_rooms(CLI::App& app, Arguments& arguments, Command& chosen) {
    CLI::App& rooms = *app.add_subcommand("room", "Rooms")->require_subcommand(1);
    CLI::App& create = *rooms.add_subcommand(
        "create",
        "Make a persistent room, members-only and non-anonymous: one that may hold calls");
    create.add_option("jid", arguments.jid, "As in team@conference.example.org")->required();
    create.add_option("--title", arguments.room.title, "The room's name for people");
    create.add_option("--owner", arguments.room.owners, "An owner; may be given more than once");
    create.add_option("--member", arguments.room.members, "A member; may be given more than once");
    create.add_flag("--open", arguments.open, "Everybody may enter; no calls");
    create.add_flag("--anonymous", arguments.anonymous, "Hide addresses; no calls");
    create.callback([&] {
        chosen = [&](Administration& admin) {
            arguments.room.members_only = !arguments.open;
            arguments.room.non_anonymous = !arguments.anonymous;
            return admin.create_room(arguments.jid, arguments.room);
        };
    });
    CLI::App& remove = *rooms.add_subcommand("delete", "Delete a room; parleyd must be stopped");
    remove.add_option("jid", arguments.jid, "The room")->required();
    remove.callback(
        [&] { chosen = [&](Administration& admin) { return admin.delete_room(arguments.jid); }; });
    rooms.add_subcommand("list", "Print every persistent room")->callback([&] {
        chosen = [](Administration& admin) { return admin.list_rooms(); };
    });
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{
        "parleyctl, the administration of parleyd: accounts, contacts and rooms.\n"
        "It works on the database, whether parleyd runs or not.",
        "parleyctl"};
    Arguments arguments;
    Command chosen;
    app.add_option("-c,--config", arguments.config, "parleyd's configuration file")
        ->capture_default_str();
    app.set_version_flag("--version", "parleyctl " + parley::server::version());
    app.require_subcommand(1);
    app.footer("Example: parleyctl --config parleyd.toml account create alice@example.org");
    add_accounts(app, arguments, chosen);
    add_rosters(app, arguments, chosen);
    add_rooms(app, arguments, chosen);
    CLI11_PARSE(app, argc, argv);

    try {
        const auto config = parley::server::load_config(arguments.config);
        if (!config) {
            for (const auto& line : config.error().lines)
                std::fprintf(stderr, "%s\n", line.c_str());
            return 1;
        }
        if (const auto wrong = wrong_user(config->data_dir)) {
            std::fprintf(stderr, "parleyctl: %s\n", wrong->c_str());
            return 1;
        }
        umask(077);
        Administration admin(*config);
        const auto outcome = chosen(admin);
        if (!outcome) {
            std::fprintf(stderr, "parleyctl: %s\n", outcome.error().text.c_str());
            return 1;
        }
        std::printf("%s\n", outcome->c_str());
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "parleyctl: %s\n", error.what());
        return 1;
    }
}
