#include "xmpp/data_form.hpp"

#include <boost/test/unit_test.hpp>

#include "xmpp/xml.hpp"

using namespace parley::xmpp;

namespace {

Result<DataForm> parsed(std::string_view xml) {
    return DataForm::parse(parse_xml(xml, {}, "jabber:x:data").value());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(data_form)

BOOST_AUTO_TEST_CASE(every_part_survives_a_round_trip) {
    DataForm form;
    form.title = "Configuration of team";
    form.instructions = {"One", "Two"};
    form.add({"FORM_TYPE", "hidden", "", {"http://jabber.org/protocol/muc#roomconfig"}, {}, false})
        .add({"muc#roomconfig_whois",
              "list-single",
              "Who sees real JIDs",
              {"anyone"},
              {{"Moderators", "moderators"}, {"Anyone", "anyone"}},
              true})
        .add({"lines", "text-multi", "", {"a", "", "<b>"}, {}, false})
        .add({"", "fixed", "", {"A heading"}, {}, false});
    const auto again = DataForm::parse(parse_xml(to_xml(form.to_element())).value());
    BOOST_REQUIRE(again);
    BOOST_CHECK(again->type == DataForm::Type::form);
    BOOST_TEST(again->title == form.title);
    BOOST_CHECK(again->instructions == form.instructions);
    BOOST_CHECK(again->fields == form.fields);
    BOOST_TEST(again->form_type() == "http://jabber.org/protocol/muc#roomconfig");
}

BOOST_AUTO_TEST_CASE(a_result_of_many_items_survives_a_round_trip) {
    DataForm form;
    form.type = DataForm::Type::result;
    form.reported = {{"room", "jid-single", "Room", {}, {}, false},
                     {"id", "text-single", "Call", {}, {}, false}};
    form.items = {{{"room", "", "", {"a@x"}, {}, false}, {"id", "", "", {"1"}, {}, false}},
                  {{"room", "", "", {"b@x"}, {}, false}, {"id", "", "", {"2"}, {}, false}}};
    const Element element = form.to_element();
    BOOST_TEST(element.attr("type") == "result");
    const auto again = DataForm::parse(element);
    BOOST_REQUIRE(again);
    BOOST_CHECK(again->reported == form.reported);
    BOOST_CHECK(again->items == form.items);
    BOOST_TEST(again->fields.empty());
}

BOOST_AUTO_TEST_CASE(booleans_are_read_as_the_xep_says) {
    const auto form = parsed(
        "<x type='submit'><field var='a'><value>1</value></field><field var='b'><value>true</value>"
        "</field><field var='c'><value>0</value></field><field var='d'><value>false</value></field>"
        "<field var='e'/><field var='f'><value>yes</value></field></x>");
    BOOST_REQUIRE(form);
    BOOST_TEST(form->boolean("a", false));
    BOOST_TEST(form->boolean("b", false));
    for (const char* var : {"c", "d", "e", "f"})
        BOOST_TEST(!form->boolean(var, true));
    BOOST_TEST(form->boolean("missing", true));
    BOOST_TEST(!form->boolean("missing", false));
    BOOST_TEST(form->value("e").empty());
    BOOST_TEST(form->field("missing") == nullptr);
}

BOOST_AUTO_TEST_CASE(what_is_no_form_is_refused) {
    BOOST_TEST(!parsed("<y type='form'/>"));
    BOOST_TEST(!parsed("<x xmlns='urn:other' type='form'/>"));
    BOOST_TEST(!parsed("<x/>"));
    BOOST_TEST(!parsed("<x type='odd'/>"));
    BOOST_TEST(parsed("<x type='cancel'/>").has_value());
}

BOOST_AUTO_TEST_CASE(fields_are_limited_wherever_they_are) {
    const auto form_with = [](size_t fields, size_t of_items) {
        std::string xml = "<x type='result'>";
        for (size_t i = 0; i < fields; ++i)
            xml += "<field var='a'/>";
        xml += "<item>";
        for (size_t i = 0; i < of_items; ++i)
            xml += "<field var='a'/>";
        return parsed(xml + "</item></x>");
    };
    BOOST_TEST(form_with(1000, 24).has_value());
    BOOST_TEST(!form_with(1000, 25));
    BOOST_TEST(!form_with(1025, 0));
}

BOOST_AUTO_TEST_SUITE_END()
