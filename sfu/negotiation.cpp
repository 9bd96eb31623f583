#include "sfu/negotiation.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "sfu/candidate_filter.hpp"

namespace parley::sfu {

namespace {

constexpr size_t kParameterSizeMax = 256;
constexpr size_t kRidSizeMax = 16;
constexpr uint8_t kExtensionIdMax = 14;

constexpr std::array kBothKinds{kMidUri, kAbsSendTimeUri, kTransportSequenceUri};
constexpr std::array kOfVideo{kRidUri, kRepairedRidUri, kVideoOrientationUri, kPlayoutDelayUri,
                              kDependencyDescriptorUri};

/// What the SFU consumes, or writes itself: a receiver's has nothing to do with the publisher's.
constexpr std::array kHopByHop{kMidUri, kRidUri, kRepairedRidUri, kAbsSendTimeUri,
                               kTransportSequenceUri};

template <class List>
bool contains(const List& list, std::string_view uri) {
    return std::find(list.begin(), list.end(), uri) != list.end();
}

bool understood(std::string_view uri, MediaKind kind) {
    if (contains(kBothKinds, uri)) return true;
    return kind == MediaKind::audio ? uri == kAudioLevelUri : contains(kOfVideo, uri);
}

/// RFC 9143 s8: within a BUNDLE group one id has one meaning. `meanings` grows from content to
/// content.
std::vector<HeaderExtension> choose_extensions(const Content& offered,
                                               std::map<uint8_t, std::string>& meanings) {
    std::vector<HeaderExtension> chosen;
    for (const auto& extension : offered.extensions) {
        if (extension.id < 1 || extension.id > kExtensionIdMax) continue;
        if (!understood(extension.uri, offered.kind)) continue;
        if (extension.uri == kDependencyDescriptorUri && !offered.extmap_allow_mixed) continue;
        const bool twice = std::any_of(chosen.begin(), chosen.end(),
                                       [&](const auto& each) { return each.uri == extension.uri; });
        if (twice) continue;
        const auto [meaning, added] = meanings.try_emplace(extension.id, extension.uri);
        if (added || meaning->second == extension.uri) chosen.push_back(extension);
    }
    return chosen;
}

/// RFC 8830 s2 and RFC 7022: ids are passed on to others only where they are short tokens.
bool plain_token(std::string_view text) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-_.{}+/=@").find(c) != std::string_view::npos;
    };
    return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), plain);
}

bool plain_msid(std::string_view text) {
    const auto space = text.find(' ');
    return space != std::string_view::npos && plain_token(text.substr(0, space)) &&
           plain_token(text.substr(space + 1));
}

std::string attribute(const Source& source, const char* name) {
    const auto found = std::find_if(source.attributes.begin(), source.attributes.end(),
                                    [&](const Parameter& p) { return p.first == name; });
    return found == source.attributes.end() ? std::string() : found->second;
}

bool is_rid(std::string_view text) {
    const auto alphanumeric = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    };
    return !text.empty() && text.size() <= kRidSizeMax &&
           std::all_of(text.begin(), text.end(), alphanumeric);
}

const std::vector<uint32_t>* find_group(const Content& content, std::string_view semantics,
                                        uint32_t first) {
    for (const auto& group : content.groups) {
        if (group.semantics == semantics && group.ssrcs.size() >= 2 &&
            (first == 0 || group.ssrcs[0] == first)) {
            return &group.ssrcs;
        }
    }
    return nullptr;
}

/// RFC 8853 by rid, or by an ssrc-group of semantics SIM as older clients do.
void choose_encodings(const Content& offered, PublishedContent& published) {
    if (offered.kind == MediaKind::video && offered.rids.size() > 1) {
        for (const auto& rid : offered.rids) {
            if (published.encodings.size() < kEncodingsMax && is_rid(rid))
                published.encodings.push_back({.rid = rid});
        }
        for (const auto& encoding : published.encodings)
            published.answer.rids.push_back(encoding.rid);
        if (!published.encodings.empty()) return;
    }
    const auto known = [&](uint32_t ssrc) {
        return std::any_of(offered.sources.begin(), offered.sources.end(),
                           [&](const Source& source) { return source.ssrc == ssrc; });
    };
    std::vector<uint32_t> media;
    if (const auto* simulcast = find_group(offered, "SIM", 0)) media = *simulcast;
    std::erase_if(media, [&](uint32_t ssrc) { return !known(ssrc); });
    if (media.empty()) {
        const auto* fid = find_group(offered, "FID", 0);
        if (fid != nullptr && known(fid->front())) media.push_back(fid->front());
    }
    if (media.empty() && !offered.sources.empty()) media.push_back(offered.sources.front().ssrc);
    if (media.size() > kEncodingsMax) media.resize(kEncodingsMax);
    for (const uint32_t ssrc : media) {
        const auto* fid = find_group(offered, "FID", ssrc);
        published.encodings.push_back({.ssrc = ssrc, .rtx_ssrc = fid ? (*fid)[1] : 0});
    }
    if (published.encodings.empty()) published.encodings.emplace_back();
}

void choose_names(const Content& offered, PublishedContent& published) {
    for (const auto& source : offered.sources) {
        if (source.ssrc != published.encodings.front().ssrc && offered.rids.empty()) continue;
        if (auto cname = attribute(source, "cname"); plain_token(cname)) published.cname = cname;
        if (auto msid = attribute(source, "msid"); plain_msid(msid)) published.msid = msid;
        return;
    }
}

bool bounded(const Content& content) {
    return content.codecs.size() <= kCodecsMax && content.extensions.size() <= kExtensionsMax &&
           content.sources.size() <= kSourcesMax && content.groups.size() <= kSourcesMax &&
           content.rids.size() <= kSourcesMax && content.name.size() <= kParameterSizeMax &&
           !content.name.empty();
}

tl::unexpected<Refusal> refuse(Reason reason, std::string text) {
    return tl::unexpected(Refusal{reason, std::move(text)});
}

/// The codecs in the receiver's numbers, the RTX of each behind it.
std::vector<Codec> offered_codecs(const Content& source, Numbering& numbering) {
    std::vector<Codec> codecs;
    uint8_t opus_type = 0;
    for (const auto& codec : source.codecs) {
        if (is_rtx(codec)) continue;
        const auto type = numbering.payload_type(source.kind, codec);
        if (!type) continue;
        if (is_opus(codec)) opus_type = *type;
        // The blocks inside RED name their payload type: it passes only unchanged.
        if (is_red(codec) && !is_red_of(codec, opus_type)) continue;
        codecs.push_back(codec);
        codecs.back().payload_type = *type;
        codecs.back().feedback = {{"transport-cc", ""}};
        if (source.kind != MediaKind::video) continue;
        codecs.back().feedback = {
            {"nack", ""}, {"nack", "pli"}, {"ccm", "fir"}, {"transport-cc", ""}, {"goog-remb", ""}};
        const Codec* rtx = find_rtx(source.codecs, codec.payload_type);
        Codec plain;
        plain.payload_type = 0xff;  // any that is free
        plain.name = "rtx";
        plain.clock_rate = 90'000;
        const auto rtx_type = numbering.rtx_payload_type(rtx ? *rtx : plain, *type);
        if (!rtx_type) continue;
        codecs.push_back(plain);
        codecs.back().payload_type = *rtx_type;
        codecs.back().parameters = {{"apt", std::to_string(*type)}};
    }
    return codecs;
}

std::vector<HeaderExtension> offered_extensions(const Content& source, Numbering& numbering) {
    std::vector<HeaderExtension> offered;
    const auto offer = [&](std::string_view uri, uint8_t preferred) {
        const auto id = numbering.extension_id(uri, preferred);
        if (id) offered.push_back({*id, std::string(uri)});
    };
    for (const auto& extension : source.extensions) {
        if (!contains(kHopByHop, extension.uri)) offer(extension.uri, extension.id);
    }
    offer(kTransportSequenceUri, 0);
    offer(kAbsSendTimeUri, 0);
    return offered;
}

void put_payload_types(RewriteRules& rules, const Content& source, const Content& offered,
                       const Content& answered) {
    for (const auto& codec : source.codecs) {
        if (is_rtx(codec)) continue;
        const Codec* asked = find_same(offered.codecs, codec);
        const Codec* taken = asked ? find_same(answered.codecs, *asked) : nullptr;
        if (taken == nullptr) continue;
        rules.payload_types[codec.payload_type] = taken->payload_type;
        const Codec* rtx = find_rtx(answered.codecs, taken->payload_type);
        if (rtx == nullptr || offered.groups.empty()) continue;
        rules.rtx_payload_types[taken->payload_type] = rtx->payload_type;
        rules.rtx_ssrc = offered.groups.front().ssrcs[1];
    }
    // RED names the Opus inside by its number: where it cannot pass, the Opus goes out of it.
    const auto red = std::find_if(source.codecs.begin(), source.codecs.end(), is_red);
    const auto opus = std::find_if(source.codecs.begin(), source.codecs.end(), is_opus);
    if (red == source.codecs.end() || opus == source.codecs.end()) return;
    if (rules.payload_types[opus->payload_type] != opus->payload_type)
        rules.payload_types[red->payload_type] = RewriteRules::kRefused;
    if (rules.payload_types[red->payload_type] == RewriteRules::kRefused)
        rules.unpacked_type = red->payload_type;
}

void put_extensions(RewriteRules& rules, const Content& source, const Content& answered) {
    for (const auto& extension : answered.extensions) {
        if (extension.id < 1 || extension.id > kExtensionIdMax) continue;
        if (extension.uri == kAbsSendTimeUri) rules.abs_send_time_id = extension.id;
        if (extension.uri == kTransportSequenceUri) rules.transport_sequence_id = extension.id;
        if (contains(kHopByHop, extension.uri)) continue;
        const auto from =
            std::find_if(source.extensions.begin(), source.extensions.end(),
                         [&](const HeaderExtension& each) { return each.uri == extension.uri; });
        if (from == source.extensions.end()) continue;
        // Its keyframes need headers of two bytes: without those it is nothing to rely on.
        const bool is_descriptor = extension.uri == kDependencyDescriptorUri;
        if (is_descriptor && !answered.extmap_allow_mixed) continue;
        rules.extension_ids[from->id] = extension.id;
        if (is_descriptor) rules.frame_number_id = from->id;
    }
}

}  // namespace

tl::expected<void, Refusal> check_transport(const SessionDescription& description) {
    const auto& transport = description.transport;
    if (description.contents.empty() || description.contents.size() > kContentsMax) {
        return refuse(Reason::incompatible_parameters, "between 1 and 8 contents are accepted");
    }
    if (!description.bundled && description.contents.size() > 1) {
        return refuse(Reason::unsupported_transports,
                      "all contents must share one transport (BUNDLE)");
    }
    const bool mux = std::all_of(description.contents.begin(), description.contents.end(),
                                 [](const Content& content) { return content.rtcp_mux; });
    if (!mux) return refuse(Reason::unsupported_transports, "rtcp-mux is required");
    if (!transport.fingerprint) {
        return refuse(Reason::security_error, "a DTLS fingerprint is required (DTLS-SRTP)");
    }
    constexpr std::array kHashes{"sha-256", "sha-384", "sha-512"};
    const bool known = std::any_of(kHashes.begin(), kHashes.end(), [&](const char* hash) {
        return same_name(transport.fingerprint->hash, hash);
    });
    if (!known) {
        return refuse(Reason::security_error,
                      "the fingerprint's hash must be sha-256, sha-384 or sha-512");
    }
    if (!acceptable_credentials(transport.ufrag, transport.pwd)) {
        return refuse(Reason::unsupported_transports,
                      "the ICE ufrag or pwd is missing or malformed");
    }
    return {};
}

tl::expected<std::vector<PublishedContent>, Refusal> negotiate_contents(
    const std::vector<Content>& offered, const CodecRules& rules) {
    std::vector<PublishedContent> published;
    std::map<uint8_t, std::string> meanings;
    for (const auto& content : offered) {
        if (!bounded(content)) {
            return refuse(Reason::incompatible_parameters,
                          "too many codecs, extensions or sources");
        }
        const bool sends =
            content.direction == Direction::receive || content.direction == Direction::both;
        PublishedContent each;
        each.answer.name = content.name;
        each.answer.kind = content.kind;
        each.answer.direction = sends ? Direction::receive : Direction::inactive;
        each.answer.codecs =
            choose_codecs(content.kind, content.codecs, rules.video_preference, rules.usable);
        if (each.answer.codecs.empty()) continue;
        each.answer.extmap_allow_mixed = content.extmap_allow_mixed;
        each.answer.rtcp_reduced_size = content.rtcp_reduced_size;
        each.answer.extensions = choose_extensions(content, meanings);
        choose_encodings(content, each);
        choose_names(content, each);
        published.push_back(std::move(each));
    }
    return published;
}

tl::expected<std::vector<PublishedContent>, Refusal> negotiate_publication(
    const SessionDescription& offer, const CodecRules& rules) {
    if (auto checked = check_transport(offer); !checked) return tl::unexpected(checked.error());
    if (offer.transport.fingerprint->setup == Fingerprint::Setup::passive) {
        return refuse(Reason::security_error, "the offer's setup must be actpass or active");
    }
    auto published = negotiate_contents(offer.contents, rules);
    if (published && published->empty()) {
        return refuse(Reason::unsupported_applications,
                      "no content has Opus, or a video codec that is forwarded");
    }
    return published;
}

std::optional<Content> offer_content(const PublishedContent& published, Numbering& numbering,
                                     const OfferNames& names) {
    const Content& source = published.answer;
    Content content;
    content.name = names.content;
    content.kind = source.kind;
    content.direction = Direction::send;
    content.origin = source.name;
    content.codecs = offered_codecs(source, numbering);
    if (content.codecs.empty()) return std::nullopt;
    content.extmap_allow_mixed = true;
    content.rtcp_reduced_size = true;
    content.extensions = offered_extensions(source, numbering);
    const auto cname = published.cname.empty() ? names.token : published.cname;
    const auto msid = published.msid.empty() ? names.token + " " + names.token + "-" + source.name
                                             : published.msid;
    const std::vector<Parameter> attributes{{"cname", cname}, {"msid", msid}};
    content.sources = {{.ssrc = names.next_ssrc(), .attributes = attributes}};
    if (std::any_of(content.codecs.begin(), content.codecs.end(), is_rtx)) {
        content.sources.push_back({.ssrc = names.next_ssrc(), .attributes = attributes});
        content.groups = {{"FID", {content.sources[0].ssrc, content.sources[1].ssrc}}};
    }
    return content;
}

std::optional<RewriteRules> rules_for(const PublishedContent& published, const Content& offered,
                                      const Content& answered) {
    if (!bounded(answered) || answered.kind != offered.kind) return std::nullopt;
    if (answered.direction != Direction::send) return std::nullopt;
    RewriteRules rules;
    rules.ssrc = offered.sources.front().ssrc;
    rules.clock_rate = offered.codecs.front().clock_rate;
    put_payload_types(rules, published.answer, offered, answered);
    const bool any = std::any_of(rules.payload_types.begin(), rules.payload_types.end(),
                                 [](uint8_t type) { return type != RewriteRules::kRefused; });
    if (!any) return std::nullopt;
    put_extensions(rules, published.answer, answered);
    return rules;
}

tl::expected<void, Refusal> check_answer(const SessionDescription& answer) {
    if (auto checked = check_transport(answer); !checked) return checked;
    if (answer.transport.fingerprint->setup == Fingerprint::Setup::actpass) {
        return refuse(Reason::security_error, "the answer's setup must be active or passive");
    }
    return {};
}

}  // namespace parley::sfu
