#include "module/composition/sfu_media.hpp"

#include <utility>

#include "module/composition/sfu_values.hpp"
#include "sfu/sfu.hpp"

namespace parley::module {

namespace {

sfu::ConferenceId conference(const CallId& id) {
    return {id.lower()};
}

sfu::ParticipantId participant(const FullJid& jid) {
    return {jid.to_string()};
}

sfu::SessionId session(SessionNumber number) {
    return {number.value};
}

std::optional<sfu::StunServer> stun_server(const MediaOptions& options) {
    if (!options.stun_server) return std::nullopt;
    return sfu::StunServer{.address = options.stun_server->address,
                           .port = options.stun_server->port};
}

std::optional<sfu::TurnServer> turn_server(const MediaOptions& options) {
    if (!options.turn_server) return std::nullopt;
    using Protocol = sfu::TurnServer::Protocol;
    return sfu::TurnServer{.address = options.turn_server->address,
                           .port = options.turn_server->port,
                           .protocol = options.turn_over_tcp ? Protocol::tcp : Protocol::udp,
                           .user = options.turn_user,
                           .password = options.turn_password,
                           .secret = options.turn_secret};
}

sfu::Config config_of(const MediaOptions& options, const Settings& settings) {
    sfu::Config config;
    config.addresses = options.addresses;
    config.public_addresses = options.public_addresses;
    config.port_min = options.port_min;
    config.port_max = options.port_max;
    config.tcp = options.tcp;
    config.stun_server = stun_server(options);
    config.turn_server = turn_server(options);
    config.workers = options.workers;
    // Those in the call, and as many again who negotiate before they accept.
    config.participants_per_conference_max = size_t{2} * settings.calls.participants_max;
    config.sessions_per_participant_max = config.participants_per_conference_max + 1;
    config.disconnect_timeout_ms_max = options.disconnect_timeout;
    config.video_bitrate_max = uint64_t{1000} * options.video_kbit_s_max;
    config.audio_bitrate_max = uint64_t{1000} * options.audio_kbit_s_max;
    config.participant_bitrate_max = uint64_t{1000} * options.participant_kbit_s_max;
    config.packets_kept_max = options.packets_kept_max;
    config.video_codecs = options.video_codecs;
    config.audible_participants_max = options.audible_participants_max;
    config.contents_per_participant_max = settings.focus.contents_per_client_max;
    config.candidates_per_session_max = settings.focus.remote_candidates_max;
    return config;
}

class SfuMedia : public MediaPlane {
  public:
    SfuMedia(const MediaOptions& options, const Settings& settings,
             std::function<void(MediaEvent)> on_event)
        : sfu_(config_of(options, settings),
               [on_event = std::move(on_event)](sfu::Event event) { on_event(from_sfu(event)); }) {}

    void execute(const MediaCommand& command) override {
        std::visit([this](const auto& wanted) { execute(wanted); }, command);
    }

    MediaStatistics statistics(const CallId& id) const override {
        const auto measured = sfu_.statistics(conference(id));
        return measured ? from_sfu(*measured) : MediaStatistics{};
    }

  private:
    void execute(const PublishMedia& wanted) {
        sfu_.publish(conference(wanted.conference), participant(wanted.participant),
                     session(wanted.session), to_sfu(wanted.offer));
    }

    void execute(const SubscribeMedia& wanted) {
        sfu_.subscribe(conference(wanted.conference), participant(wanted.receiver),
                       participant(wanted.source), session(wanted.session));
    }

    void execute(const OfferMedia& wanted) {
        sfu_.offer_media(conference(wanted.conference), session(wanted.session),
                         participant(wanted.source));
    }

    void execute(const AddMediaContents& wanted) {
        sfu_.add_contents(conference(wanted.conference), session(wanted.session),
                          to_sfu(wanted.contents));
    }

    void execute(const RemoveMediaContents& wanted) {
        sfu_.remove_contents(conference(wanted.conference), session(wanted.session), wanted.names);
    }

    void execute(const SetMediaActive& wanted) {
        sfu_.set_active(conference(wanted.conference), session(wanted.session), wanted.content,
                        wanted.active);
    }

    void execute(const RestartIce& wanted) {
        sfu_.restart_ice(conference(wanted.conference), session(wanted.session),
                         to_sfu(wanted.transport));
    }

    void execute(const SetMediaSubscription& wanted) {
        sfu_.set_subscription(conference(wanted.conference), participant(wanted.receiver),
                              to_sfu(wanted.subscription));
    }

    void execute(const SetMediaAnswer& wanted) {
        sfu_.set_answer(conference(wanted.conference), session(wanted.session),
                        to_sfu(wanted.answer));
    }

    void execute(const AddRemoteCandidates& wanted) {
        sfu_.add_remote_candidates(conference(wanted.conference), session(wanted.session),
                                   to_sfu(wanted.candidates));
    }

    void execute(const CloseMediaSession& wanted) {
        sfu_.close_session(conference(wanted.conference), session(wanted.session));
    }

    void execute(const RemoveMediaParticipant& wanted) {
        sfu_.remove_participant(conference(wanted.conference), participant(wanted.participant));
    }

    void execute(const EndMediaConference& wanted) {
        sfu_.end_conference(conference(wanted.conference));
    }

    sfu::Sfu sfu_;
};

}  // namespace

std::unique_ptr<MediaPlane> make_sfu_media(const MediaOptions& options, const Settings& settings,
                                           std::function<void(MediaEvent)> on_event) {
    return std::make_unique<SfuMedia>(options, settings, std::move(on_event));
}

}  // namespace parley::module
