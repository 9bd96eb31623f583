#include "xmpp/jid.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

using namespace parley::xmpp;
namespace data = boost::unit_test::data;

namespace {

struct Valid {
    std::string text;
    std::string local;
    std::string domain;
    std::string resource;
};

std::ostream& operator<<(std::ostream& out, const Valid& one) {
    return out << one.text;
}

struct Invalid {
    std::string text;
    std::string why;
};

std::ostream& operator<<(std::ostream& out, const Invalid& one) {
    return out << one.text;
}

std::string repeat(size_t count, std::string_view what) {
    std::string result;
    for (size_t i = 0; i < count; ++i)
        result += what;
    return result;
}

/// A domain of exactly 1023 octets, in labels of at most 63.
std::string longest_domain() {
    return repeat(15, std::string(63, 'a') + ".") + std::string(63, 'a');
}

const std::vector<Valid> valid = {
    {"example.org", "", "example.org", ""},
    {"alice@example.org", "alice", "example.org", ""},
    {"alice@example.org/phone", "alice", "example.org", "phone"},
    {"example.org/echo", "", "example.org", "echo"},
    {"Alice@Example.ORG/Phone", "alice", "example.org", "Phone"},
    {"a.b-c_d+e!f#g$h%i^j*k(l)m=n{o}p|q~r?s,t;u@x.org", "a.b-c_d+e!f#g$h%i^j*k(l)m=n{o}p|q~r?s,t;u",
     "x.org", ""},
    {"team@conference.localhost/Nick with spaces", "team", "conference.localhost",
     "Nick with spaces"},
    // RFC 7622 s3.1: the first slash ends the domain, an at sign behind it belongs to the resource.
    {"a@b/c@d/e", "a", "b", "c@d/e"},
    {"b/c@d", "", "b", "c@d"},
    {"a@b//", "a", "b", "/"},
    {"a@example.org.", "a", "example.org", ""},
    {"a@127.0.0.1/r", "a", "127.0.0.1", "r"},
    {"a@[::1]/r", "a", "[::1]", "r"},
    {"a@[2001:DB8::1]", "a", "[2001:db8::1]", ""},
    {"a@my_host", "a", "my_host", ""},
    {"a@xn--mnchen-3ya.example", "a", "xn--mnchen-3ya.example", ""},
    {"J\u00dcRG@M\u00dcNCHEN.example", "j\u00fcrg", "m\u00fcnchen.example", ""},
    {"stra\u00dfe@x.org", "strasse", "x.org", ""},
    {"\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2@x.org",
     "\u03c3\u03af\u03c3\u03c5\u03c6\u03bf\u03c3", "x.org", ""},
    {"\u212b@x.org", "\u00e5", "x.org", ""},
    {"a@x\u3002org", "a", "x.org", ""},
    {"a@\uff58\uff0eorg", "a", "x.org", ""},
    {"a@x.org/\u212b", "a", "x.org", "\u00c5"},
    {"a@x.org/\U0001F600 zoe\u0308", "a", "x.org", "\U0001F600 zo\u00eb"},
    {"\u05d0\u05d1@x.org", "\u05d0\u05d1", "x.org", ""},
    {"a\u00adb@x.org", "ab", "x.org", ""},
    {std::string(1023, 'a') + "@" + longest_domain() + "/" + std::string(1023, 'r'),
     std::string(1023, 'a'), longest_domain(), std::string(1023, 'r')},
};

const std::vector<Invalid> invalid = {
    {"", "domain of the JID is empty"},
    {"@", "local part of the JID is empty"},
    {"@example.org", "local part of the JID is empty"},
    {"alice@", "domain of the JID is empty"},
    {"alice@/phone", "domain of the JID is empty"},
    {"/phone", "domain of the JID is empty"},
    {"alice@example.org/", "resource of the JID is empty"},
    {"a@b@c", "domain of the JID holds a character"},
    {"al ice@example.org", "local part of the JID holds a character"},
    {"al\"ice@example.org", "local part"},
    {"al&ice@example.org", "local part"},
    {"al'ice@example.org", "local part"},
    {"al:ice@example.org", "local part"},
    {"al<ice@example.org", "local part"},
    {"al>ice@example.org", "local part"},
    {std::string("al\0ice@example.org", 18), "local part"},
    {"al\x7fice@example.org", "local part"},
    {"alice@exa mple.org", "domain"},
    {"alice@exa<mple.org", "domain"},
    {"alice@example..org", "empty label"},
    {"alice@.example.org", "empty label"},
    {"alice@.", "domain of the JID is empty"},
    {"alice@" + std::string(64, 'a') + ".org", "longer than 63"},
    {"alice@[::1", "domain"},
    {"alice@[::1]x", "domain"},
    {"alice@[]", "domain"},
    {"alice@[" + std::string(1024, '1') + "]", "domain of the JID"},
    {"alice@[g]", "domain"},
    {std::string(1024, 'a') + "@x.org", "local part of the JID is longer than 1023"},
    {"a@" + std::string(1024, 'a'), "domain of the JID is longer than 1023"},
    {"a@x.org/" + std::string(1024, 'a'), "resource of the JID is longer than 1023"},
    // U+3316 is three octets, and becomes six characters of three octets each.
    {repeat(100, "\u3316") + "@x.org", "longer than 1023"},
    {"a@x.org/tab\there", "resource"},
    {"a@x.org/line\nend", "resource"},
    {"a\xff@x.org", "local part"},
    {"a@x\xc3.org", "domain"},
    {"a@x.org/\xed\xa0\x80", "resource"},
    // Normalisation must not smuggle in separators: full-width at sign and slash.
    {"a\uff20b@x.org", "local part"},
    {"a\uff0fb@x.org", "local part"},
    {"a@x\uff0fy.org", "domain"},
    {"a@x\uff20y.org", "domain"},
    {"\u00a0@x.org", "local part"},
    {"a@x.org/\u2028", "resource"},
    {"a@x.org/\ue000", "resource"},
    {"\u00ad@x.org", "local part of the JID is empty"},
    {"\u05d0a@x.org", "local part"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(jid)

BOOST_DATA_TEST_CASE(is_prepared, data::make(valid), one) {
    const auto jid = Jid::parse(one.text);
    BOOST_REQUIRE_MESSAGE(jid, (jid ? "" : jid.error().text));
    BOOST_TEST(jid->local() == one.local);
    BOOST_TEST(jid->domain() == one.domain);
    BOOST_TEST(jid->resource() == one.resource);
    const auto again = Jid::parse(jid->to_string());
    BOOST_REQUIRE(again);
    BOOST_CHECK(*again == *jid);
    const auto made = Jid::make(one.local, one.domain, one.resource);
    BOOST_REQUIRE(made);
    BOOST_CHECK(*made == *jid);
}

BOOST_DATA_TEST_CASE(is_refused_with_the_part_and_the_reason, data::make(invalid), one) {
    const auto jid = Jid::parse(one.text);
    BOOST_REQUIRE(!jid);
    BOOST_TEST_CONTEXT(jid.error().text) {
        BOOST_TEST(jid.error().text.find(one.why) != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(kinds) {
    const Jid domain = Jid::parse("x.org").value();
    const Jid bare = Jid::parse("a@x.org").value();
    const Jid full = Jid::parse("a@x.org/r").value();
    const Jid service = Jid::parse("x.org/r").value();
    BOOST_TEST((domain.is_domain() && domain.is_bare() && !domain.is_full()));
    BOOST_TEST((!bare.is_domain() && bare.is_bare() && !bare.is_full()));
    BOOST_TEST((!full.is_domain() && !full.is_bare() && full.is_full()));
    BOOST_TEST((!service.is_domain() && service.is_full()));
    BOOST_CHECK(full.bare() == bare);
    BOOST_CHECK(bare.bare() == bare);
}

BOOST_AUTO_TEST_CASE(with_resource_prepares) {
    const Jid room = Jid::parse("team@conference.localhost").value();
    BOOST_TEST(room.with_resource("\u212b").value().to_string() ==
               "team@conference.localhost/\u00c5");
    BOOST_TEST(!room.with_resource(""));
    BOOST_TEST(!room.with_resource("a\nb"));
    BOOST_TEST(!room.with_resource(std::string(1024, 'a')));
}

BOOST_AUTO_TEST_CASE(compares_and_hashes_as_prepared) {
    const Jid a = Jid::parse("Alice@Example.org/X").value();
    const Jid b = Jid::parse("alice@example.ORG/X").value();
    const Jid c = Jid::parse("alice@example.org/x").value();
    BOOST_CHECK(a == b);
    BOOST_CHECK(a != c);
    BOOST_CHECK(a < c);
    BOOST_TEST(std::hash<Jid>{}(a) == std::hash<Jid>{}(b));
    BOOST_TEST(std::hash<Jid>{}(a) != std::hash<Jid>{}(c));
}

BOOST_AUTO_TEST_SUITE_END()
