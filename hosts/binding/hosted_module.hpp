#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hosts/binding/action_queue.hpp"
#include "plugin-abi/loader/module_instance.hpp"
#include "xmpp/element.hpp"
#include "xsm/abi.h"
#include "xsm/muc.h"

namespace parley::binding {

/// Who hosts: the server, and the one MUC service that this instance works for.
struct HostIdentity {
    std::string name;
    std::string version;
    std::string muc_domain;
    std::string node = {};  ///< of a cluster; empty: the server is one process
    /// What the module may keep on disk; made where it is missing, for its owner only. Empty: the
    /// module has no xsm.storage.
    std::filesystem::path storage_directory = {};
};

/// What the module says to a stanza, as far as it makes sense: rubbish is `refuse`.
struct Verdict {
    enum class Kind : uint8_t {
        pass,
        drop,     ///< with `xml`, an <error/>, for the sender; without it in silence
        replace,  ///< `xml` is the <message/> to send instead
        refuse,   ///< the module failed: the sender gets service-unavailable
    };
    Kind kind = Kind::refuse;
    std::optional<xmpp::Element> xml;
};

/// The module's answer to an ad-hoc command: the child of the reply, <command/> or <error/>, or
/// nothing where the module failed.
using CommandAnswer = std::optional<xmpp::Element>;

/// What becomes of a room's configuration form: the values to keep with the room, or the <error/>
/// for the owner.
struct RoomSubmission {
    std::string values_xml;
    std::optional<xmpp::Element> error;
};

/// What the module makes of its options while it runs.
struct OptionsVerdict {
    bool in_force = false;  ///< but for what the message names; false: nothing has changed
    std::string message;    ///< the administrator's to read; logged already
};

/// What another node had published, as key and value.
using ClusterRecord = std::pair<std::string, std::string>;

/// One instance of the native module and the host's half of it. Knows nothing of the server's
/// language: a binding turns its values into these calls, and the actions into what the server
/// does. The functions have the names, and the order, of the ABI's; a binding keeps both.
///
/// Every function is [host-context], and is followed by take_actions().
class HostedModule {
  public:
    /// Opens the module and makes an instance. A module that fails here may have said why in its
    /// log lines: `actions` gets them. `wake` [any-thread] makes the server call on_wake soon; it
    /// must stay callable for ever where the module is put out of service.
    static abi::LoadResult<std::unique_ptr<HostedModule>> load(
        const std::filesystem::path& path, std::span<const abi::ModuleOption> options,
        HostIdentity identity, std::function<void()> wake, std::vector<Action>& actions);
    ~HostedModule();

    std::vector<Action> take_actions();

    /// Blocks, at most 10 s (abi::ModuleLimits). `taken` are the names the module must not have.
    abi::LoadResult<void> start(TakenNames taken);
    /// Blocks likewise.
    void stop();

    /// `wake` was called: lets take_actions() fetch the log lines of other threads, and wakes the
    /// module where it asked for that.
    void on_wake();

    void on_room_snapshot(const xsm_muc_room& room, std::span<const xsm_muc_occupant> occupants);
    void on_room_configured(const xsm_muc_room& room);
    void on_room_destroyed(const xsm_muc_room& room);
    void on_occupant_joined(const xsm_muc_room& room, const xsm_muc_occupant& occupant);
    void on_occupant_changed(const xsm_muc_room& room, std::string_view old_nick,
                             const xsm_muc_occupant& occupant);
    void on_occupant_left(const xsm_muc_room& room, const xsm_muc_occupant& occupant,
                          xsm_muc_leave_reason reason);
    Verdict on_message(const xsm_muc_room& room, const xsm_muc_occupant& sender,
                       std::string_view stanza_xml);
    /// True where the module answers; nothing where it failed. `sender` may be null.
    std::optional<bool> on_room_iq(const xsm_muc_room& room, const xsm_muc_occupant* sender,
                                   std::string_view stanza_xml);
    /// False where the module failed.
    bool on_stanza(std::string_view stanza_xml);
    /// Children for the <query/> of a room's disco#info.
    std::vector<xmpp::Element> on_room_info(std::string_view room_jid);
    CommandAnswer on_command(std::string_view stanza_xml);
    void on_timer(uint64_t id);
    /// An IQ between users: pass, drop with an <error/>, or refuse where the module failed.
    Verdict on_iq(std::string_view stanza_xml);

    /// The module's fields for a room's configuration form; none where it does not run.
    /// `values_xml` is what the host keeps with the room, or empty.
    std::vector<xmpp::Element> room_config_fields(std::string_view values_xml) const;
    /// `form` is what the owner sent. Where the values are others than before, the host keeps them
    /// and calls on_room_values.
    RoomSubmission on_room_submitted(const xsm_muc_room& room, std::string_view values_xml,
                                     const xmpp::Element& form);
    void on_room_values(std::string_view room_jid, std::string_view values_xml);

    /// The children of interest in a client's presence are others than before: `payload_xml` has
    /// them in a row, each declaring its namespace.
    void on_occupant_presence(const xsm_muc_room& room, const xsm_muc_occupant& occupant,
                              std::string_view payload_xml);

    /// The module's table as it is in the configuration now.
    OptionsVerdict on_options(std::span<const abi::ModuleOption> options);

    void on_node_lost(std::string_view node, bool is_elected,
                      std::span<const ClusterRecord> records);

  private:
    struct Surroundings;
    class Call;

    HostedModule() = default;

    template <class Body>
    bool call(const char* function, Body&& body);
    /// As call, for a function of xsm_module_muc.
    template <class Body>
    bool call_muc(const char* function, Body&& body);
    Verdict read_verdict(xsm_muc_verdict& verdict);
    /// The <error/> that a function of that name gave, or one of our own where it is none.
    xmpp::Element read_error(const char* function, xsm_buf& error);
    std::optional<xmpp::Element> parse(const char* function, const std::string& xml);
    void complain(const char* function, std::string_view what);

    std::unique_ptr<Surroundings> surroundings_;
    ActionQueue* queue_ = nullptr;  ///< in surroundings_
    std::unique_ptr<abi::ModuleInstance> instance_;
    bool told_out_of_service_ = false;
};

}  // namespace parley::binding
