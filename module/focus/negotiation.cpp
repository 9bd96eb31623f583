#include "module/focus/negotiation.hpp"

#include <algorithm>

namespace parley::module {

namespace {

using jingle::Action;
using jingle::Content;
using jingle::Senders;

std::optional<Incompatible> fault_of(const Content& content, Action action) {
    if (const auto fault = fault_of_added(content)) return fault;
    if (!content.transport) {
        return Incompatible{Reason::unsupported_transports,
                            "Every content has an ICE-UDP transport."};
    }
    const bool is_answer = action != Action::session_initiate;
    if (is_answer && content.senders != Senders::initiator && content.senders != Senders::none) {
        return Incompatible{Reason::incompatible_parameters,
                            "What a conference sends is one-way: senders='initiator'."};
    }
    return std::nullopt;
}

bool all_bundled(const jingle::Jingle& jingle) {
    if (jingle.contents.size() == 1) return true;
    return std::ranges::all_of(jingle.contents, [&](const Content& content) {
        return std::ranges::find(jingle.bundle, content.name) != jingle.bundle.end();
    });
}

}  // namespace

std::optional<Incompatible> fault_of_added(const Content& content) {
    if (!content.description) {
        return Incompatible{Reason::unsupported_applications,
                            "Every content describes RTP media (urn:xmpp:jingle:apps:rtp:1)."};
    }
    if (content.unknown_transport) {
        return Incompatible{Reason::unsupported_transports,
                            "Every content has an ICE-UDP transport."};
    }
    return std::nullopt;
}

MediaContent offered_content(const Content& content) {
    const bool sends = content.senders == Senders::initiator || content.senders == Senders::both;
    return {content.name, true, *content.description, {}, !sends};
}

jingle::IceTransport common_transport(const std::vector<Content>& contents) {
    jingle::IceTransport common;
    for (const Content& content : contents) {
        if (!content.transport) continue;
        const jingle::IceTransport& transport = *content.transport;
        if (common.ufrag.empty()) common.ufrag = transport.ufrag;
        if (common.pwd.empty()) common.pwd = transport.pwd;
        if (!common.fingerprint) common.fingerprint = transport.fingerprint;
        for (const jingle::Candidate& candidate : transport.candidates) {
            const bool known =
                std::ranges::find(common.candidates, candidate) != common.candidates.end();
            if (!known && common.candidates.size() < jingle::candidates_max) {
                common.candidates.push_back(candidate);
            }
        }
    }
    return common;
}

tl::expected<MediaDescription, Incompatible> media_description_of(const jingle::Jingle& jingle) {
    if (jingle.contents.empty()) {
        return tl::unexpected(
            Incompatible{Reason::unsupported_applications, "There is no content."});
    }
    const bool is_offer = jingle.action == Action::session_initiate;
    MediaDescription media;
    for (const Content& content : jingle.contents) {
        if (const auto fault = fault_of(content, jingle.action)) return tl::unexpected(*fault);
        media.contents.push_back(is_offer
                                     ? offered_content(content)
                                     : MediaContent{content.name, false, *content.description});
    }
    if (is_offer && !jingle.single_session &&
        std::ranges::all_of(media.contents, &MediaContent::inactive)) {
        return tl::unexpected(Incompatible{Reason::incompatible_parameters,
                                           "The client sends to the conference: "
                                           "senders='initiator' in one content at least."});
    }
    media.transport = common_transport(jingle.contents);
    media.bundled = all_bundled(jingle);
    return media;
}

std::vector<jingle::Candidate> candidates_of(const jingle::Jingle& jingle,
                                             const std::set<std::string>& without_ufrags) {
    std::vector<jingle::Candidate> candidates;
    for (const Content& content : jingle.contents) {
        if (!content.transport || without_ufrags.contains(content.transport->ufrag)) continue;
        candidates.insert(candidates.end(), content.transport->candidates.begin(),
                          content.transport->candidates.end());
    }
    return candidates;
}

}  // namespace parley::module
