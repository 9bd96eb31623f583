#include "tests/unit/module/simulated_media.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace parley::module::test {

namespace {

std::string name(const FullJid& jid) {
    return jid.jid().local();
}

template <class Map, class Key>
std::optional<SessionNumber> value_of(const Map& map, const Key& key) {
    const auto found = map.find(key);
    return found == map.end() ? std::nullopt : std::optional(found->second);
}

jingle::PayloadType codec(jingle::MediaKind media) {
    if (media == jingle::MediaKind::audio) return {111, "opus", 48'000, 2, {}, {}};
    return {96, "VP8", 90'000, 1, {}, {}};
}

bool takes(const jingle::RtpDescription& rtp) {
    const std::string wanted = codec(rtp.media).name;
    return rtp.payload_types.empty() ||
           std::ranges::find(rtp.payload_types, wanted, &jingle::PayloadType::name) !=
               rtp.payload_types.end();
}

jingle::RtpDescription answer_to(const jingle::RtpDescription& rtp) {
    jingle::RtpDescription answer;
    answer.media = rtp.media;
    answer.payload_types = {codec(rtp.media)};
    answer.rids = rtp.rids;
    answer.rtcp_mux = true;
    answer.rtcp_reduced_size = rtp.rtcp_reduced_size;
    return answer;
}

jingle::IceTransport transport(jingle::Fingerprint::Setup setup, int restarts) {
    const std::string generation = restarts == 0 ? "" : '-' + std::to_string(restarts);
    return {"simulated-ufrag" + generation,
            "simulated-pwd" + generation,
            jingle::Fingerprint{"sha-256", "00:11", setup},
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
}

std::string words(const MediaSubscription& wanted) {
    constexpr std::array<const char*, 4> video = {"none", "all", "recent-speakers",
                                                  "recent-members"};
    std::string text = std::string("audio ") + (wanted.audio ? "yes" : "no") + " video " +
                       video[static_cast<size_t>(wanted.video)];
    if (wanted.video_count != 0) text += ' ' + std::to_string(wanted.video_count);
    if (wanted.height_max != 0) text += " height " + std::to_string(wanted.height_max);
    for (const auto& [jid, each] : wanted.overrides) {
        text += "; " + name(jid);
        if (each.audio) text += std::string(" audio ") + (*each.audio ? "yes" : "no");
        if (each.video) text += std::string(" video ") + (*each.video ? "yes" : "no");
        if (each.height_max) text += " height " + std::to_string(*each.height_max);
        if (each.pinned) text += " pinned";
    }
    return text;
}

}  // namespace

struct Execution {
    using Session = SimulatedMedia::Session;
    using Events = std::vector<MediaEvent>;

    SimulatedMedia& media;
    std::vector<std::string>& log = media.log_;

    Session* find(SessionNumber number) const {
        const auto found = media.sessions_.find(number);
        return found == media.sessions_.end() ? nullptr : &found->second;
    }

    static std::string name_of(const Session& session) {
        const std::string client = name(session.client);
        return session.source ? client + " from " + name(*session.source) : client;
    }

    Events operator()(const PublishMedia& command) const {
        log.push_back("publish " + name(command.participant));
        media.publishers_.insert_or_assign(command.participant, command.session);
        for (const MediaContent& content : command.offer.contents)
            forget_offers(command.participant, content.name);
        Session session{command.conference, command.participant, {}, {}, {}, {}};
        MediaDescription answer{take(session, command.offer.contents),
                                transport(jingle::Fingerprint::Setup::passive, 0), true};
        media.sessions_.insert_or_assign(command.session, std::move(session));
        return {LocalDescriptionReady{command.session, std::move(answer)}};
    }

    Events operator()(const SubscribeMedia& command) const {
        log.push_back("subscribe " + name(command.receiver) + " to " + name(command.source));
        media.receivers_.insert_or_assign({command.receiver, command.source}, command.session);
        Session& session =
            media.sessions_
                .insert_or_assign(
                    command.session,
                    Session{command.conference, command.receiver, command.source, {}, {}, {}})
                .first->second;
        return {LocalDescriptionReady{command.session,
                                      {media.offer(session, command.source),
                                       transport(jingle::Fingerprint::Setup::actpass, 0), true}}};
    }

    Events operator()(const OfferMedia& command) const {
        Session* session = find(command.session);
        if (!session) return {};
        log.push_back("offer " + name(command.source) + " to " + name(session->client));
        return {LocalContentsReady{command.session, command.source,
                                   media.offer(*session, command.source)}};
    }

    Events operator()(const AddMediaContents& command) const {
        Session* session = find(command.session);
        if (!session) return {};
        for (const MediaContent& content : command.contents)
            log.push_back("add " + content.name + " of " + name_of(*session));
        return {
            LocalContentsReady{command.session, std::nullopt, take(*session, command.contents)}};
    }

    Events operator()(const RemoveMediaContents& command) const {
        Session* session = find(command.session);
        if (!session) return {};
        for (const std::string& each : command.names) {
            log.push_back("remove " + each + " of " + name_of(*session));
            session->sent.erase(each);
            session->paused.erase(each);
            if (session->own.erase(each) > 0) forget_offers(session->client, each);
        }
        return {};
    }

    /// What the client sends under this name later is something else.
    void forget_offers(const FullJid& client, const std::string& origin) const {
        for (auto& [number, session] : media.sessions_)
            session.offered.erase({client, origin});
    }

    Events operator()(const SetMediaActive& command) const {
        Session* session = find(command.session);
        if (!session) return {};
        if (command.active) {
            session->paused.erase(command.content);
        } else {
            session->paused.insert(command.content);
        }
        log.push_back((command.active ? "resume " : "pause ") + command.content + " of " +
                      name_of(*session));
        return {};
    }

    Events operator()(const RestartIce& command) const {
        Session* session = find(command.session);
        if (!session) return {};
        log.push_back("restart " + name_of(*session) + " with " + command.transport.ufrag);
        return {LocalTransportReady{command.session,
                                    transport(session->source ? jingle::Fingerprint::Setup::actpass
                                                              : jingle::Fingerprint::Setup::passive,
                                              ++session->restarts)}};
    }

    Events operator()(const SetMediaSubscription& command) const {
        log.push_back("subscription of " + name(command.receiver) + ": " +
                      words(command.subscription));
        return {};
    }

    Events operator()(const SetMediaAnswer&) const {
        log.emplace_back("answer");
        return {};
    }

    Events operator()(const AddRemoteCandidates& command) const {
        log.push_back("candidates " + std::to_string(command.candidates.size()));
        return {};
    }

    Events operator()(const CloseMediaSession& command) const {
        log.emplace_back("close");
        media.sessions_.erase(command.session);
        return {};
    }

    Events operator()(const RemoveMediaParticipant& command) const {
        log.push_back("remove " + name(command.participant));
        std::erase_if(media.sessions_, [&](const auto& entry) {
            const Session& session = entry.second;
            return session.conference == command.conference &&
                   (session.client == command.participant || session.source == command.participant);
        });
        return {};
    }

    Events operator()(const EndMediaConference& command) const {
        log.emplace_back("end");
        std::erase_if(media.sessions_, [&](const auto& entry) {
            return entry.second.conference == command.conference;
        });
        return {};
    }

    static std::vector<MediaContent> take(Session& session,
                                          const std::vector<MediaContent>& offered) {
        std::vector<MediaContent> taken;
        for (const MediaContent& content : offered) {
            if (!takes(content.rtp)) continue;
            session.own[content.name] = content.rtp;
            if (content.inactive) session.paused.insert(content.name);
            taken.push_back({content.name, true, answer_to(content.rtp), {}, content.inactive});
        }
        return taken;
    }
};

std::vector<MediaEvent> SimulatedMedia::execute(const MediaCommand& command) {
    return std::visit(Execution{*this}, command);
}

/// What the client was never offered in this session. In its own one, names tell whose it is.
std::vector<MediaContent> SimulatedMedia::offer(Session& session, const FullJid& source) {
    std::vector<MediaContent> contents;
    for (const auto& [number, publishing] : sessions_) {
        const bool is_source = !publishing.source && publishing.client == source &&
                               publishing.conference == session.conference;
        if (!is_source) continue;
        for (const auto& [origin, rtp] : publishing.own) {
            if (!session.offered.emplace(source, origin).second) continue;
            const std::string name_there =
                session.source ? origin
                               : name(source) + '-' + source.jid().resource() + '-' + origin;
            MediaContent content{name_there, false, answer_to(rtp), origin};
            content.rtp.rids.clear();
            content.rtp.sources = {{77, {{"cname", "source"}, {"msid", "stream track"}}}};
            session.sent.insert_or_assign(name_there, std::pair(source, origin));
            contents.push_back(std::move(content));
        }
    }
    return contents;
}

std::vector<std::string> SimulatedMedia::take_log() {
    return std::exchange(log_, {});
}

std::optional<SessionNumber> SimulatedMedia::publishing(const FullJid& jid) const {
    return value_of(publishers_, jid);
}

std::optional<SessionNumber> SimulatedMedia::receiving(const FullJid& jid,
                                                       const FullJid& source) const {
    return value_of(receivers_, std::pair(jid, source));
}

const SimulatedMedia::Session* SimulatedMedia::find(SessionNumber number) const {
    const auto found = sessions_.find(number);
    return found == sessions_.end() ? nullptr : &found->second;
}

MediaStatistics SimulatedMedia::statistics() const {
    using Type = jingle::Candidate::Type;
    using std::chrono::microseconds;
    MediaStatistics statistics;
    for (const auto& [jid, number] : publishers_) {
        statistics[number] = {
            CandidatePair{{Type::host, "2001:db8::1", 40'000}, {Type::prflx, "192.0.2.7", 50'000}},
            {{true, "opus", 40'400, 0.021, std::nullopt},
             {true, "VP8", 900'000, 0.003, std::nullopt},
             {true, "VP8", 100'000, 0, std::nullopt}}};
    }
    for (const auto& [who, number] : receivers_) {
        statistics[number] = {
            std::nullopt,
            {{false, "opus", 40'400, 0, microseconds(23'400)},
             {false, "VP8", 900'000, 0.5, microseconds(25'060), ForwardedLayer{1, 360, 2}},
             {false, "VP8", 0, 0, std::nullopt, ForwardedLayer{0, 0, 0}},
             {false, "", 0, 0, std::nullopt}},
            1'200'400};
    }
    return statistics;
}

}  // namespace parley::module::test
