#include "tests/fuzz/fuzz_check.hpp"
#include "xmpp/data_form.hpp"
#include "xmpp/xml.hpp"

using namespace parley::xmpp;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto element = parse_xml(fuzz_text(data, size), {}, "jabber:x:data");
    if (!element) return 0;
    const auto form = DataForm::parse(*element);
    if (!form) return 0;
    for (const DataForm::Field& field : form->fields) {
        const DataForm::Field* found = form->field(field.var);
        fuzz_check(found != nullptr && found->var == field.var, "each field is found by its name");
    }
    static_cast<void>(form->boolean("muc#roomconfig_membersonly", true));
    const Element written = form->to_element();
    const auto again = DataForm::parse(written);
    fuzz_check(again.has_value(), "what to_element makes can be read");
    fuzz_check(again->to_element() == written, "read, write, read gives the same form");
    return 0;
}
