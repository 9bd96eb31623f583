#include "module/composition/sfu_values.hpp"

#include <utility>

namespace parley::module {

namespace {

std::vector<sfu::Parameter> to_sfu(const std::vector<jingle::Parameter>& parameters) {
    std::vector<sfu::Parameter> result;
    for (const auto& parameter : parameters)
        result.emplace_back(parameter.name, parameter.value);
    return result;
}

std::vector<jingle::Parameter> from_sfu(const std::vector<sfu::Parameter>& parameters) {
    std::vector<jingle::Parameter> result;
    for (const auto& [name, value] : parameters)
        result.push_back({name, value});
    return result;
}

sfu::Codec to_sfu(const jingle::PayloadType& type) {
    sfu::Codec codec{type.id, type.name, type.clock_rate, type.channels, to_sfu(type.parameters),
                     {}};
    for (const auto& feedback : type.feedback) {
        codec.feedback.push_back({feedback.type, feedback.subtype});
    }
    return codec;
}

jingle::PayloadType from_sfu(const sfu::Codec& codec) {
    jingle::PayloadType type{codec.payload_type,         codec.name,
                             codec.clock_rate,           codec.channels,
                             from_sfu(codec.parameters), {}};
    for (const auto& feedback : codec.feedback) {
        type.feedback.push_back({feedback.type, feedback.subtype});
    }
    return type;
}

sfu::Content to_sfu(const MediaContent& media) {
    sfu::Content content;
    content.name = media.name;
    content.kind =
        media.rtp.media == jingle::MediaKind::audio ? sfu::MediaKind::audio : sfu::MediaKind::video;
    content.direction = media.from_client ? sfu::Direction::receive : sfu::Direction::send;
    if (media.inactive) content.direction = sfu::Direction::inactive;
    content.extmap_allow_mixed = media.rtp.extmap_allow_mixed;
    content.rids = media.rtp.rids;
    content.origin = media.origin;
    content.rtcp_mux = media.rtp.rtcp_mux;
    content.rtcp_reduced_size = media.rtp.rtcp_reduced_size;
    for (const auto& type : media.rtp.payload_types)
        content.codecs.push_back(to_sfu(type));
    for (const auto& extension : media.rtp.extensions) {
        content.extensions.push_back({extension.id, extension.uri});
    }
    for (const auto& source : media.rtp.sources) {
        content.sources.push_back({source.ssrc, to_sfu(source.parameters)});
    }
    for (const auto& group : media.rtp.groups) {
        content.groups.push_back({group.semantics, group.ssrcs});
    }
    return content;
}

MediaContent from_sfu(const sfu::Content& content) {
    MediaContent media;
    media.name = content.name;
    media.from_client = content.origin.empty() && content.direction != sfu::Direction::send;
    media.inactive = content.direction == sfu::Direction::inactive;
    media.rtp.extmap_allow_mixed = content.extmap_allow_mixed;
    media.rtp.rids = content.rids;
    media.origin = content.origin;
    media.rtp.media =
        content.kind == sfu::MediaKind::audio ? jingle::MediaKind::audio : jingle::MediaKind::video;
    media.rtp.rtcp_mux = content.rtcp_mux;
    media.rtp.rtcp_reduced_size = content.rtcp_reduced_size;
    for (const auto& codec : content.codecs)
        media.rtp.payload_types.push_back(from_sfu(codec));
    for (const auto& extension : content.extensions) {
        media.rtp.extensions.push_back({extension.id, extension.uri});
    }
    for (const auto& source : content.sources) {
        media.rtp.sources.push_back({source.ssrc, from_sfu(source.attributes)});
    }
    for (const auto& group : content.groups) {
        media.rtp.groups.push_back({group.semantics, group.ssrcs});
    }
    return media;
}

// Both enumerations list the same words in the same order.
template <class To, class From>
To same(From value) {
    return static_cast<To>(value);
}

static_assert(static_cast<int>(jingle::Candidate::Type::relay) ==
              static_cast<int>(sfu::Candidate::Type::relay));
static_assert(static_cast<int>(jingle::Candidate::Protocol::tcp_so) ==
              static_cast<int>(sfu::Candidate::Protocol::tcp_so));
static_assert(static_cast<int>(jingle::Fingerprint::Setup::passive) ==
              static_cast<int>(sfu::Fingerprint::Setup::passive));

Reason from_sfu(sfu::Reason reason) {
    switch (reason) {
        case sfu::Reason::success:
            return Reason::success;
        case sfu::Reason::connectivity_error:
            return Reason::connectivity_error;
        case sfu::Reason::failed_application:
            return Reason::failed_application;
        case sfu::Reason::failed_transport:
            return Reason::failed_transport;
        case sfu::Reason::incompatible_parameters:
            return Reason::incompatible_parameters;
        case sfu::Reason::media_error:
            return Reason::media_error;
        case sfu::Reason::security_error:
            return Reason::security_error;
        case sfu::Reason::timeout:
            return Reason::timeout;
        case sfu::Reason::unsupported_applications:
            return Reason::unsupported_applications;
        case sfu::Reason::unsupported_transports:
            return Reason::unsupported_transports;
        case sfu::Reason::general_error:
            break;
    }
    return Reason::general_error;
}

CandidatePair::End from_sfu(const sfu::CandidatePair::End& end) {
    return {same<jingle::Candidate::Type>(end.type), end.address, end.port};
}

/// The SFU only knows participants by what to_sfu made of their addresses.
FullJid participant(const sfu::ParticipantId& id) {
    return *FullJid::parse(id.value);
}

std::vector<MediaContent> contents_from_sfu(const std::vector<sfu::Content>& contents) {
    std::vector<MediaContent> result;
    for (const sfu::Content& content : contents)
        result.push_back(from_sfu(content));
    return result;
}

jingle::IceTransport transport_from_sfu(const sfu::Transport& transport) {
    jingle::IceTransport result{transport.ufrag, transport.pwd, std::nullopt,
                                module::from_sfu(transport.candidates)};
    if (const auto& fingerprint = transport.fingerprint) {
        result.fingerprint =
            jingle::Fingerprint{fingerprint->hash, fingerprint->value,
                                same<jingle::Fingerprint::Setup>(fingerprint->setup)};
    }
    return result;
}

struct FromSfu {
    static SessionNumber number(sfu::SessionId id) { return {id.value}; }

    MediaEvent operator()(const sfu::LocalContents& ready) const {
        std::optional<FullJid> source;
        if (ready.source) source = participant(*ready.source);
        return LocalContentsReady{number(ready.session), std::move(source),
                                  contents_from_sfu(ready.contents)};
    }

    MediaEvent operator()(const sfu::LocalTransport& ready) const {
        return LocalTransportReady{number(ready.session), transport_from_sfu(ready.transport)};
    }

    MediaEvent operator()(const sfu::DominantSpeaker& speaker) const {
        return SpeakerChanged{*CallId::parse(speaker.conference.value),
                              participant(speaker.participant)};
    }

    MediaEvent operator()(const sfu::ContentDemand& demand) const {
        return MediaDemandChanged{number(demand.session), demand.content, demand.wanted,
                                  demand.height_max};
    }

    MediaEvent operator()(const sfu::RateExceeded& exceeded) const {
        using Limit = sfu::RateExceeded::Limit;
        const std::string what =
            exceeded.limit == Limit::video   ? "for one video stream (sfu_video_kbit_s_max)"
            : exceeded.limit == Limit::audio ? "for one audio stream (sfu_audio_kbit_s_max)"
                                             : "for all its media (sfu_participant_kbit_s_max)";
        return MediaLimitExceeded{number(exceeded.session),
                                  std::to_string(exceeded.bits_per_second_max / 1000) + " kbit/s " +
                                      what + ": the rest reaches nobody. Others see and hear it " +
                                      "with gaps until it sends less or the limit is raised."};
    }

    MediaEvent operator()(const sfu::LocalDescription& ready) const {
        return LocalDescriptionReady{number(ready.session), module::from_sfu(ready.description)};
    }

    MediaEvent operator()(const sfu::LocalCandidates& found) const {
        return LocalCandidatesFound{number(found.session), module::from_sfu(found.candidates)};
    }

    MediaEvent operator()(const sfu::SessionConnected& connected) const {
        return MediaConnected{number(connected.session)};
    }

    MediaEvent operator()(const sfu::SessionFailed& failed) const {
        return MediaFailed{number(failed.session), from_sfu(failed.reason), failed.text};
    }
};

}  // namespace

std::vector<sfu::Candidate> to_sfu(const std::vector<jingle::Candidate>& candidates) {
    std::vector<sfu::Candidate> result;
    for (const jingle::Candidate& candidate : candidates) {
        result.push_back({candidate.foundation, candidate.component,
                          same<sfu::Candidate::Protocol>(candidate.protocol), candidate.priority,
                          candidate.address, candidate.port,
                          same<sfu::Candidate::Type>(candidate.type), candidate.related_address,
                          candidate.related_port});
    }
    return result;
}

std::vector<jingle::Candidate> from_sfu(const std::vector<sfu::Candidate>& candidates) {
    std::vector<jingle::Candidate> result;
    for (const sfu::Candidate& candidate : candidates) {
        result.push_back({{},
                          candidate.foundation,
                          candidate.component,
                          same<jingle::Candidate::Protocol>(candidate.protocol),
                          candidate.priority,
                          candidate.address,
                          candidate.port,
                          same<jingle::Candidate::Type>(candidate.type),
                          candidate.related_address,
                          candidate.related_port});
    }
    return result;
}

sfu::Transport to_sfu(const jingle::IceTransport& transport) {
    sfu::Transport result{transport.ufrag, transport.pwd, std::nullopt,
                          to_sfu(transport.candidates)};
    if (const auto& fingerprint = transport.fingerprint) {
        result.fingerprint = sfu::Fingerprint{fingerprint->hash, fingerprint->value,
                                              same<sfu::Fingerprint::Setup>(fingerprint->setup)};
    }
    return result;
}

std::vector<sfu::Content> to_sfu(const std::vector<MediaContent>& contents) {
    std::vector<sfu::Content> result;
    for (const MediaContent& content : contents)
        result.push_back(to_sfu(content));
    return result;
}

sfu::SessionDescription to_sfu(const MediaDescription& media) {
    return {to_sfu(media.contents), to_sfu(media.transport), media.bundled};
}

sfu::Subscription to_sfu(const MediaSubscription& wanted) {
    static_assert(static_cast<int>(MediaSubscription::Video::recent_members) ==
                  static_cast<int>(sfu::Subscription::Video::recent_members));
    sfu::Subscription subscription{wanted.audio, same<sfu::Subscription::Video>(wanted.video),
                                   wanted.video_count, wanted.height_max};
    for (const auto& [jid, each] : wanted.overrides) {
        subscription.overrides.emplace(
            sfu::ParticipantId{jid.to_string()},
            sfu::Subscription::Override{each.audio, each.video, each.height_max, each.pinned});
    }
    return subscription;
}

MediaDescription from_sfu(const sfu::SessionDescription& description) {
    return {contents_from_sfu(description.contents), transport_from_sfu(description.transport),
            description.bundled};
}

MediaEvent from_sfu(const sfu::Event& event) {
    return std::visit(FromSfu{}, event);
}

MediaStatistics from_sfu(const sfu::ConferenceStatistics& statistics) {
    MediaStatistics result;
    for (const auto& [id, measured] : statistics.sessions) {
        SessionStatistics& session = result[SessionNumber{id.value}];
        if (const auto& pair = measured.pair) {
            session.pair = CandidatePair{from_sfu(pair->local), from_sfu(pair->remote)};
        }
        session.bandwidth = measured.bandwidth;
        for (const sfu::StreamStatistics& stream : measured.streams) {
            session.streams.push_back({stream.direction == sfu::Direction::receive,
                                       stream.codec,
                                       stream.bits_per_second,
                                       stream.fraction_lost,
                                       stream.round_trip,
                                       {}});
            if (const auto& layer = stream.layer) {
                session.streams.back().layer = {layer->encoding, layer->height,
                                                layer->temporal_layer};
            }
        }
    }
    return result;
}

}  // namespace parley::module
