#include <utility>

#include "module/composition/buffers.hpp"
#include "module/composition/entry.hpp"
#include "module/composition/instance.hpp"
#include "module/composition/stanza_in.hpp"
#include "xsm/fence.hpp"

namespace parley::module {

xsm_status create_instance(const xsm_host* host, const xsm_option* options, size_t option_count,
                           const MediaPlaneFactory& make_media, xsm_module** module,
                           xsm_buf* error) {
    return abi::fence(host, "create", [&]() -> xsm_status {
        auto read = read_options(options_in({options, option_count}));
        if (!read) {
            *error = make_buffer(read.error().text);
            return XSM_INVALID;
        }
        *module = (new Instance(host, std::move(*read), make_media))->module();
        return XSM_OK;
    });
}

}  // namespace parley::module
