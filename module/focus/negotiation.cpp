#include "module/focus/negotiation.hpp"

#include <algorithm>
#include <optional>

namespace parley::module {

namespace {

using jingle::Action;
using jingle::Content;
using jingle::Senders;

std::optional<Incompatible> fault_of(const Content& content) {
    if (!content.description) {
        return Incompatible{Reason::unsupported_applications,
                            "Every content describes RTP media (urn:xmpp:jingle:apps:rtp:1)."};
    }
    if (content.unknown_transport || !content.transport) {
        return Incompatible{Reason::unsupported_transports,
                            "Every content has an ICE-UDP transport."};
    }
    if (content.senders != Senders::initiator && content.senders != Senders::none) {
        return Incompatible{Reason::incompatible_parameters,
                            "Sessions with a conference are one-way: senders='initiator'."};
    }
    return std::nullopt;
}

bool all_bundled(const jingle::Jingle& jingle) {
    if (jingle.contents.size() == 1) return true;
    return std::ranges::all_of(jingle.contents, [&](const Content& content) {
        return std::ranges::find(jingle.bundle, content.name) != jingle.bundle.end();
    });
}

/// RFC 9143: one transport for all. Some clients write it into one content only, others into each.
jingle::IceTransport common_transport(const std::vector<Content>& contents) {
    jingle::IceTransport common;
    for (const Content& content : contents) {
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

}  // namespace

tl::expected<MediaDescription, Incompatible> media_description_of(const jingle::Jingle& jingle) {
    if (jingle.contents.empty()) {
        return tl::unexpected(
            Incompatible{Reason::unsupported_applications, "There is no content."});
    }
    MediaDescription media;
    for (const Content& content : jingle.contents) {
        if (const auto fault = fault_of(content)) return tl::unexpected(*fault);
        media.contents.push_back(
            {content.name, jingle.action == Action::session_initiate, *content.description});
    }
    media.transport = common_transport(jingle.contents);
    media.bundled = all_bundled(jingle);
    return media;
}

void put_media_description(jingle::Jingle& jingle, const MediaDescription& media) {
    for (const MediaContent& content : media.contents) {
        jingle::IceTransport transport = media.transport;
        if (!jingle.contents.empty()) transport.candidates.clear();
        jingle.contents.push_back({jingle::Party::initiator, content.name, Senders::initiator,
                                   content.rtp, std::move(transport)});
        jingle.bundle.push_back(content.name);
    }
}

std::vector<jingle::Candidate> candidates_of(const jingle::Jingle& jingle) {
    std::vector<jingle::Candidate> candidates;
    for (const Content& content : jingle.contents) {
        if (!content.transport) continue;
        candidates.insert(candidates.end(), content.transport->candidates.begin(),
                          content.transport->candidates.end());
    }
    return candidates;
}

}  // namespace parley::module
