#include "plugin-abi/loader/module_extensions.hpp"

#include <array>

#include "plugin-abi/loader/struct_check.hpp"

namespace parley::abi {

namespace {

template <class Struct>
std::optional<std::string> ask(xsm_module& module, const char* id, size_t revision_1_size,
                               std::span<const Member> members, std::optional<Struct>& into) {
    const void* half = module.get_extension(&module, id);
    if (half == nullptr) return std::nullopt;
    Struct copy;
    auto wrong = read_struct(static_cast<const Struct*>(half), id, revision_1_size, members, copy);
    if (!wrong) into = copy;
    return wrong;
}

constexpr std::array adhoc_members = {XSM_MEMBER(xsm_module_adhoc, on_command)};
constexpr std::array disco_members = {XSM_MEMBER(xsm_module_disco, on_room_info)};
constexpr std::array muc_members = {
    XSM_MEMBER(xsm_module_muc, on_room_snapshot),    XSM_MEMBER(xsm_module_muc, on_room_configured),
    XSM_MEMBER(xsm_module_muc, on_room_destroyed),   XSM_MEMBER(xsm_module_muc, on_occupant_joined),
    XSM_MEMBER(xsm_module_muc, on_occupant_changed), XSM_MEMBER(xsm_module_muc, on_occupant_left),
    XSM_MEMBER(xsm_module_muc, on_message),          XSM_MEMBER(xsm_module_muc, on_room_iq),
};
constexpr std::array service_members = {XSM_MEMBER(xsm_module_service, on_stanza)};
constexpr std::array timer_members = {XSM_MEMBER(xsm_module_timer, on_timer)};

}  // namespace

LoadResult<ModuleExtensions> ModuleExtensions::of(xsm_module& module) {
    ModuleExtensions extensions;
    auto wrong = ask(module, XSM_EXT_ADHOC, XSM_SIZE_THROUGH(xsm_module_adhoc, on_command),
                     adhoc_members, extensions.adhoc);
    if (!wrong) {
        wrong = ask(module, XSM_EXT_DISCO, XSM_SIZE_THROUGH(xsm_module_disco, on_room_info),
                    disco_members, extensions.disco);
    }
    if (!wrong) {
        wrong = ask(module, XSM_EXT_MUC, XSM_SIZE_THROUGH(xsm_module_muc, on_room_iq), muc_members,
                    extensions.muc);
    }
    if (!wrong) {
        wrong = ask(module, XSM_EXT_SERVICE, XSM_SIZE_THROUGH(xsm_module_service, on_stanza),
                    service_members, extensions.service);
    }
    if (!wrong) {
        wrong = ask(module, XSM_EXT_TIMER, XSM_SIZE_THROUGH(xsm_module_timer, on_timer),
                    timer_members, extensions.timer);
    }
    if (wrong) return tl::unexpected(LoadError{LoadProblem::instance_malformed, *wrong});
    return extensions;
}

}  // namespace parley::abi
