#include "sfu/srtp_gcm.hpp"

#include <algorithm>
#include <utility>

#include "sfu/byte_order.hpp"

namespace parley::sfu {

namespace {

constexpr size_t kFixedHeaderSize = 12;
constexpr size_t kSsrcOffset = 8;

// RFC 3711 s4.3.2.
constexpr uint8_t kEncryptionLabel = 0;
constexpr uint8_t kSaltLabel = 2;

/// RFC 3711 s4.3.3 with 16 octets of output, and RFC 7714 s11: a salt of 96 bits has 16 zeros
/// behind it.
std::optional<AesBlock> derived(std::span<const uint8_t, SrtpGcmKey::kMasterSize> master,
                                uint8_t label) {
    AesGcm::Key key;
    std::copy_n(master.begin(), key.size(), key.begin());
    AesBlock block{};
    std::copy(master.begin() + key.size(), master.end(), block.begin());
    block[7] = static_cast<uint8_t>(block[7] ^ label);
    return aes_128(key, block);
}

}  // namespace

std::optional<SrtpGcmKey> SrtpGcmKey::derive(std::span<const uint8_t, kMasterSize> master) {
    const auto encryption = derived(master, kEncryptionLabel);
    const auto salt = derived(master, kSaltLabel);
    if (!encryption || !salt) return std::nullopt;
    SrtpGcmKey key;
    std::copy_n(salt->begin(), key.salt_.size(), key.salt_.begin());
    key.cipher_ = AesGcm::create(*encryption);
    if (!key.cipher_) return std::nullopt;
    return key;
}

AesGcm::Iv SrtpGcmKey::iv(uint32_t ssrc, uint64_t index) const {
    AesGcm::Iv iv{};
    write_u32(&iv[2], ssrc);
    write_u32(&iv[6], static_cast<uint32_t>(index >> 16));
    write_u16(&iv[10], static_cast<uint16_t>(index));
    for (size_t i = 0; i < iv.size(); ++i)
        iv[i] = static_cast<uint8_t>(iv[i] ^ salt_[i]);
    return iv;
}

size_t SrtpGcmSender::protect(std::span<uint8_t> out, size_t header_size,
                              std::span<const uint8_t> body) {
    const size_t size = header_size + body.size() + AesGcm::kTagSize;
    if (header_size < kFixedHeaderSize || size > out.size()) return 0;
    const uint32_t ssrc = read_u32(&out[kSsrcOffset]);
    uint64_t* const highest = highest_.find_or_add(ssrc);
    if (highest == nullptr) return 0;
    const uint64_t index = packet_index(*highest, read_u16(&out[2]));
    *highest = std::max(*highest, index);
    const auto header = out.first(header_size);
    const bool sealed =
        key_.cipher().seal(out.data() + header_size, body, header, key_.iv(ssrc, index));
    return sealed ? size : 0;
}

size_t SrtpGcmReceiver::unprotect(std::span<uint8_t> packet) {
    const size_t header_size = rtp_header_size(packet);
    if (header_size == 0 || header_size + AesGcm::kTagSize > packet.size()) return 0;
    const uint32_t ssrc = read_u32(&packet[kSsrcOffset]);
    // A stream gets its place once it has proved authentic.
    static constexpr ReplayWindow kNothingYet;
    const ReplayWindow* const known = windows_.find(ssrc);
    const ReplayWindow& window = known == nullptr ? kNothingYet : *known;
    const uint64_t index = packet_index(window.highest(), read_u16(&packet[2]));
    if (!window.is_new(index)) return 0;
    if (!key_.cipher().open(packet.subspan(header_size), packet.first(header_size),
                            key_.iv(ssrc, index))) {
        return 0;
    }
    ReplayWindow* const kept = windows_.find_or_add(ssrc);
    if (kept == nullptr) return 0;
    kept->add(index);
    return packet.size() - AesGcm::kTagSize;
}

size_t rtp_header_size(std::span<const uint8_t> packet) {
    if (packet.size() < kFixedHeaderSize) return 0;
    size_t size = kFixedHeaderSize + size_t{4} * (packet[0] & 0x0fU);
    if ((packet[0] & 0x10) != 0) {
        if (size + 4 > packet.size()) return 0;
        size += 4 + size_t{4} * read_u16(&packet[size + 2]);
    }
    return size <= packet.size() ? size : 0;
}

}  // namespace parley::sfu
