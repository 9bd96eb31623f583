#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "module/composition/entry.hpp"
#include "xsm/abi.h"
#include "xsm/adhoc.h"
#include "xsm/muc.h"

namespace parley::module::bench {

struct Client {
    std::string nick;
    std::string jid;
};

/// A host that takes whatever the module does and does nothing: what is measured is the module,
/// behind the functions of the ABI. No SFU.
class SilentHost {
  public:
    /// Throws std::runtime_error where the module does not start.
    explicit SilentHost(uint32_t calls_per_room_max);
    ~SilentHost();
    SilentHost(const SilentHost&) = delete;
    SilentHost& operator=(const SilentHost&) = delete;

    /// A private room, as its first event.
    void configured(std::string_view room);
    /// `generation` is 2 for the first one who joins the room, and grows by one.
    void joined(std::string_view room, uint64_t generation, const Client& client);
    /// What becomes of the message; `generation` as of the newest event.
    xsm_muc_verdict_kind says(std::string_view room, uint64_t generation, const Client& client,
                              std::string_view stanza);
    std::string command(std::string_view iq);

  private:
    template <class Extension>
    const Extension* extension(const char* id) const {
        return static_cast<const Extension*>(module_->get_extension(module_, id));
    }

    xsm_host host_;
    xsm_module* module_ = nullptr;
    const xsm_module_muc* muc_ = nullptr;
};

}  // namespace parley::module::bench
