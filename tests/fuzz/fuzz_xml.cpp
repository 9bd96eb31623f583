#include <algorithm>
#include <optional>
#include <vector>

#include "tests/fuzz/fuzz_check.hpp"
#include "xmpp/xml.hpp"

using namespace parley::xmpp;

namespace {

// Small, so that a fuzzer reaches them.
constexpr XmlLimits limits = {
    .stanza_bytes_max = 512, .depth_max = 6, .attributes_max = 4, .nodes_max = 16};

struct Outcome {
    std::vector<StreamParser::Event> events;
    std::optional<XmlFault> fault;
};

Outcome feed(std::string_view bytes, size_t piece_bytes) {
    StreamParser parser(limits);
    Outcome outcome;
    while (!bytes.empty() && !outcome.fault) {
        const auto fed = parser.feed(bytes.substr(0, piece_bytes), outcome.events);
        if (!fed) outcome.fault = fed.error();
        bytes.remove_prefix(std::min(bytes.size(), piece_bytes));
    }
    return outcome;
}

size_t depth_of(const Element& element) {
    size_t deepest = 0;
    for (const Element* child : element.elements())
        deepest = std::max(deepest, depth_of(*child));
    return deepest + 1;
}

void check_round_trip(const Element& element) {
    fuzz_check(depth_of(element) <= limits.depth_max, "depth_max holds");
    const auto again = parse_xml(to_xml(element), {}, "");
    fuzz_check(again.has_value(), "what to_xml writes can be parsed");
    fuzz_check(*again == element, "parse, write, parse gives the same element");
}

void check_same(const StreamParser::Event& a, const StreamParser::Event& b) {
    fuzz_check(a.index() == b.index(), "the same kinds of events");
    if (const auto* element = std::get_if<Element>(&a)) {
        fuzz_check(*element == std::get<Element>(b), "the same stanzas");
        check_round_trip(*element);
    }
}

}  // namespace

/// The same stream, whole or in pieces, gives the same events and the same fault.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view text = fuzz_text(data, size);
    if (const auto document = parse_xml(text, limits)) check_round_trip(*document);

    const Outcome whole = feed(text, size);
    for (const size_t piece_bytes : {size_t{1}, size_t{7}}) {
        const Outcome pieces = feed(text, piece_bytes);
        fuzz_check(whole.fault == pieces.fault, "the same fault");
        fuzz_check(whole.events.size() == pieces.events.size(), "as many events");
        for (size_t i = 0; i < whole.events.size(); ++i)
            check_same(whole.events[i], pieces.events[i]);
    }
    return 0;
}
