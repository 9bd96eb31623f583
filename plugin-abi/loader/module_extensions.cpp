#include "plugin-abi/loader/module_extensions.hpp"

#include <array>

#include "plugin-abi/loader/struct_check.hpp"

namespace parley::abi {

namespace {

/// Asks for one extension after the other, until one is malformed.
class Asker {
  public:
    explicit Asker(xsm_module& module) : module_(module) {}

    template <class Struct>
    void ask(const char* id, size_t revision_1_size, std::span<const Member> members,
             std::optional<Struct>& into) {
        if (wrong_) return;
        const void* half = module_.get_extension(&module_, id);
        if (half == nullptr) return;
        Struct copy;
        wrong_ = read_struct(static_cast<const Struct*>(half), id, revision_1_size, members, copy);
        if (!wrong_) into = copy;
    }

    const std::optional<std::string>& wrong() const { return wrong_; }

  private:
    xsm_module& module_;
    std::optional<std::string> wrong_;
};

constexpr std::array adhoc_members = {XSM_MEMBER(xsm_module_adhoc, on_command)};
constexpr std::array cluster_members = {XSM_MEMBER(xsm_module_cluster, on_node_lost)};
constexpr std::array disco_members = {XSM_MEMBER(xsm_module_disco, on_room_info)};
constexpr std::array muc_members = {
    XSM_MEMBER(xsm_module_muc, on_room_snapshot),    XSM_MEMBER(xsm_module_muc, on_room_configured),
    XSM_MEMBER(xsm_module_muc, on_room_destroyed),   XSM_MEMBER(xsm_module_muc, on_occupant_joined),
    XSM_MEMBER(xsm_module_muc, on_occupant_changed), XSM_MEMBER(xsm_module_muc, on_occupant_left),
    XSM_MEMBER(xsm_module_muc, on_message),          XSM_MEMBER(xsm_module_muc, on_room_iq),
};
constexpr std::array options_members = {XSM_MEMBER(xsm_module_options, on_options)};
constexpr std::array presence_members = {XSM_MEMBER(xsm_module_presence, on_occupant_presence)};
constexpr std::array room_config_members = {
    XSM_MEMBER(xsm_module_room_config, on_room_submitted),
    XSM_MEMBER(xsm_module_room_config, on_room_values),
};
constexpr std::array route_members = {XSM_MEMBER(xsm_module_route, on_iq)};
constexpr std::array service_members = {XSM_MEMBER(xsm_module_service, on_stanza)};
constexpr std::array timer_members = {XSM_MEMBER(xsm_module_timer, on_timer)};

}  // namespace

LoadResult<ModuleExtensions> ModuleExtensions::of(xsm_module& module) {
    ModuleExtensions extensions;
    Asker asker(module);
    asker.ask(XSM_EXT_ADHOC, XSM_SIZE_THROUGH(xsm_module_adhoc, on_command), adhoc_members,
              extensions.adhoc);
    asker.ask(XSM_EXT_CLUSTER, XSM_SIZE_THROUGH(xsm_module_cluster, on_node_lost), cluster_members,
              extensions.cluster);
    asker.ask(XSM_EXT_DISCO, XSM_SIZE_THROUGH(xsm_module_disco, on_room_info), disco_members,
              extensions.disco);
    asker.ask(XSM_EXT_MUC, XSM_SIZE_THROUGH(xsm_module_muc, on_room_iq), muc_members,
              extensions.muc);
    asker.ask(XSM_EXT_OPTIONS, XSM_SIZE_THROUGH(xsm_module_options, on_options), options_members,
              extensions.options);
    asker.ask(XSM_EXT_PRESENCE, XSM_SIZE_THROUGH(xsm_module_presence, on_occupant_presence),
              presence_members, extensions.presence);
    asker.ask(XSM_EXT_ROOM_CONFIG, XSM_SIZE_THROUGH(xsm_module_room_config, on_room_values),
              room_config_members, extensions.room_config);
    asker.ask(XSM_EXT_ROUTE, XSM_SIZE_THROUGH(xsm_module_route, on_iq), route_members,
              extensions.route);
    asker.ask(XSM_EXT_SERVICE, XSM_SIZE_THROUGH(xsm_module_service, on_stanza), service_members,
              extensions.service);
    asker.ask(XSM_EXT_TIMER, XSM_SIZE_THROUGH(xsm_module_timer, on_timer), timer_members,
              extensions.timer);
    if (asker.wrong()) {
        return tl::unexpected(LoadError{LoadProblem::instance_malformed, *asker.wrong()});
    }
    return extensions;
}

}  // namespace parley::abi
