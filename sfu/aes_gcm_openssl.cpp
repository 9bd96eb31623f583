#include <openssl/evp.h>

#include <utility>

#include "sfu/aes_gcm.hpp"

namespace parley::sfu {

namespace {

struct Free {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

using Context = std::unique_ptr<EVP_CIPHER_CTX, Free>;

int length_of(std::span<const uint8_t> bytes) {
    return static_cast<int>(bytes.size());
}

class OpensslAesGcm final : public AesGcm {
  public:
    bool set_key(const Key& key) {
        const auto* cipher = EVP_aes_128_gcm();
        return sealing_ && opening_ &&
               EVP_EncryptInit_ex(sealing_.get(), cipher, nullptr, key.data(), nullptr) == 1 &&
               EVP_DecryptInit_ex(opening_.get(), cipher, nullptr, key.data(), nullptr) == 1;
    }

    bool seal(uint8_t* out, std::span<const uint8_t> body, std::span<const uint8_t> header,
              const Iv& iv) override {
        auto* context = sealing_.get();
        int written = 0;
        return EVP_EncryptInit_ex(context, nullptr, nullptr, nullptr, iv.data()) == 1 &&
               EVP_EncryptUpdate(context, nullptr, &written, header.data(), length_of(header)) ==
                   1 &&
               EVP_EncryptUpdate(context, out, &written, body.data(), length_of(body)) == 1 &&
               EVP_EncryptFinal_ex(context, out + body.size(), &written) == 1 &&
               EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagSize, out + body.size()) ==
                   1;
    }

    bool open(std::span<uint8_t> sealed, std::span<const uint8_t> header, const Iv& iv) override {
        if (sealed.size() < kTagSize) return false;
        auto* context = opening_.get();
        const auto body = sealed.first(sealed.size() - kTagSize);
        int written = 0;
        return EVP_DecryptInit_ex(context, nullptr, nullptr, nullptr, iv.data()) == 1 &&
               EVP_DecryptUpdate(context, nullptr, &written, header.data(), length_of(header)) ==
                   1 &&
               EVP_DecryptUpdate(context, body.data(), &written, body.data(), length_of(body)) ==
                   1 &&
               EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagSize, &*body.end()) == 1 &&
               EVP_DecryptFinal_ex(context, &*body.end(), &written) == 1;
    }

  private:
    Context sealing_{EVP_CIPHER_CTX_new()};
    Context opening_{EVP_CIPHER_CTX_new()};
};

}  // namespace

std::unique_ptr<AesGcm> AesGcm::create(const Key& key) {
    auto cipher = ipsec_mb_aes_gcm(key);
    return cipher ? std::move(cipher) : openssl_aes_gcm(key);
}

std::unique_ptr<AesGcm> openssl_aes_gcm(const AesGcm::Key& key) {
    auto cipher = std::make_unique<OpensslAesGcm>();
    return cipher->set_key(key) ? std::move(cipher) : nullptr;
}

std::optional<AesBlock> aes_128(const AesGcm::Key& key, const AesBlock& block) {
    const Context context(EVP_CIPHER_CTX_new());
    AesBlock result{};
    int written = 0;
    const bool done =
        context &&
        EVP_EncryptInit_ex(context.get(), EVP_aes_128_ecb(), nullptr, key.data(), nullptr) == 1 &&
        EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1 &&
        EVP_EncryptUpdate(context.get(), result.data(), &written, block.data(), length_of(block)) ==
            1;
    return done ? std::optional(result) : std::nullopt;
}

}  // namespace parley::sfu
