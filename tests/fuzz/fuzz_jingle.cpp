/// Jingle of any shape: what is accepted is within the limits and survives being written and read
/// again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "module/focus/negotiation.hpp"
#include "module/jingle/jingle.hpp"
#include "tests/fuzz/fuzz_check.hpp"
#include "xmpp/xml.hpp"

using namespace parley;
using module::jingle::Jingle;

namespace {

/// What writing makes up or leaves out on purpose: ids of candidates, empty names of parameters.
void forget_ids(Jingle& jingle) {
    for (auto& content : jingle.contents) {
        if (!content.transport) continue;
        for (auto& candidate : content.transport->candidates)
            candidate.id.clear();
    }
}

void check_limits(const Jingle& jingle) {
    using namespace module::jingle;
    fuzz_check(jingle.contents.size() <= contents_max, "contents are bounded");
    for (const Content& content : jingle.contents) {
        if (content.description) {
            fuzz_check(content.description->payload_types.size() <= payload_types_max,
                       "payload types are bounded");
            fuzz_check(content.description->sources.size() <= sources_max, "sources are bounded");
            fuzz_check(content.description->rids.size() <= rids_max, "encodings are bounded");
        }
        if (content.transport)
            fuzz_check(content.transport->candidates.size() <= candidates_max,
                       "candidates are bounded");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto element = xmpp::parse_xml(fuzz_text(data, size));
    if (!element) return 0;
    auto first = module::jingle::parse(*element);
    if (!first) return 0;
    check_limits(*first);
    static_cast<void>(module::media_description_of(*first));

    auto second = module::jingle::parse(module::jingle::to_element(*first));
    fuzz_check(second.has_value(), "what is written can be read");
    forget_ids(*first);
    forget_ids(*second);
    for (auto& content : first->contents) {
        content.unknown_application = content.unknown_transport = false;
    }
    fuzz_check(first->contents == second->contents, "contents survive");
    fuzz_check(first->sid == second->sid, "the sid survives");
    fuzz_check(first->infos == second->infos, "information survives");
    return 0;
}
