#include "sfu/aes_gcm.hpp"

#ifdef PARLEY_IPSEC_MB

#include <intel-ipsec-mb.h>
#include <string.h>

#include <algorithm>

namespace parley::sfu {

namespace {

struct Free {
    void operator()(IMB_MGR* manager) const { free_mb_mgr(manager); }
};

/// The library's functions for this processor; they are pure, so that all threads share them.
const IMB_MGR* functions() {
    static const std::unique_ptr<IMB_MGR, Free> manager = [] {
        std::unique_ptr<IMB_MGR, Free> made(alloc_mb_mgr(0));
        if (!made || (made->features & IMB_FEATURE_AESNI) == 0) return decltype(made)();
        init_mb_mgr_auto(made.get(), nullptr);
        return imb_get_errno(made.get()) == 0 ? std::move(made) : nullptr;
    }();
    return manager.get();
}

/// In time that does not depend on the bytes.
bool equal(const uint8_t* one, const uint8_t* other, size_t size) {
    uint8_t difference = 0;
    for (size_t i = 0; i < size; ++i)
        difference = static_cast<uint8_t>(difference | (one[i] ^ other[i]));
    return difference == 0;
}

class IpsecMbAesGcm final : public AesGcm {
  public:
    IpsecMbAesGcm(const IMB_MGR& functions, const Key& key) : functions_(functions) {
        functions_.gcm128_pre(key.data(), &key_);
    }

    ~IpsecMbAesGcm() override { explicit_bzero(&key_, sizeof key_); }

    IpsecMbAesGcm(const IpsecMbAesGcm&) = delete;
    IpsecMbAesGcm& operator=(const IpsecMbAesGcm&) = delete;

    bool seal(uint8_t* out, std::span<const uint8_t> body, std::span<const uint8_t> header,
              const Iv& iv) override {
        gcm_context_data context;
        functions_.gcm128_enc(&key_, &context, out, body.data(), body.size(), iv.data(),
                              header.data(), header.size(), out + body.size(), kTagSize);
        return true;
    }

    bool open(std::span<uint8_t> sealed, std::span<const uint8_t> header, const Iv& iv) override {
        if (sealed.size() < kTagSize) return false;
        const size_t size = sealed.size() - kTagSize;
        gcm_context_data context;
        std::array<uint8_t, kTagSize> tag;
        functions_.gcm128_dec(&key_, &context, sealed.data(), sealed.data(), size, iv.data(),
                              header.data(), header.size(), tag.data(), kTagSize);
        return equal(tag.data(), sealed.data() + size, kTagSize);
    }

  private:
    const IMB_MGR& functions_;
    gcm_key_data key_;
};

}  // namespace

std::unique_ptr<AesGcm> ipsec_mb_aes_gcm(const AesGcm::Key& key) {
    const IMB_MGR* const made = functions();
    return made == nullptr ? nullptr : std::make_unique<IpsecMbAesGcm>(*made, key);
}

}  // namespace parley::sfu

#else

std::unique_ptr<parley::sfu::AesGcm> parley::sfu::ipsec_mb_aes_gcm(const AesGcm::Key&) {
    return nullptr;
}

#endif
