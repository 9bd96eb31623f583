#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

namespace parley::sfu::test {

/// Writes dependency descriptors as an encoder does, from tables as in A.10.2 of their
/// specification.
class BitWriter {
  public:
    BitWriter& put(uint32_t value, unsigned bits) {
        while (bits-- > 0) {
            if (used_ % 8 == 0) bytes_.push_back(0);
            if (((value >> bits) & 1U) != 0) {
                bytes_.back() = static_cast<uint8_t>(bytes_.back() | (0x80U >> (used_ % 8)));
            }
            ++used_;
        }
        return *this;
    }

    BitWriter& put_non_symmetric(uint32_t value, uint32_t values) {
        const auto width = static_cast<unsigned>(std::bit_width(values));
        const uint32_t short_values = (1U << width) - values;
        if (value < short_values) return put(value, width - 1);
        return put(value + short_values, width);
    }

    const std::vector<uint8_t>& bytes() const { return bytes_; }

  private:
    std::vector<uint8_t> bytes_;
    size_t used_ = 0;
};

struct Template {
    unsigned spatial, temporal;
    std::vector<unsigned> differences;
    std::vector<unsigned> chains;
    std::string indications;  ///< of "-DSR", one for each decode target
};

struct Structure {
    unsigned id_offset = 0;
    std::vector<Template> templates;
    std::vector<unsigned> protected_by;  ///< the chain of each decode target; empty: no chains
    std::vector<std::pair<unsigned, unsigned>> resolutions;
};

inline void put_indications(BitWriter& writer, const std::string& indications) {
    for (const char each : indications)
        writer.put(static_cast<uint32_t>(std::string("-DSR").find(each)), 2);
}

inline void put_structure(BitWriter& writer, const Structure& structure) {
    const auto& templates = structure.templates;
    const auto targets = static_cast<unsigned>(templates.front().indications.size());
    const auto chains = static_cast<unsigned>(templates.front().chains.size());
    writer.put(structure.id_offset, 6).put(targets - 1, 5);
    for (size_t i = 1; i < templates.size(); ++i) {
        const bool up = templates[i].spatial > templates[i - 1].spatial;
        const bool faster = templates[i].temporal > templates[i - 1].temporal;
        writer.put(up ? 2 : faster ? 1 : 0, 2);
    }
    writer.put(3, 2);
    for (const auto& each : templates)
        put_indications(writer, each.indications);
    for (const auto& each : templates) {
        for (const unsigned difference : each.differences)
            writer.put(1, 1).put(difference - 1, 4);
        writer.put(0, 1);
    }
    writer.put_non_symmetric(chains, targets + 1);
    for (const unsigned chain : structure.protected_by)
        writer.put_non_symmetric(chain, chains);
    for (const auto& each : templates) {
        for (const unsigned chain : each.chains)
            writer.put(chain, 4);
    }
    writer.put(structure.resolutions.empty() ? 0 : 1, 1);
    for (const auto& [width, height] : structure.resolutions)
        writer.put(width - 1, 16).put(height - 1, 16);
}

struct Descriptor {
    bool begin = true;
    bool end = true;
    unsigned template_id = 0;
    unsigned frame_number = 0;
    const Structure* structure = nullptr;
    std::string indications{};            ///< custom; empty: the template's
    std::vector<unsigned> differences{};  ///< custom; empty: the template's
    std::vector<unsigned> chains{};       ///< custom; empty: the template's
    int active = -1;                      ///< decode targets, bit by bit; -1: not told
    unsigned active_bits = 0;
};

inline std::vector<uint8_t> write_descriptor(const Descriptor& descriptor) {
    BitWriter writer;
    writer.put(descriptor.begin, 1).put(descriptor.end, 1).put(descriptor.template_id, 6);
    writer.put(descriptor.frame_number, 16);
    const bool custom_indications = !descriptor.indications.empty();
    const bool custom_differences = !descriptor.differences.empty();
    const bool custom_chains = !descriptor.chains.empty();
    if (descriptor.structure == nullptr && descriptor.active < 0 && !custom_indications &&
        !custom_differences && !custom_chains) {
        return writer.bytes();
    }
    writer.put(descriptor.structure != nullptr, 1).put(descriptor.active >= 0, 1);
    writer.put(custom_indications, 1).put(custom_differences, 1).put(custom_chains, 1);
    if (descriptor.structure != nullptr) put_structure(writer, *descriptor.structure);
    if (descriptor.active >= 0) {
        writer.put(static_cast<uint32_t>(descriptor.active), descriptor.active_bits);
    }
    put_indications(writer, descriptor.indications);
    for (const unsigned difference : descriptor.differences) {
        const unsigned size = (static_cast<unsigned>(std::bit_width(difference - 1)) + 3) / 4;
        writer.put(std::max(size, 1U), 2).put(difference - 1, 4 * std::max(size, 1U));
    }
    if (custom_differences) writer.put(0, 2);
    for (const unsigned chain : descriptor.chains)
        writer.put(chain, 8);
    return writer.bytes();
}

}  // namespace parley::sfu::test
