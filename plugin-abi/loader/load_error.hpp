#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>

namespace parley::abi {

/// The ways a module can be wrong.
enum class LoadProblem : uint8_t {
    file_missing,
    file_unreadable,
    not_a_shared_object,
    unresolved,          ///< the dynamic linker refuses it: a library or symbol it needs is missing
    symbol_missing,      ///< no xsm_get_entry
    abi_unsupported,     ///< no ABI version that both sides know
    entry_malformed,     ///< xsm_entry is not what the contract says
    create_failed,       ///< the module refused its options
    instance_malformed,  ///< xsm_module, or one of its extensions, is not what the contract says
    start_failed,
    start_timed_out,
    threw,  ///< an exception came out of the module
};

struct LoadError {
    LoadProblem problem;
    std::string text;  ///< English sentences: what is wrong, and how to mend it. One line.
};

template <class T>
using LoadResult = tl::expected<T, LoadError>;

}  // namespace parley::abi
