#include "hosts/binding/room_config_fields.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <ostream>

#include "xmpp/xml.hpp"

using parley::binding::RoomConfigFields;
namespace xmpp = parley::xmpp;
namespace data = boost::unit_test::data;

namespace {

const std::string fixed = "<field type='fixed'><value>Calls</value></field>";
const std::string flag =
    "<field type='boolean' var='m#flag' label='A flag'><value>true</value></field>";
const std::string level =
    "<field type='list-single' var='m#level' label='A level'><value>low</value>"
    "<option label='Low'><value>low</value></option>"
    "<option label='High'><value>high</value></option></field>";
const std::string text = "<field type='text-single' var='m#text' label='A text'><value/></field>";
const std::string all = fixed + flag + level + text;

std::string long_value(size_t octets) {
    return std::string(octets, 'x');
}

std::string values(const std::string& of_flag, const std::string& of_level,
                   const std::string& of_text) {
    return "<x xmlns='jabber:x:data' type='submit'><field var='m#flag'><value>" + of_flag +
           "</value></field><field var='m#level'><value>" + of_level +
           "</value></field><field var='m#text'><value>" + of_text + "</value></field></x>";
}

xmpp::Element form(const std::string& fields) {
    return xmpp::parse_xml("<x xmlns='jabber:x:data' type='submit'>" + fields + "</x>").value();
}

xmpp::Element element(const std::string& xml) {
    return xmpp::parse_xml(xml, {}, "jabber:x:data").value();
}

std::string sent(const std::string& var, const std::string& value) {
    return "<field var='" + var + "'><value>" + value + "</value></field>";
}

// --- what set_fields takes

struct FieldsCase {
    const char* what;
    std::string xml;
    bool is_sound;
};

std::ostream& operator<<(std::ostream& out, const FieldsCase& one) {
    return out << one.what;
}

std::string many_fields(size_t count) {
    std::string xml;
    for (size_t i = 0; i < count; ++i)
        xml += "<field type='boolean' var='m#" + std::to_string(i) + "'><value>0</value></field>";
    return xml;
}

const std::vector<FieldsCase> fields_cases = {
    {"none", "", true},
    {"each type", all, true},
    {"declaring their namespace", "<field xmlns='jabber:x:data' type='fixed'/>", true},
    {"of another namespace", "<field xmlns='urn:example:x' type='fixed'/>", false},
    {"two headings", fixed + fixed, true},
    {"the same var twice", flag + "<field type='fixed' var='m#flag'/>", false},
    {"as many as there may be", many_fields(RoomConfigFields::fields_max), true},
    {"one too many", many_fields(RoomConfigFields::fields_max + 1), false},
    {"not well-formed", "<field", false},
    {"a form of its own", "</x><x xmlns='jabber:x:data' type='form'>", false},
    {"something else", "<title>Calls</title>", false},
    {"no type", "<field var='m#a'><value>1</value></field>", false},
    {"a type of many values", "<field type='list-multi' var='m#a'><value>1</value></field>", false},
    {"no var", "<field type='boolean'><value>1</value></field>", false},
    {"the form's type", "<field type='text-single' var='FORM_TYPE'><value>1</value></field>",
     false},
    {"the form's type as a heading", "<field type='fixed' var='FORM_TYPE'/>", false},
    {"one of the room's", "<field type='boolean' var='muc#x'><value>1</value></field>", false},
    {"no default", "<field type='boolean' var='m#a'/>", false},
    {"two defaults", "<field type='text-single' var='m#a'><value>1</value><value>2</value></field>",
     false},
    {"a default that is no boolean", "<field type='boolean' var='m#a'><value>yes</value></field>",
     false},
    {"a default that is no option",
     "<field type='list-single' var='m#a'><value>1</value><option><value>2</value></option>"
     "</field>",
     false},
    {"a default that is too long",
     "<field type='text-single' var='m#a'><value>" +
         long_value(RoomConfigFields::value_octets_max + 1) + "</value></field>",
     false},
};

// --- what becomes of a room's values when an owner submits a form

struct SubmissionCase {
    const char* what;
    std::string before;  ///< empty: the room has none
    std::string fields;  ///< of the form
    std::string after;   ///< empty: not the module's concern
};

std::ostream& operator<<(std::ostream& out, const SubmissionCase& one) {
    return out << one.what;
}

const std::vector<SubmissionCase> accepted = {
    {"no field of the module's", "", sent("muc#roomconfig_roomname", "Hall"), ""},
    {"no field at all", values("0", "high", "words"), "", ""},
    {"only the heading", "", "<field type='fixed'><value>Calls</value></field>", ""},
    {"one over the defaults", "", sent("m#level", "high"), values("1", "high", "")},
    {"one over the room's", values("0", "high", "words"), sent("m#flag", "1"),
     values("1", "high", "words")},
    {"all", values("0", "low", "words"),
     sent("m#text", "others") + sent("m#level", "high") + sent("m#flag", "1"),
     values("1", "high", "others")},
    {"the long spelling of true", values("0", "low", ""), sent("m#flag", "true"),
     values("1", "low", "")},
    {"the long spelling of false", "", sent("m#flag", "false"), values("0", "low", "")},
    {"a text without a value", values("0", "low", "words"), "<field var='m#text'/>",
     values("0", "low", "")},
    {"a text as long as it may be", "",
     sent("m#text", long_value(RoomConfigFields::value_octets_max)),
     values("1", "low", long_value(RoomConfigFields::value_octets_max))},
    {"over values that cannot be read", "<x", sent("m#flag", "0"), values("0", "low", "")},
    {"over a value the field has no more", values("0", "middle", "words"), sent("m#flag", "1"),
     values("1", "low", "words")},
    {"over values of fields that are gone",
     "<x xmlns='jabber:x:data' type='submit'><field var='m#old'><value>1</value></field></x>",
     sent("m#flag", "0"), values("0", "low", "")},
};

const std::vector<SubmissionCase> refused = {
    {"a flag that is none", "", sent("m#flag", "yes"), "m#flag"},
    {"a flag without a value", "", "<field var='m#flag'/>", "m#flag"},
    {"a list's value that is no option", "", sent("m#level", "middle"), "m#level"},
    {"a list's value beside one that may be", "", sent("m#text", "a") + sent("m#level", ""),
     "m#level"},
    {"two values", "", "<field var='m#text'><value>a</value><value>b</value></field>", "m#text"},
    {"a text that is too long", "",
     sent("m#text", long_value(RoomConfigFields::value_octets_max + 1)), "m#text"},
};

}  // namespace

BOOST_DATA_TEST_CASE(takes_what_the_contract_allows, data::make(fields_cases), one) {
    BOOST_TEST(RoomConfigFields::parse(one.xml).has_value() == one.is_sound);
}

BOOST_AUTO_TEST_CASE(a_form_has_the_defaults_where_a_room_has_no_values) {
    const auto shown = RoomConfigFields::parse(all)->form("");
    BOOST_REQUIRE(shown.size() == 4u);
    BOOST_CHECK(shown[0] == element(fixed));
    BOOST_CHECK(shown[1] ==
                element("<field type='boolean' var='m#flag' label='A flag'><value>1</value>"
                        "</field>"));
    BOOST_CHECK(shown[2] == element(level));
    BOOST_CHECK(shown[3].child("value", "jabber:x:data") != nullptr);
}

BOOST_AUTO_TEST_CASE(a_form_has_the_values_of_the_room) {
    const auto shown = RoomConfigFields::parse(all)->form(values("0", "high", "a &lt; b"));
    BOOST_REQUIRE(shown.size() == 4u);
    const auto value = [&](size_t at) { return shown[at].child("value", "jabber:x:data")->text(); };
    BOOST_TEST(value(0) == "Calls");
    BOOST_TEST(value(1) == "0");
    BOOST_TEST(value(2) == "high");
    BOOST_TEST(value(3) == "a < b");
}

BOOST_AUTO_TEST_CASE(without_fields_a_form_has_none_and_nothing_is_submitted) {
    const RoomConfigFields none;
    BOOST_TEST(none.empty());
    BOOST_TEST(none.form(values("0", "high", "")).empty());
    const auto result = none.submit("", form(sent("m#flag", "1")));
    BOOST_REQUIRE(result.has_value());
    BOOST_TEST(!result->has_value());
}

BOOST_DATA_TEST_CASE(a_submission_is_laid_over_the_values, data::make(accepted), one) {
    const auto result = RoomConfigFields::parse(all)->submit(one.before, form(one.fields));
    BOOST_REQUIRE(result.has_value());
    BOOST_REQUIRE(result->has_value() == !one.after.empty());
    if (one.after.empty()) return;
    // Text that is empty leaves no node behind.
    const auto expected = xmpp::parse_xml(one.after).value();
    BOOST_TEST(xmpp::to_xml(**result) == xmpp::to_xml(expected));
}

BOOST_DATA_TEST_CASE(a_value_that_cannot_be_is_named, data::make(refused), one) {
    const auto result = RoomConfigFields::parse(all)->submit(one.before, form(one.fields));
    BOOST_REQUIRE(!result.has_value());
    BOOST_TEST(result.error().text.find(one.after) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_no_form_is_refused) {
    BOOST_TEST(!RoomConfigFields::parse(all)->submit("", xmpp::Element("x", "urn:example:x")));
}
