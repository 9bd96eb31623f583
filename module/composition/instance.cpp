#include "module/composition/instance.hpp"

#include <chrono>
#include <utility>

#include "module/admin/commands.hpp"
#include "module/composition/buffers.hpp"
#include "module/composition/interest.hpp"
#include "module/composition/stanza_in.hpp"
#include "module/composition/uuid.hpp"
#include "module/jingle/namespaces.hpp"
#include "xmpp/stanza_error.hpp"
#include "xmpp/xml.hpp"

namespace parley::module {

namespace {

constexpr uint64_t deadline_timer = 1;
constexpr size_t media_events_per_wake_max = 64;

Now now() {
    using std::chrono::floor;
    using std::chrono::milliseconds;
    return {std::chrono::steady_clock::now(),
            floor<milliseconds>(std::chrono::system_clock::now())};
}

xmpp::Element malformed_error(const std::string& fault) {
    return xmpp::StanzaError{xmpp::ErrorType::modify, xmpp::Condition::bad_request,
                             "The stanza is not valid XML: " + fault + ".", std::nullopt}
        .to_element();
}

}  // namespace

Instance::Instance(const xsm_host* host, Options options, MediaPlaneFactory make_media)
    : host_(host),
      options_(std::move(options)),
      make_media_(std::move(make_media)),
      module_(module_table(*this)) {}

std::optional<std::string> Instance::start() {
    Settings settings = options_.settings;
    if (!host_.log_missing_extensions(settings.sfu.has_value())) {
        return "the server has no " XSM_EXT_MUC
               ": load the module into the part of it that runs the rooms";
    }
    if (settings.sfu && !host_.can_run_sfu()) settings.sfu.reset();
    settings.node = host_.node();
    const std::string directory = host_.storage_directory();
    settings.keeps_records = !settings.node.empty() || !directory.empty();
    if (auto error = start_sfu(settings)) return error;

    coordinator_.emplace(settings, random_uuid, now());
    coordinator_->read_media_by([this](const CallId& conference) {
        return media_ ? media_->statistics(conference) : MediaStatistics{};
    });
    if (!directory.empty()) {
        state_.emplace(directory,
                       [this](const std::string& fault) { host_.log(LogLevel::warning, fault); });
        carry_out(coordinator_->restore(state_->take(), now()));
    }
    host_.set_interest(message_interest());
    host_.set_presence_interest({ns::muji});
    host_.set_route_interest({ns::jingle});
    host_.set_muc_features(coordinator_->muc_features());
    host_.set_room_config_fields(coordinator_->room_fields());
    for (const AdminCommand& command : admin_commands)
        host_.add_command(command);
    host_.log(LogLevel::info, settings.sfu ? "group calls are on, SFU at " + sfu_domain_
                                           : "group calls are on, between clients only: no "
                                             "sfu_jid is set");
    return std::nullopt;
}

std::optional<std::string> Instance::start_sfu(Settings& settings) {
    if (!settings.sfu) return std::nullopt;
    const std::string domain = settings.sfu->to_string();
    try {
        media_ = make_media_(options_.media, settings, [this](MediaEvent event) {
            if (media_events_.push(std::move(event))) host_.wake();
        });
    } catch (const std::exception& exception) {
        return "the SFU cannot start: " + std::string(exception.what());
    }
    if (!host_.add_service(domain, "Group calls")) {
        media_.reset();
        return "the server refuses the domain " + domain +
               ": set sfu_jid to one that nothing else on this server uses";
    }
    sfu_domain_ = domain;
    return std::nullopt;
}

void Instance::stop() {
    if (!coordinator_) return;
    carry_out(coordinator_->stop(now()));
    media_.reset();
    media_events_.take(SIZE_MAX);
    if (armed_for_) host_.cancel_timer(deadline_timer);
    armed_for_.reset();
    if (!sfu_domain_.empty()) host_.remove_service(sfu_domain_);
    sfu_domain_.clear();
    for (const AdminCommand& command : admin_commands)
        host_.remove_command(command.node);
    host_.set_room_config_fields({});
    host_.set_muc_features({});
    host_.set_route_interest({});
    host_.set_presence_interest({});
    host_.set_interest({});
    coordinator_.reset();
    state_.reset();
    host_.log(LogLevel::info, "group calls are off");
}

void Instance::on_wake() {
    if (!coordinator_) return;
    for (const MediaEvent& event : media_events_.take(media_events_per_wake_max)) {
        carry_out(coordinator_->on_media(event, now()));
    }
    if (!media_events_.empty()) host_.wake();
    arm_timer();
}

void Instance::on_timer() {
    if (!coordinator_) return;
    carry_out(coordinator_->on_time(now()));
    arm_timer(true);
}

void Instance::on_room(const RoomEvent& event) {
    if (!coordinator_) return;
    carry_out(coordinator_->on_room(event, now()));
    arm_timer();
}

/// Presence that cannot be read leaves the occupant as it was.
void Instance::on_presence(const xsm_muc_room& room, const xsm_muc_occupant& occupant,
                           xsm_view payload_xml) {
    const auto head = room_in(room);
    const auto who = occupant_in(occupant);
    const auto presence = presence_in(payload_xml);
    if (!coordinator_ || !head || !who || !presence) return;
    carry_out(coordinator_->on_presence(*head, *who, *presence, now()));
    arm_timer();
}

Verdict Instance::on_message(const xsm_muc_message& message) {
    if (!may_be_of_interest(text(message.stanza_xml))) return Pass{};
    const auto room = room_in(*message.room);
    const auto sender = occupant_in(*message.sender);
    const auto stanza = stanza_in(message.stanza_xml);
    if (!coordinator_ || !room || !sender) return Drop{malformed_error("unknown sender")};
    if (!stanza) return Drop{malformed_error(stanza.error().text)};
    auto judgement =
        coordinator_->on_message(*room, *sender, *stanza, message.stanza_xml.size, now());
    carry_out(judgement.outputs);
    arm_timer();
    return std::move(judgement.verdict);
}

bool Instance::on_room_iq(const xsm_muc_room& room, const xsm_muc_occupant* sender,
                          xsm_view stanza_xml) {
    const auto head = room_in(room);
    const auto iq = stanza_in(stanza_xml);
    if (!coordinator_ || !head || !iq) return false;
    std::optional<Occupant> occupant;
    if (sender) {
        const auto read = occupant_in(*sender);
        if (!read) return false;
        occupant = *read;
    }
    const auto outputs = coordinator_->on_room_iq(*head, occupant ? &*occupant : nullptr, *iq);
    if (!outputs) return false;
    carry_out(*outputs);
    return true;
}

void Instance::on_stanza(xsm_view stanza_xml) {
    const auto stanza = stanza_in(stanza_xml);
    if (!coordinator_ || !stanza) return;
    carry_out(coordinator_->on_service_stanza(*stanza, now()));
    arm_timer();
}

std::string Instance::on_room_info(xsm_view room_jid) const {
    const auto room = RoomJid::parse(text(room_jid));
    if (!coordinator_ || !room) return {};
    std::string xml;
    for (const xmpp::Element& child : coordinator_->room_info(*room))
        xml += xmpp::to_xml(child);
    return xml;
}

std::string Instance::on_command(xsm_view stanza_xml) {
    const auto iq = stanza_in(stanza_xml);
    if (!coordinator_ || !iq) return {};
    const auto answer = coordinator_->on_admin_command(*iq, now());
    carry_out(answer.outputs);
    arm_timer();
    return xmpp::to_xml(answer.child);
}

std::string Instance::on_room_submitted(const xsm_muc_room& room, xsm_view values_xml) const {
    const auto jid = RoomJid::parse(text(room.jid));
    const auto values = stanza_in(values_xml);
    if (!coordinator_ || !jid) return {};
    if (!values) return xmpp::to_xml(malformed_error(values.error().text));
    const auto error = coordinator_->on_room_submitted(*jid, *values);
    return error ? xmpp::to_xml(error->to_element()) : std::string();
}

void Instance::on_room_values(xsm_view room_jid, xsm_view values_xml) {
    const auto jid = RoomJid::parse(text(room_jid));
    const auto values = stanza_in(values_xml);
    if (!coordinator_ || !jid || !values) return;
    carry_out(coordinator_->on_room_values(*jid, *values, now()));
    arm_timer();
}

std::string Instance::on_user_iq(xsm_view stanza_xml) const {
    const auto iq = stanza_in(stanza_xml);
    if (!coordinator_) return {};
    if (!iq) return xmpp::to_xml(malformed_error(iq.error().text));
    const auto error = coordinator_->on_user_iq(*iq);
    return error ? xmpp::to_xml(error->to_element()) : std::string();
}

void Instance::on_node_lost(std::string_view node, bool is_elected,
                            std::span<const xsm_cluster_record> records) {
    if (!coordinator_) return;
    std::vector<xmpp::Element> elements;
    for (const xsm_cluster_record& record : records) {
        if (auto element = stanza_in(record.value)) elements.push_back(std::move(*element));
    }
    carry_out(coordinator_->on_node_lost(node, is_elected, elements, now()));
}

std::pair<bool, std::string> Instance::on_options(const xmpp::Result<Options>& read) {
    if (!read) return {false, read.error().text + ". Nothing has changed."};
    options_.settings.calls = read->settings.calls;
    options_.settings.room_defaults = read->settings.room_defaults;
    options_.settings.focus = read->settings.focus;
    if (coordinator_) {
        coordinator_->configure(options_.settings);
        host_.set_room_config_fields(coordinator_->room_fields());
    }
    const bool is_sfu_as_before =
        read->settings.sfu == options_.settings.sfu && read->media == options_.media;
    return {true, is_sfu_as_before ? ""
                                   : "the options of the SFU (sfu_…) have changed: they are in "
                                     "force from the next start on"};
}

void Instance::carry_out(const Outputs& outputs) {
    for (const Output& output : outputs)
        carry_out(output);
}

void Instance::carry_out(const Output& output) {
    std::visit(
        [this]<class Wanted>(const Wanted& wanted) {
            constexpr bool is_record =
                std::is_same_v<Wanted, PublishRecord> || std::is_same_v<Wanted, WithdrawRecord>;
            if constexpr (std::is_same_v<Wanted, MediaCommand>) {
                if (media_) media_->execute(wanted);
            } else if constexpr (std::is_same_v<Wanted, StoreForbiddenUsers>) {
                if (state_) state_->store(wanted);
            } else {
                if constexpr (is_record) {
                    if (state_) state_->store(wanted);
                }
                host_.carry_out(wanted);
            }
        },
        output);
}

/// Keeps one timer at the host set to the coordinator's next deadline; `fired`: it just ran out.
void Instance::arm_timer(bool fired) {
    if (fired) armed_for_.reset();
    const auto due = coordinator_->deadline();
    if (due == armed_for_) return;
    armed_for_ = due;
    if (!due) {
        host_.cancel_timer(deadline_timer);
        return;
    }
    const auto delay = std::chrono::ceil<std::chrono::milliseconds>(*due - now().steady);
    host_.set_timer(deadline_timer, static_cast<uint64_t>(std::max<int64_t>(delay.count(), 0)));
}

}  // namespace parley::module
