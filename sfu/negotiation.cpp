#include "sfu/negotiation.hpp"

#include <strings.h>
#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>

#include "sfu/candidate_filter.hpp"

namespace parley::sfu {

namespace {

constexpr size_t kParametersMax = 32;
constexpr size_t kParameterSizeMax = 256;
constexpr uint8_t kExtensionIdMax = 14;

bool same_name(const std::string& a, const char* b) {
    return strcasecmp(a.c_str(), b) == 0;
}

bool is_opus(const Codec& codec) {
    return same_name(codec.name, "opus") && codec.clock_rate == 48'000;
}

bool is_vp8(const Codec& codec) {
    return same_name(codec.name, "VP8") && codec.clock_rate == 90'000;
}

bool is_rtx(const Codec& codec) {
    return same_name(codec.name, "rtx");
}

/// RFC 2198 as browsers offer it: fmtp "111/111", with the same Opus format in every block.
bool is_red_of(const Codec& codec, uint8_t opus_type) {
    if (!same_name(codec.name, "red") || codec.clock_rate != 48'000) return false;
    const auto prefix = std::to_string(opus_type) + "/";
    return std::any_of(codec.parameters.begin(), codec.parameters.end(), [&](const Parameter& p) {
        return p.first.starts_with(prefix) || p.second.starts_with(prefix);
    });
}

bool bounded(const Codec& codec) {
    return codec.payload_type <= 127 && codec.parameters.size() <= kParametersMax &&
           std::all_of(codec.parameters.begin(), codec.parameters.end(), [](const Parameter& p) {
               return p.first.size() <= kParameterSizeMax && p.second.size() <= kParameterSizeMax;
           });
}

/// What the SFU acts on, of what was offered.
std::vector<RtcpFeedback> common_feedback(const Codec& offered) {
    const std::vector<RtcpFeedback> known{
        {"nack", ""}, {"nack", "pli"}, {"ccm", "fir"}, {"goog-remb", ""}};
    std::vector<RtcpFeedback> common;
    for (const auto& each : known) {
        if (std::find(offered.feedback.begin(), offered.feedback.end(), each) !=
            offered.feedback.end()) {
            common.push_back(each);
        }
    }
    return common;
}

std::vector<Codec> choose_audio(const std::vector<Codec>& offered) {
    const auto opus = std::find_if(offered.begin(), offered.end(), is_opus);
    if (opus == offered.end() || !bounded(*opus)) return {};
    std::vector<Codec> chosen{*opus};
    const auto red = std::find_if(offered.begin(), offered.end(), [&](const Codec& codec) {
        return bounded(codec) && is_red_of(codec, opus->payload_type);
    });
    if (red != offered.end()) chosen.push_back(*red);
    for (auto& codec : chosen)
        codec.feedback.clear();
    return chosen;
}

std::vector<Codec> choose_video(const std::vector<Codec>& offered) {
    const auto vp8 = std::find_if(offered.begin(), offered.end(), is_vp8);
    if (vp8 == offered.end() || !bounded(*vp8)) return {};
    std::vector<Codec> chosen{*vp8};
    chosen.front().feedback = common_feedback(*vp8);
    const auto rtx = std::find_if(offered.begin(), offered.end(), [&](const Codec& codec) {
        return is_rtx(codec) && bounded(codec) &&
               associated_payload_type(codec) == vp8->payload_type;
    });
    if (rtx != offered.end()) {
        chosen.push_back(*rtx);
        chosen.back().feedback.clear();
    }
    return chosen;
}

bool understood(const std::string& uri, MediaKind kind) {
    constexpr std::array kBoth{kMidUri, kAbsSendTimeUri};
    constexpr std::array kVideo{kVideoOrientationUri, kPlayoutDelayUri};
    return std::find(kBoth.begin(), kBoth.end(), uri) != kBoth.end() ||
           (kind == MediaKind::audio && uri == kAudioLevelUri) ||
           (kind == MediaKind::video &&
            std::find(kVideo.begin(), kVideo.end(), uri) != kVideo.end());
}

/// RFC 9143 s8: within a BUNDLE group one id has one meaning. `meanings` grows from content to
/// content.
std::vector<HeaderExtension> choose_extensions(const Content& offered,
                                               std::map<uint8_t, std::string>& meanings) {
    std::vector<HeaderExtension> chosen;
    for (const auto& extension : offered.extensions) {
        if (extension.id < 1 || extension.id > kExtensionIdMax) continue;
        if (!understood(extension.uri, offered.kind)) continue;
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

void choose_sources(const Content& offered, PublishedContent& published) {
    if (offered.sources.empty()) return;
    const Source* media = &offered.sources.front();
    for (const auto& group : offered.groups) {
        if (group.semantics != "FID" || group.ssrcs.size() != 2) continue;
        const auto found =
            std::find_if(offered.sources.begin(), offered.sources.end(),
                         [&](const Source& source) { return source.ssrc == group.ssrcs[0]; });
        if (found == offered.sources.end()) continue;
        media = &*found;
        published.rtx_ssrc = group.ssrcs[1];
        break;
    }
    published.ssrc = media->ssrc;
    if (auto cname = attribute(*media, "cname"); plain_token(cname)) published.cname = cname;
    if (auto msid = attribute(*media, "msid"); plain_msid(msid)) published.msid = msid;
}

bool bounded(const Content& content) {
    return content.codecs.size() <= kCodecsMax && content.extensions.size() <= kExtensionsMax &&
           content.sources.size() <= kSourcesMax && content.groups.size() <= kSourcesMax &&
           content.name.size() <= kParameterSizeMax && !content.name.empty();
}

tl::unexpected<Refusal> refuse(Reason reason, std::string text) {
    return tl::unexpected(Refusal{reason, std::move(text)});
}

/// Which of the answer's codecs means the offered one.
const Codec* answered_codec(const Codec& offered, const std::vector<Codec>& answered) {
    const auto found = std::find_if(answered.begin(), answered.end(), [&](const Codec& codec) {
        return codec.payload_type <= 127 && same_name(codec.name, offered.name.c_str()) &&
               codec.clock_rate == offered.clock_rate;
    });
    return found == answered.end() ? nullptr : &*found;
}

RewriteRules rules_for(const Content& source, const Content& offered, const Content& answered) {
    RewriteRules rules;
    rules.ssrc = offered.sources.front().ssrc;
    rules.clock_rate = offered.codecs.front().clock_rate;
    for (const auto& codec : offered.codecs) {
        if (is_rtx(codec)) continue;
        const Codec* match = answered_codec(codec, answered.codecs);
        if (match == nullptr) continue;
        // The blocks inside RED name their payload type: it passes only unchanged.
        const Codec* opus = same_name(codec.name, "red")
                                ? answered_codec(offered.codecs.front(), answered.codecs)
                                : nullptr;
        if (same_name(codec.name, "red") &&
            (opus == nullptr || opus->payload_type != offered.codecs.front().payload_type)) {
            continue;
        }
        rules.payload_types[codec.payload_type] = match->payload_type;
        for (const auto& rtx : answered.codecs) {
            if (!is_rtx(rtx) || rtx.payload_type > 127) continue;
            if (associated_payload_type(rtx) != match->payload_type) continue;
            if (offered.groups.empty()) continue;
            rules.rtx_payload_types[match->payload_type] = rtx.payload_type;
            rules.rtx_ssrc = offered.groups.front().ssrcs[1];
        }
    }
    for (const auto& extension : answered.extensions) {
        if (extension.id < 1 || extension.id > kExtensionIdMax) continue;
        const auto from =
            std::find_if(source.extensions.begin(), source.extensions.end(),
                         [&](const HeaderExtension& each) { return each.uri == extension.uri; });
        if (from == source.extensions.end() || extension.uri == kMidUri) continue;
        if (extension.uri == kAbsSendTimeUri) {
            rules.abs_send_time_id = extension.id;
        } else {
            rules.extension_ids[from->id] = extension.id;
        }
    }
    return rules;
}

}  // namespace

int associated_payload_type(const Codec& codec) {
    for (const auto& [name, value] : codec.parameters) {
        int number = -1;
        if (name != "apt") continue;
        const auto [end, error] =
            std::from_chars(value.data(), value.data() + value.size(), number);
        if (error == std::errc() && end == value.data() + value.size()) return number;
    }
    return -1;
}

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

tl::expected<std::vector<PublishedContent>, Refusal> negotiate_publication(
    const SessionDescription& offer) {
    if (auto checked = check_transport(offer); !checked) return tl::unexpected(checked.error());
    if (offer.transport.fingerprint->setup == Fingerprint::Setup::passive) {
        return refuse(Reason::security_error, "the offer's setup must be actpass or active");
    }
    std::vector<PublishedContent> published;
    std::map<uint8_t, std::string> meanings;
    for (const auto& content : offer.contents) {
        if (!bounded(content)) {
            return refuse(Reason::incompatible_parameters,
                          "too many codecs, extensions or sources");
        }
        if (content.direction != Direction::receive) continue;
        PublishedContent each;
        each.answer.name = content.name;
        each.answer.kind = content.kind;
        each.answer.direction = Direction::receive;
        each.answer.codecs = content.kind == MediaKind::audio ? choose_audio(content.codecs)
                                                              : choose_video(content.codecs);
        if (each.answer.codecs.empty()) continue;
        each.answer.extensions = choose_extensions(content, meanings);
        choose_sources(content, each);
        published.push_back(std::move(each));
    }
    if (published.empty()) {
        return refuse(Reason::unsupported_applications, "no content sends Opus or VP8");
    }
    return published;
}

std::vector<Content> offer_contents(const std::vector<PublishedContent>& published,
                                    const std::string& name,
                                    const std::function<uint32_t()>& next_ssrc) {
    std::vector<Content> contents;
    for (const auto& source : published) {
        Content content = source.answer;
        content.direction = Direction::send;
        content.origin = source.answer.name;
        std::erase_if(content.extensions, [](const auto& each) { return each.uri == kMidUri; });
        for (auto& codec : content.codecs) {
            if (is_vp8(codec)) codec.feedback = {{"nack", ""}, {"nack", "pli"}, {"ccm", "fir"}};
        }
        const auto cname = source.cname.empty() ? name : source.cname;
        const auto msid = source.msid.empty()
                              ? name + " " + name + "-" + std::to_string(contents.size())
                              : source.msid;
        const std::vector<Parameter> attributes{{"cname", cname}, {"msid", msid}};
        content.sources = {{.ssrc = next_ssrc(), .attributes = attributes}};
        if (std::any_of(content.codecs.begin(), content.codecs.end(), is_rtx)) {
            content.sources.push_back({.ssrc = next_ssrc(), .attributes = attributes});
            content.groups = {{"FID", {content.sources[0].ssrc, content.sources[1].ssrc}}};
        }
        contents.push_back(std::move(content));
    }
    return contents;
}

tl::expected<std::vector<TakenContent>, Refusal> negotiate_subscription(
    const std::vector<PublishedContent>& published, const std::vector<Content>& offered,
    const SessionDescription& answer) {
    if (auto checked = check_transport(answer); !checked) return tl::unexpected(checked.error());
    if (answer.transport.fingerprint->setup == Fingerprint::Setup::actpass) {
        return refuse(Reason::security_error, "the answer's setup must be active or passive");
    }
    std::vector<TakenContent> subscriptions;
    for (size_t i = 0; i < offered.size(); ++i) {
        const auto answered =
            std::find_if(answer.contents.begin(), answer.contents.end(),
                         [&](const Content& content) { return content.name == offered[i].name; });
        if (answered == answer.contents.end() || !bounded(*answered)) continue;
        if (answered->direction != Direction::send || answered->kind != offered[i].kind) continue;
        TakenContent subscription{.content = i,
                                  .rules = rules_for(published[i].answer, offered[i], *answered)};
        const auto& types = subscription.rules.payload_types;
        const bool any = std::any_of(types.begin(), types.end(),
                                     [](uint8_t type) { return type != RewriteRules::kRefused; });
        if (any) subscriptions.push_back(std::move(subscription));
    }
    if (subscriptions.empty()) {
        return refuse(Reason::unsupported_applications,
                      "the answer takes none of the offered media");
    }
    return subscriptions;
}

}  // namespace parley::sfu
