// Options that change while the witness runs.
#include "tests/scenarios/abi/witness/witness.hpp"

namespace witness {

namespace {

xsm_status on_options(xsm_module* module, const xsm_option* options, size_t count,
                      xsm_buf* message) {
    Element told("options", ours);
    std::string_view answer;
    for (size_t i = 0; i < count; ++i) {
        Element& option = told.add("option");
        option.set_attr("key", text_of(options[i].key));
        option.set_attr("value", text_of(options[i].value));
        if (text_of(options[i].key) == "answer") answer = text_of(options[i].value);
    }
    say_everywhere(self_of(module), told);
    if (answer == "warn") *message = copy("the witness warns of its options");
    if (answer == "refuse") *message = copy("the witness refuses its options");
    return answer == "refuse" ? XSM_INVALID : XSM_OK;
}

}  // namespace

const xsm_module_options options_half = {sizeof options_half, on_options};

}  // namespace witness
