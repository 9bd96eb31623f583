#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "module/composition/entry.hpp"
#include "tests/unit/module/simulated_media.hpp"
#include "xsm/abi.h"
#include "xsm/adhoc.h"
#include "xsm/cluster.h"
#include "xsm/disco.h"
#include "xsm/muc.h"
#include "xsm/options.h"
#include "xsm/presence.h"
#include "xsm/room_config.h"
#include "xsm/route.h"
#include "xsm/service.h"
#include "xsm/stanza.h"
#include "xsm/storage.h"
#include "xsm/timer.h"

namespace parley::module::test {

/// A host that does nothing but write down what the module asks of it, and hands it events through
/// the real structs of the ABI. Its media plane is simulated.
class RecordingHost {
  public:
    using Options = std::vector<std::pair<std::string, std::string>>;

    /// Creates the module; `missing` names an extension this host does not have. It has storage
    /// where there is a directory for it.
    explicit RecordingHost(const Options& options, std::string_view missing = {},
                           std::string_view storage = {});
    ~RecordingHost();
    RecordingHost(const RecordingHost&) = delete;
    RecordingHost& operator=(const RecordingHost&) = delete;

    bool created() const { return module_ != nullptr; }

    std::string start();  ///< the error's text; empty: started

    void stop() { module_->stop(module_); }

    void wake_if_asked();

    void configured(uint32_t flags);
    void joined(const std::string& name, xsm_muc_affiliation affiliation = XSM_MUC_MEMBER);
    /// The children of interest in the client's presence.
    void presence(const std::string& name, const std::string& payload);
    void left(const std::string& name, xsm_muc_leave_reason reason);
    void destroyed();
    /// "pass", "drop XML" or "replace XML".
    std::string says(const std::string& name, const std::string& stanza);
    int32_t asks(const std::string& name, const std::string& iq);
    void to_service(const std::string& stanza);
    void timer();
    std::string room_info();
    std::string command(const std::string& iq);
    /// The <error/>; empty: the values are in force.
    std::string submits(const std::string& values);
    std::string user_iq(const std::string& iq);         ///< the <error/>; empty: it passes
    std::string reads_options(const Options& options);  ///< the status, and what the module says
    void lost_node(const std::string& node, const std::string& record);

    std::vector<std::string> take();  ///< what the module did, in words; log lines apart
    std::vector<std::string> logged;
    std::string create_error;
    std::map<uint64_t, uint64_t> timers;  ///< id to delay in milliseconds
    SimulatedMedia media;

  private:
    template <class Extension>
    const Extension* extension(const char* id) const {
        return static_cast<const Extension*>(module_->get_extension(module_, id));
    }

    static RecordingHost& of(const xsm_host* host) {
        return *static_cast<RecordingHost*>(host->self);
    }

    void note(std::string line) { done_.push_back(std::move(line)); }

    static const void* find_extension(const xsm_host* host, const char* id);
    MediaPlaneFactory simulated_plane();
    xsm_muc_room next_room();
    xsm_muc_room room() const;

    class SimulatedPlane;
    friend struct HostFunctions;

    std::string missing_;
    std::string directory_;
    xsm_host_storage storage_;
    xsm_host host_;
    xsm_module* module_ = nullptr;
    std::vector<std::string> done_;
    uint32_t flags_ = 0;
    uint64_t generation_ = 0;
    bool woken_ = false;
    std::map<std::string, xsm_muc_affiliation> occupants_;
};

}  // namespace parley::module::test
