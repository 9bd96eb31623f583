#include "module/composition/entry.hpp"

#include "module/composition/buffers.hpp"
#include "module/composition/sfu_media.hpp"

namespace {

xsm_status create(const xsm_host* host, const xsm_option* options, size_t option_count,
                  xsm_module** module, xsm_buf* error) {
    return parley::module::create_instance(host, options, option_count,
                                           parley::module::make_sfu_media, module, error);
}

void free_buf(xsm_buf buffer) {
    parley::module::release(buffer);
}

constexpr xsm_entry entry = {
    sizeof(xsm_entry),
    XSM_ABI_VERSION,
    "parley",
    PARLEY_VERSION,
    "Group calls in private rooms, with and without an SFU",
    create,
    free_buf,
};

}  // namespace

/// The one exported symbol (xsm/abi.h).
extern "C" __attribute__((visibility("default"))) const xsm_entry* xsm_get_entry(
    uint32_t host_abi_max) {
    return host_abi_max >= XSM_ABI_VERSION ? &entry : nullptr;
}
