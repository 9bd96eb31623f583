#include "plugin-abi/loader/module_library.hpp"

#include <dlfcn.h>

#include <array>
#include <cstring>
#include <exception>
#include <fstream>
#include <system_error>

#include "plugin-abi/loader/struct_check.hpp"

namespace parley::abi {

namespace {

namespace fs = std::filesystem;

constexpr std::array entry_members = {
    XSM_MEMBER(xsm_entry, name),        XSM_MEMBER(xsm_entry, version),
    XSM_MEMBER(xsm_entry, description), XSM_MEMBER(xsm_entry, create),
    XSM_MEMBER(xsm_entry, free_buf),
};

tl::unexpected<LoadError> refuse(LoadProblem problem, const fs::path& path,
                                 const std::string& why) {
    return tl::unexpected(LoadError{problem, path.string() + ": " + why});
}

/// What can be said of the file before the dynamic linker, whose words are for programmers, sees
/// it.
LoadResult<void> check_file(const fs::path& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (status.type() == fs::file_type::not_found) {
        return refuse(LoadProblem::file_missing, path,
                      "there is no such file. Install the module, or correct its path in the "
                      "configuration.");
    }
    if (status.type() != fs::file_type::regular) {
        return refuse(LoadProblem::file_unreadable, path,
                      "this is not a file that can be read" +
                          (error ? " (" + error.message() + ")" : std::string()) +
                          ". The path in the configuration must name the module's .so file.");
    }
    std::ifstream file(path, std::ios::binary);
    std::array<char, 4> magic{};
    if (!file) {
        return refuse(
            LoadProblem::file_unreadable, path,
            "it cannot be opened for reading. Give the server's user the right to read it.");
    }
    file.read(magic.data(), magic.size());
    if (std::memcmp(magic.data(), "\177ELF", magic.size()) != 0) {
        return refuse(
            LoadProblem::not_a_shared_object, path,
            "this is not a shared object (ELF). The path in the configuration must name the "
            "module's .so file.");
    }
    return {};
}

/// A module brings an unwinder of its own (-static-libgcc), and an exception out of it is unwound
/// by that one through our frames, whose personality routine uses the process's. That one aborts
/// unless an exception was thrown with it before: the table of register sizes is made at the first
/// throw.
void make_unwinder_ready() {
    struct Nothing {};

    try {
        throw Nothing{};
    } catch (const Nothing&) {
    }
}

LoadResult<void*> map(const fs::path& path) {
    make_unwinder_ready();
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library != nullptr) return library;
    const char* reason = dlerror();
    return refuse(LoadProblem::unresolved, path,
                  std::string("the dynamic linker refuses it: ") +
                      (reason == nullptr ? "no reason given" : reason) +
                      ". Install the library it names, or a build of the module for this system.");
}

LoadResult<const xsm_entry*> ask_for_entry(const fs::path& path, void* library, uint32_t host_abi) {
    const auto get_entry = reinterpret_cast<xsm_get_entry_fn>(dlsym(library, XSM_ENTRY_SYMBOL));
    if (get_entry == nullptr) {
        return refuse(LoadProblem::symbol_missing, path,
                      "it does not export " XSM_ENTRY_SYMBOL
                      ", so it is a shared object but no server module. Correct the path in the "
                      "configuration.");
    }
    try {
        return get_entry(host_abi);
    } catch (...) {
        return refuse(LoadProblem::threw, path,
                      "an exception came out of " XSM_ENTRY_SYMBOL
                      ". That is a bug of the module: report it to its authors.");
    }
}

LoadResult<xsm_entry> check_entry(const fs::path& path, const xsm_entry* source,
                                  uint32_t host_abi) {
    const std::string ours =
        "This server speaks module ABI " + std::to_string(abi_version_min) +
        (host_abi > abi_version_min ? " to " + std::to_string(host_abi) : std::string());
    constexpr const char* mend =
        ": install a build of the module for it, or another server version.";
    if (source == nullptr) {
        return refuse(LoadProblem::abi_unsupported, path,
                      "the module knows no ABI version that this server knows. " + ours + mend);
    }
    xsm_entry entry{};
    if (auto wrong = read_struct(source, "xsm_entry", XSM_SIZE_THROUGH(xsm_entry, free_buf),
                                 entry_members, entry)) {
        return refuse(LoadProblem::entry_malformed, path,
                      *wrong +
                          ". The module was built against a broken header or is damaged: install "
                          "it again, or report it to its authors.");
    }
    if (entry.abi_version < abi_version_min || entry.abi_version > host_abi) {
        return refuse(
            LoadProblem::abi_unsupported, path,
            "the module offers ABI " + std::to_string(entry.abi_version) + ". " + ours + mend);
    }
    return entry;
}

}  // namespace

LoadResult<ModuleLibrary> ModuleLibrary::open(const fs::path& path, uint32_t host_abi_max) {
    std::error_code error;
    // dlopen looks along the library path for a name without a slash.
    const fs::path absolute = fs::absolute(path, error);
    if (auto checked = check_file(absolute); !checked) return tl::unexpected(checked.error());
    const auto library = map(absolute);
    if (!library) return tl::unexpected(library.error());
    const auto source = ask_for_entry(absolute, *library, host_abi_max);
    if (!source) return tl::unexpected(source.error());
    const auto entry = check_entry(absolute, *source, host_abi_max);
    if (!entry) return tl::unexpected(entry.error());
    return ModuleLibrary(absolute, *entry);
}

}  // namespace parley::abi
