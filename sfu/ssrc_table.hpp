#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace parley::sfu {

/// A state for each of at most `kCapacity` SSRCs, a power of two; never removed.
template <class State, size_t kCapacity>
class SsrcTable {
  public:
    /// nullptr: unknown.
    State* find(uint32_t ssrc) {
        Entry* entry = place(ssrc);
        return entry != nullptr && entry->used ? &entry->state : nullptr;
    }

    /// The known or a new one; nullptr: there are as many as there may be.
    State* find_or_add(uint32_t ssrc) {
        Entry* entry = place(ssrc);
        if (entry == nullptr) return nullptr;
        if (!entry->used) *entry = {.ssrc = ssrc, .used = true, .state = {}};
        return &entry->state;
    }

  private:
    static_assert((kCapacity & (kCapacity - 1)) == 0);

    struct Entry {
        uint32_t ssrc = 0;
        bool used = false;
        State state{};
    };

    /// Where the SSRC is or belongs. SSRCs are random (RFC 3550 s8.1): their low bits spread them.
    Entry* place(uint32_t ssrc) {
        for (size_t i = 0; i < kCapacity; ++i) {
            Entry& entry = entries_[(ssrc + i) & (kCapacity - 1)];
            if (!entry.used || entry.ssrc == ssrc) return &entry;
        }
        return nullptr;
    }

    std::array<Entry, kCapacity> entries_{};
};

}  // namespace parley::sfu
