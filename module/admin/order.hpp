#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "module/admin/commands.hpp"
#include "module/coordinator.hpp"

namespace parley::module {

/// A command with who gave it, and when.
struct Coordinator::Order {
    const CommandInput& input;
    std::optional<xmpp::Jid> from;
    std::optional<RoomJid> room;  ///< the command is about this one alone
    Now now;

    std::string given_by() const {
        return from ? from->to_string() : room ? "an owner" : "an administrator";
    }

    /// Of a field that was filled in; empty where there is none.
    std::string value(std::string_view var) const {
        return input.form ? std::string(input.form->value(var)) : std::string();
    }
};

}  // namespace parley::module
