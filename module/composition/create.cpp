#include <utility>
#include <vector>

#include "module/composition/buffers.hpp"
#include "module/composition/entry.hpp"
#include "module/composition/instance.hpp"
#include "xsm/fence.hpp"

namespace parley::module {

xsm_status create_instance(const xsm_host* host, const xsm_option* options, size_t option_count,
                           const MediaPlaneFactory& make_media, xsm_module** module,
                           xsm_buf* error) {
    return abi::fence(host, "create", [&]() -> xsm_status {
        std::vector<std::pair<std::string_view, std::string_view>> table;
        for (size_t i = 0; i < option_count; ++i) {
            table.emplace_back(text(options[i].key), text(options[i].value));
        }
        auto read = read_options(table);
        if (!read) {
            *error = make_buffer(read.error().text);
            return XSM_INVALID;
        }
        *module = (new Instance(host, std::move(*read), make_media))->module();
        return XSM_OK;
    });
}

}  // namespace parley::module
