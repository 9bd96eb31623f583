#pragma once

#include <filesystem>
#include <string>

#include "xmpp/result.hpp"

namespace parley::binding {

/// Makes a module's directory where it is missing, for its owner only, and the folders above it.
/// Gives its absolute path, empty for an empty one. The error says what the administrator has to
/// mend.
xmpp::Result<std::string> make_storage_directory(const std::filesystem::path& directory);

}  // namespace parley::binding
