#include "sfu/numbering.hpp"

#include <algorithm>

#include "sfu/codecs.hpp"

namespace parley::sfu {

namespace {

constexpr uint8_t kExtensionIdMax = 14;

/// RFC 3551 s3, RFC 5761 s4: the dynamic range, and what is unassigned below the RTCP types.
constexpr std::array<std::pair<uint8_t, uint8_t>, 2> kDynamic{{{96, 127}, {35, 63}}};

}  // namespace

void Numbering::learn(const Content& offered) {
    for (const auto& codec : offered.codecs) {
        if (codec.payload_type > 127 || !is_free(codec.payload_type)) continue;
        formats_.push_back({offered.kind, codec});
        named_[static_cast<size_t>(offered.kind)] = true;
    }
    for (const auto& extension : offered.extensions) {
        if (extension.id < 1 || extension.id > kExtensionIdMax) continue;
        if (extensions_[extension.id].empty()) extensions_[extension.id] = extension.uri;
    }
}

bool Numbering::is_free(uint8_t payload_type) const {
    return std::none_of(formats_.begin(), formats_.end(), [&](const Format& format) {
        return format.codec.payload_type == payload_type;
    });
}

std::optional<uint8_t> Numbering::take(MediaKind kind, Codec codec) {
    if (codec.payload_type > 127 || !is_free(codec.payload_type)) {
        std::optional<uint8_t> found;
        for (const auto& [first, last] : kDynamic) {
            for (uint8_t type = first; type <= last && !found; ++type)
                if (is_free(type)) found = type;
        }
        if (!found) return std::nullopt;
        codec.payload_type = *found;
    }
    formats_.push_back({kind, codec});
    return codec.payload_type;
}

std::optional<uint8_t> Numbering::payload_type(MediaKind kind, const Codec& codec) {
    for (const auto& format : formats_) {
        if (format.kind == kind && same_codec(format.codec, codec)) {
            return format.codec.payload_type;
        }
    }
    if (named_[static_cast<size_t>(kind)]) return std::nullopt;
    return take(kind, codec);
}

std::optional<uint8_t> Numbering::rtx_payload_type(const Codec& rtx, uint8_t associated) {
    for (const auto& format : formats_) {
        if (is_rtx(format.codec) && associated_payload_type(format.codec) == associated) {
            return format.codec.payload_type;
        }
    }
    if (named_[static_cast<size_t>(MediaKind::video)]) return std::nullopt;
    Codec own = rtx;
    own.parameters = {{"apt", std::to_string(associated)}};
    return take(MediaKind::video, std::move(own));
}

std::optional<uint8_t> Numbering::extension_id(std::string_view uri, uint8_t preferred) {
    const auto first = extensions_.begin() + 1;
    const auto known = std::find(first, extensions_.end(), uri);
    if (known != extensions_.end()) return static_cast<uint8_t>(known - extensions_.begin());
    auto place = first;
    if (preferred >= 1 && preferred <= kExtensionIdMax && extensions_[preferred].empty()) {
        place = extensions_.begin() + preferred;
    } else {
        place = std::find(first, extensions_.end(), std::string());
        if (place == extensions_.end()) return std::nullopt;
    }
    *place = uri;
    return static_cast<uint8_t>(place - extensions_.begin());
}

}  // namespace parley::sfu
