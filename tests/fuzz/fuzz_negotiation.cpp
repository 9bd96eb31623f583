/// Jingle of any shape on its way to the SFU: what is negotiated of an offer is bounded, what is
/// offered of it to another client has numbers that mean one thing each, and candidates that pass
/// are addresses.
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "module/composition/sfu_values.hpp"
#include "module/focus/negotiation.hpp"
#include "module/jingle/jingle.hpp"
#include "sfu/candidate_filter.hpp"
#include "sfu/negotiation.hpp"
#include "tests/fuzz/fuzz_check.hpp"
#include "xmpp/xml.hpp"

using namespace parley;

namespace {

void check_numbers(const std::vector<sfu::Content>& contents) {
    std::map<unsigned, std::string> formats;
    std::map<unsigned, std::string> extensions;
    for (const auto& content : contents) {
        for (const auto& codec : content.codecs) {
            const auto& known = formats.try_emplace(codec.payload_type, codec.name).first->second;
            fuzz_check(sfu::same_name(known, codec.name), "a payload type is one format");
        }
        for (const auto& extension : content.extensions) {
            const auto& known = extensions.try_emplace(extension.id, extension.uri).first->second;
            fuzz_check(known == extension.uri, "an id is one extension");
            fuzz_check(extension.id >= 1 && extension.id <= 14, "ids fit one byte");
        }
    }
}

void offer_to_another(const std::vector<sfu::PublishedContent>& published,
                      sfu::Numbering& numbering) {
    std::vector<sfu::Content> offered;
    uint32_t ssrc = 0;
    for (const auto& each : published) {
        fuzz_check(!each.encodings.empty() && each.encodings.size() <= sfu::kEncodingsMax,
                   "encodings are bounded");
        const auto content = sfu::offer_content(each, numbering,
                                                {.content = "r" + std::to_string(ssrc),
                                                 .token = "t",
                                                 .next_ssrc = [&ssrc] { return ++ssrc; }});
        if (!content) continue;
        static_cast<void>(sfu::rules_for(each, *content, *content));
        static_cast<void>(sfu::rules_for(each, *content, each.answer));
        offered.push_back(*content);
    }
    check_numbers(offered);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto element = xmpp::parse_xml(fuzz_text(data, size));
    if (!element) return 0;
    const auto jingle = module::jingle::parse(*element);
    if (!jingle) return 0;
    const auto media = module::media_description_of(*jingle);
    if (!media) return 0;
    const auto offer = module::to_sfu(*media);
    for (const auto& candidate : offer.transport.candidates) {
        if (!sfu::acceptable(candidate)) continue;
        fuzz_check(static_cast<bool>(sfu::ip_address(candidate.address)),
                   "an acceptable candidate has an address");
        fuzz_check(candidate.priority != 0 && candidate.port != 0, "and a priority and a port");
    }
    const sfu::CodecRules rules{.video_preference = {"VP8", "VP9", "H264", "AV1"},
                                .usable = [](const sfu::Codec&) { return true; }};
    const auto published = sfu::negotiate_contents(offer.contents, rules);
    static_cast<void>(sfu::negotiate_publication(offer, rules));
    if (!published) return 0;
    sfu::Numbering empty;
    offer_to_another(*published, empty);
    sfu::Numbering own;
    for (const auto& content : offer.contents)
        own.learn(content);
    offer_to_another(*published, own);
    return 0;
}
