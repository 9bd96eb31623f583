#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>

namespace parley::abi {

/// A member of an ABI struct that must not be null.
struct Member {
    const char* name;
    size_t offset;
};

/// Checks a struct of the module and copies it: as many bytes as both sides know, zeros behind
/// them. `revision_1_size` is what struct_size must be at least. Returns what is wrong, or nothing.
template <class Struct>
std::optional<std::string> read_struct(const Struct* source, const char* type,
                                       size_t revision_1_size, std::span<const Member> members,
                                       Struct& copy) {
    // struct_size is read alone first: the rest may not be there.
    uint32_t size = 0;
    std::memcpy(&size, source, sizeof size);
    if (size < revision_1_size) {
        return std::string("struct_size of its ") + type + " is " + std::to_string(size) +
               ", at least " + std::to_string(revision_1_size) + " is needed";
    }
    std::memset(static_cast<void*>(&copy), 0, sizeof copy);
    std::memcpy(static_cast<void*>(&copy), source, std::min<size_t>(size, sizeof copy));
    for (const Member& member : members) {
        const void* pointer = nullptr;
        std::memcpy(&pointer, reinterpret_cast<const std::byte*>(&copy) + member.offset,
                    sizeof pointer);
        if (pointer == nullptr) {
            return std::string("its ") + type + " lacks \"" + member.name + "\"";
        }
    }
    return std::nullopt;
}

/// The size of a struct whose last member in revision 1 is `member`.
#define XSM_SIZE_THROUGH(type, member) \
    (offsetof(type, member) + sizeof(static_cast<type*>(nullptr)->member))
#define XSM_MEMBER(type, member)        \
    parley::abi::Member {               \
#member, offsetof(type, member) \
    }

}  // namespace parley::abi
