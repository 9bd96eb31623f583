#include "tests/unit/module/simulated_media.hpp"

#include <utility>

namespace parley::module::test {

namespace {

std::string name(const FullJid& jid) {
    return jid.jid().local();
}

template <class Map, class Key>
std::optional<SessionNumber> find(const Map& map, const Key& key) {
    const auto found = map.find(key);
    return found == map.end() ? std::nullopt : std::optional(found->second);
}

struct Execution {
    std::vector<std::string>& log;
    std::map<FullJid, SessionNumber>& publishers;
    std::map<std::pair<FullJid, FullJid>, SessionNumber>& receivers;

    std::vector<MediaEvent> operator()(const PublishMedia& command) {
        log.push_back("publish " + name(command.participant));
        publishers.insert_or_assign(command.participant, command.session);
        return {LocalDescriptionReady{command.session, SimulatedMedia::description(true)}};
    }

    std::vector<MediaEvent> operator()(const SubscribeMedia& command) {
        log.push_back("subscribe " + name(command.receiver) + " to " + name(command.source));
        receivers.insert_or_assign({command.receiver, command.source}, command.session);
        return {LocalDescriptionReady{command.session, SimulatedMedia::description(false)}};
    }

    std::vector<MediaEvent> operator()(const SetMediaAnswer&) {
        log.emplace_back("answer");
        return {};
    }

    std::vector<MediaEvent> operator()(const AddRemoteCandidates& command) {
        log.push_back("candidates " + std::to_string(command.candidates.size()));
        return {};
    }

    std::vector<MediaEvent> operator()(const CloseMediaSession&) {
        log.emplace_back("close");
        return {};
    }

    std::vector<MediaEvent> operator()(const RemoveMediaParticipant& command) {
        log.push_back("remove " + name(command.participant));
        return {};
    }

    template <class Command>
    std::vector<MediaEvent> operator()(const Command&) {
        return {};
    }

    std::vector<MediaEvent> operator()(const EndMediaConference&) {
        log.emplace_back("end");
        return {};
    }
};

}  // namespace

std::vector<MediaEvent> SimulatedMedia::execute(const MediaCommand& command) {
    return std::visit(Execution{log_, publishers_, receivers_}, command);
}

std::vector<std::string> SimulatedMedia::take_log() {
    return std::exchange(log_, {});
}

std::optional<SessionNumber> SimulatedMedia::publishing(const FullJid& jid) const {
    return find(publishers_, jid);
}

std::optional<SessionNumber> SimulatedMedia::receiving(const FullJid& jid,
                                                       const FullJid& source) const {
    return find(receivers_, std::pair(jid, source));
}

MediaStatistics SimulatedMedia::statistics() const {
    using Type = jingle::Candidate::Type;
    using std::chrono::microseconds;
    MediaStatistics statistics;
    for (const auto& [jid, number] : publishers_) {
        statistics[number] = {
            CandidatePair{{Type::host, "2001:db8::1", 40'000}, {Type::prflx, "192.0.2.7", 50'000}},
            {{"opus", 40'400, 0.021, std::nullopt},
             {"VP8", 900'000, 0.003, std::nullopt},
             {"VP8", 100'000, 0, std::nullopt}}};
    }
    for (const auto& [who, number] : receivers_) {
        statistics[number] = {std::nullopt,
                              {{"opus", 40'400, 0, microseconds(23'400)},
                               {"VP8", 900'000, 0.5, microseconds(25'060)},
                               {"", 0, 0, std::nullopt}}};
    }
    return statistics;
}

MediaDescription SimulatedMedia::description(bool from_client) {
    using jingle::Fingerprint;
    MediaContent audio{"audio", from_client, {}};
    audio.rtp.media = jingle::MediaKind::audio;
    audio.rtp.payload_types = {{111, "opus", 48'000, 2, {}, {}}};
    audio.rtp.rtcp_mux = true;
    if (!from_client) audio.rtp.sources = {{77, {{"cname", "source"}, {"msid", "stream track"}}}};
    jingle::IceTransport transport{
        "simulated-ufrag",
        "simulated-pwd",
        Fingerprint{"sha-256", "00:11",
                    from_client ? Fingerprint::Setup::passive : Fingerprint::Setup::actpass},
        {{{},
          "1",
          1,
          jingle::Candidate::Protocol::udp,
          2'130'706'431,
          "192.0.2.1",
          40'000,
          jingle::Candidate::Type::host,
          {},
          0}}};
    return {{std::move(audio)}, std::move(transport), true};
}

}  // namespace parley::module::test
