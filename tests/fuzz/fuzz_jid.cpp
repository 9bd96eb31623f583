#include "tests/fuzz/fuzz_check.hpp"
#include "xmpp/jid.hpp"

using namespace parley::xmpp;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view text = fuzz_text(data, size);
    const auto jid = Jid::parse(text);
    if (!jid) {
        fuzz_check(!jid.error().text.empty(), "a refusal says why");
        return 0;
    }
    for (const std::string* part : {&jid->local(), &jid->domain(), &jid->resource()}) {
        fuzz_check(part->size() <= 1023, "a part is at most 1023 octets");
    }
    fuzz_check(!jid->domain().empty(), "there is a domain");
    fuzz_check(jid->local().find_first_of("@/ <>\"&'") == std::string::npos, "a clean local part");
    fuzz_check(jid->domain().find_first_of("@/ <>\"&'") == std::string::npos, "a clean domain");
    const auto again = Jid::parse(jid->to_string());
    fuzz_check(again && *again == *jid, "preparation is its own fixed point");
    fuzz_check(jid->bare().is_bare(), "bare() is bare");
    if (jid->is_full()) {
        const auto full = jid->bare().with_resource(jid->resource());
        fuzz_check(full && *full == *jid, "with_resource restores");
    }
    return 0;
}
