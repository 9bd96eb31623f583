#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "plugin-abi/loader/load_error.hpp"
#include "xsm/abi.h"

namespace parley::abi {

/// The oldest ABI that this loader still speaks; XSM_ABI_VERSION is the newest.
inline constexpr uint32_t abi_version_min = 1;

/// A module's shared object in memory, with the entry it gave. It stays mapped until the process
/// ends (RTLD_NODELETE: its threads and thread-local destructors may outlive it), so a value is all
/// it takes; a replaced file takes effect when the process starts again.
class ModuleLibrary {
  public:
    /// Maps the file and asks it for its entry. `host_abi_max` is the newest ABI the host speaks.
    /// Any thread, but constructors of the shared object run in it.
    static LoadResult<ModuleLibrary> open(const std::filesystem::path& path,
                                          uint32_t host_abi_max = XSM_ABI_VERSION);

    const std::filesystem::path& path() const { return path_; }

    const xsm_entry& entry() const { return entry_; }

  private:
    ModuleLibrary(std::filesystem::path path, const xsm_entry& entry)
        : path_(std::move(path)), entry_(entry) {}

    std::filesystem::path path_;
    xsm_entry entry_;  ///< a copy, zeros behind what the module knows
};

}  // namespace parley::abi
