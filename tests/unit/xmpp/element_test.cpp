#include "xmpp/element.hpp"

#include <boost/test/unit_test.hpp>

#include "xmpp/namespaces.hpp"
#include "xmpp/xml.hpp"

using namespace parley::xmpp;

BOOST_AUTO_TEST_SUITE(element)

BOOST_AUTO_TEST_CASE(attributes_are_told_apart_by_namespace) {
    Element message("message", ns::client);
    message.set_attr("lang", "none").set_attr_ns("lang", ns::xml, "de").set_attr("lang", "plain");
    BOOST_TEST(message.attr("lang") == "plain");
    BOOST_TEST(message.attr_ns("lang", ns::xml) == "de");
    BOOST_TEST(message.attributes().size() == 2u);
    message.remove_attr("lang");
    BOOST_TEST(!message.has_attr("lang"));
    BOOST_TEST(message.attr("lang").empty());
    BOOST_TEST(message.attr_ns("lang", ns::xml) == "de");
}

BOOST_AUTO_TEST_CASE(an_empty_attribute_is_there) {
    Element query("query", ns::disco_info);
    query.set_attr("node", "");
    BOOST_TEST(query.has_attr("node"));
    BOOST_TEST(query.attr("node").empty());
}

BOOST_AUTO_TEST_CASE(children_are_found_by_name_and_namespace) {
    Element iq("iq", ns::client);
    iq.add_text("\n");
    iq.add("query", ns::disco_info).set_attr("n", "1");
    iq.add("query", ns::disco_items).set_attr("n", "2");
    iq.add("body");
    BOOST_TEST(iq.first_child()->attr("n") == "1");
    BOOST_TEST(iq.child("query", ns::disco_items)->attr("n") == "2");
    BOOST_TEST(iq.child_ns(ns::disco_items)->attr("n") == "2");
    BOOST_TEST(iq.child("body", ns::client) != nullptr);
    BOOST_TEST(iq.child("query", ns::client) == nullptr);
    BOOST_TEST(iq.child_ns("urn:none") == nullptr);
    BOOST_TEST(iq.elements().size() == 3u);
    BOOST_TEST(iq.remove_children("query", ns::disco_info) == 1u);
    BOOST_TEST(iq.elements().size() == 2u);
    BOOST_TEST((Element("a", "b").first_child() == nullptr));
}

BOOST_AUTO_TEST_CASE(text_is_one_node_where_nothing_is_between) {
    Element body("body", ns::client);
    body.add_text("a").add_text("").add_text("b");
    BOOST_TEST(body.nodes().size() == 1u);
    body.add("br");
    body.add_text("c");
    BOOST_TEST(body.nodes().size() == 3u);
    BOOST_TEST(body.text() == "abc");
}

BOOST_AUTO_TEST_CASE(equality_ignores_the_order_of_attributes_only) {
    Element a("a", "n");
    a.set_attr("x", "1").set_attr("y", "2");
    Element b("a", "n");
    b.set_attr("y", "2").set_attr("x", "1");
    BOOST_CHECK(a == b);
    b.set_attr("y", "3");
    BOOST_CHECK(a != b);
    b.set_attr("y", "2").set_attr("z", "");
    BOOST_CHECK(a != b);

    Element c("a", "n");
    c.add("b");
    c.add("c");
    Element d("a", "n");
    d.add("c");
    d.add("b");
    BOOST_CHECK(c != d);
    BOOST_CHECK(Element("a", "n") != Element("a", "m"));
}

BOOST_AUTO_TEST_CASE(copies_are_deep) {
    Element a("a", "n");
    a.add("b").add_text("text");
    Element copy = a;
    copy.child("b", "n")->add_text("more");
    BOOST_TEST(a.child("b", "n")->text() == "text");
    a = a;
    BOOST_TEST(a.child("b", "n")->text() == "text");
}

BOOST_AUTO_TEST_CASE(a_child_may_be_added_to_itself) {
    Element a("a", "n");
    a.add("b");
    a.add(a);
    BOOST_TEST(to_xml(a, "n") == "<a><b/><a><b/></a></a>");
}

BOOST_AUTO_TEST_SUITE_END()
