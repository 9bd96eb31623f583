#include "hosts/server/stream/c2s_stream.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/unit/server/stream_fixture.hpp"

using namespace parley::server;
using namespace parley::server::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(c2s_stream)

namespace {

const std::string tls_feature =
    "<starttls xmlns=\"urn:ietf:params:xml:ns:xmpp-tls\"><required/></starttls>";
const std::string encrypted_features =
    "<stream:features><mechanisms xmlns=\"urn:ietf:params:xml:ns:xmpp-sasl\">"
    "<mechanism>SCRAM-SHA-256</mechanism><mechanism>SCRAM-SHA-1</mechanism>"
    "<mechanism>PLAIN</mechanism></mechanisms></stream:features>";
const std::string sasl_success = "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'></success>";
const std::string bind_features =
    "<stream:features><bind xmlns=\"urn:ietf:params:xml:ns:xmpp-bind\"/>"
    "<session xmlns=\"urn:ietf:params:xml:ns:xmpp-session\"><optional/></session>"
    "</stream:features>";

C2sOptions tcp() {
    return {"localhost", {}, Framing::Kind::tcp, true, false, false};
}

C2sOptions tcp_encrypted() {
    return {"localhost", {}, Framing::Kind::tcp, false, false, true};
}

C2sOptions websocket() {
    return {"localhost", {}, Framing::Kind::websocket, false, true, false};
}

/// The serialiser may choose either quote.
std::string normal(std::string text) {
    for (char& c : text) {
        if (c == '\'') c = '"';
    }
    return text;
}

void check(const std::string& actual, const std::string& expected) {
    BOOST_TEST(normal(actual) == normal(expected));
}

}  // namespace

BOOST_AUTO_TEST_CASE(negotiates_tls_login_and_resource) {
    StreamDialogue client(tcp());
    check(client.feed(client_header),
          server_header(1) + "<stream:features>" + tls_feature + "</stream:features>");
    check(client.feed("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
          "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>[start tls]");
    check(client.tls(), "");
    check(client.feed(client_header), server_header(2) + encrypted_features);
    check(client.feed(alice_plain), sasl_success);
    check(client.feed(client_header), server_header(3) + bind_features);
    check(client.feed("<iq type='set' id='b1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
                      "<resource>home</resource></bind></iq>"),
          "[bound alice@localhost/home]<iq id='b1' type='result'>"
          "<bind "
          "xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>alice@localhost/home</jid></bind></iq>");
    BOOST_TEST(client.stream().bound());
    check(client.feed("<iq type='set' id='s'>"
                      "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>"),
          "<iq id='s' type='result'/>");
    check(client.feed("<message to='bob@localhost'><body>hi</body></message>"),
          "[stanza <message to='bob@localhost' "
          "from='alice@localhost/home'><body>hi</body></message>]");
    check(client.feed("</stream:stream>"), "</stream:stream>[close]");
}

BOOST_AUTO_TEST_CASE(negotiates_on_a_websocket) {
    StreamDialogue client(websocket());
    const std::string open =
        "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='localhost' version='1.0'/>";
    const std::string answer =
        "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' from='localhost' id='id-1' "
        "version='1.0' "
        "xml:lang='en'/>";
    check(client.feed(open),
          answer +
              "<stream:features xmlns:stream='http://etherx.jabber.org/streams'>"
              "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
              "<mechanism>SCRAM-SHA-256</mechanism><mechanism>SCRAM-SHA-1</mechanism></mechanisms>"
              "</stream:features>");
    check(client.feed("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>"),
          "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>[close]");
}

BOOST_AUTO_TEST_CASE(a_websocket_message_is_one_whole_document) {
    for (const std::string message :
         {"<open xmlns='urn:ietf:params:xml:ns:xmpp-framing'", "<a/><b/>", "text"}) {
        StreamDialogue client(websocket());
        BOOST_TEST(client.feed(message).find("not-well-formed") != std::string::npos, message);
        BOOST_TEST(client.stream().closed());
    }
}

BOOST_AUTO_TEST_CASE(plain_is_not_offered_or_taken_without_tls) {
    StreamDialogue required(tcp());
    required.feed(client_header);
    check(required.feed(alice_plain),
          "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><encryption-required/></failure>");
    C2sOptions options = tcp();
    options.allow_plaintext = true;
    StreamDialogue optional(options);
    BOOST_TEST(optional.feed(client_header).find("PLAIN") == std::string::npos);
    check(optional.feed(alice_plain),
          "[login failed: invalid-mechanism]"
          "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><invalid-mechanism/></failure>");
}

BOOST_AUTO_TEST_CASE(channel_bindings_are_advertised_with_plus) {
    StreamDialogue client(tcp());
    client.feed(client_header);
    client.feed("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    client.tls({"finished", "exported", false});
    check(client.feed(client_header),
          server_header(2) +
              "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
              "<mechanism>SCRAM-SHA-256-PLUS</mechanism><mechanism>SCRAM-SHA-1-PLUS</mechanism>"
              "<mechanism>SCRAM-SHA-256</mechanism><mechanism>SCRAM-SHA-1</mechanism>"
              "<mechanism>PLAIN</mechanism></mechanisms>"
              "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>"
              "<channel-binding type='tls-exporter'/></sasl-channel-binding></stream:features>");
}

BOOST_AUTO_TEST_CASE(what_was_sent_in_the_clear_does_not_count_after_tls) {
    StreamDialogue client(tcp());
    client.feed(client_header);
    check(client.feed("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" + alice_plain + "<x"),
          "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>[start tls]");
    check(client.tls(), "");
    check(client.feed(client_header), server_header(2) + encrypted_features);
}

BOOST_AUTO_TEST_CASE(a_wrong_header_gets_a_header_and_the_exact_error) {
    struct Case {
        const char* header;
        const char* condition;
    };

    const Case cases[] = {
        {"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
         "to='example.org' version='1.0'>",
         "host-unknown"},
        {"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
         "to='a@localhost' version='1.0'>",
         "host-unknown"},
        {"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
         "version='1.0'>",
         "improper-addressing"},
        {"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
         "to='localhost'>",
         "unsupported-version"},
        {"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
         "to='localhost' version='0.9'>",
         "unsupported-version"},
        {"<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' "
         "to='localhost' version='1.0'>",
         "invalid-namespace"},
        {"<stream:stream xmlns='jabber:client' xmlns:stream='urn:wrong' to='localhost' "
         "version='1.0'>",
         "invalid-namespace"},
        {"<stream:wrong xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
         "to='localhost' version='1.0'>",
         "bad-format"},
        {"<stream:stream to='localhost' version='1.0'>", "bad-namespace-prefix"},
        {"GET / HTTP/1.1\r\n\r\n", "not-well-formed"},
        {"<?xml version='1.0' encoding='ISO-8859-1'?><stream:stream xmlns='jabber:client' "
         "xmlns:stream='http://etherx.jabber.org/streams' to='localhost' version='1.0'>",
         "unsupported-encoding"},
        {"<!DOCTYPE x [<!ENTITY a 'b'>]><stream:stream xmlns='jabber:client' "
         "xmlns:stream='http://etherx.jabber.org/streams' to='localhost' version='1.0'>",
         "restricted-xml"},
    };
    for (const auto& [header, condition] : cases) {
        BOOST_TEST_CONTEXT(header) {
            StreamDialogue client(tcp());
            const std::string answer = client.feed(header);
            BOOST_TEST(answer.starts_with(server_header(1) + "<stream:error><" + condition + " "));
            BOOST_TEST(answer.ends_with("</stream:error></stream:stream>[close lost]"));
            BOOST_TEST(!client.stream().deadline());
            check(client.feed(client_header), "");
        }
    }
}

BOOST_AUTO_TEST_CASE(hostile_input_after_login_gets_the_exact_error) {
    struct Case {
        std::string input;
        const char* condition;
    };

    const Case cases[] = {
        {"<message><!-- x --></message>", "restricted-xml"},
        {"<message><?php x?></message>", "restricted-xml"},
        {"<message><body>&lol;</body></message>", "restricted-xml"},
        {"<message></presence>", "not-well-formed"},
        {"<message a='1' a='2'/>", "not-well-formed"},
        {"<message><x:y/></message>", "bad-namespace-prefix"},
        {"<message><body>\xff\xfe</body></message>", "unsupported-encoding"},
        {"between stanzas", "bad-format"},
        {"<message xmlns='jabber:server'/>", "invalid-namespace"},
        {"<wrong/>", "unsupported-stanza-type"},
        {"<r xmlns='urn:xmpp:sm:3'/>", "unsupported-stanza-type"},
        {"<message from='bob@localhost'/>", "invalid-from"},
        {"<message from='alice@localhost/work'/>", "invalid-from"},
        {"<message from='@@'/>", "invalid-from"},
        {"<message><body>" + std::string(300 * 1024, 'x'), "policy-violation"},
        {"<message a='" + std::string(300 * 1024, 'x'), "policy-violation"},
    };
    for (const auto& [input, condition] : cases) {
        BOOST_TEST_CONTEXT(input.substr(0, 60)) {
            LoggedIn client;
            const std::string answer = client.feed(input);
            BOOST_TEST(answer.starts_with("<stream:error><" + std::string(condition) + " "));
            BOOST_TEST(answer.ends_with("</stream:error></stream:stream>[close lost]"));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_limit_before_login_is_smaller) {
    StreamDialogue client(tcp_encrypted());
    client.feed(client_header);
    const std::string long_auth =
        "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" +
        std::string(17 * 1024, 'A');
    BOOST_TEST(client.feed(long_auth).starts_with("<stream:error><policy-violation "));
    LoggedIn later;
    BOOST_TEST(later.feed("<message><body>" + std::string(17 * 1024, 'A') + "</body></message>")
                   .starts_with("[stanza "));
}

BOOST_AUTO_TEST_CASE(from_of_a_stanza_is_stamped) {
    for (const std::string from : {"", " from='alice@localhost'", " from='alice@localhost/home'"}) {
        LoggedIn client;
        const std::string answer = client.feed("<presence" + from + "/>");
        BOOST_TEST(normal(answer) == normal("[stanza <presence from='alice@localhost/home'/>]"));
    }
}

BOOST_AUTO_TEST_CASE(stanzas_before_login_or_bind_end_the_stream) {
    StreamDialogue before_login(tcp_encrypted());
    before_login.feed(client_header);
    check(before_login.feed("<message to='bob@localhost'/>"),
          ends_with("not-authorized", "Log in first."));
    StreamDialogue before_bind(tcp_encrypted());
    before_bind.feed(client_header);
    before_bind.feed(alice_plain);
    before_bind.feed(client_header);
    check(before_bind.feed("<message to='bob@localhost'/>"),
          ends_with("not-authorized", "Bind a resource first."));
}

BOOST_AUTO_TEST_CASE(bind_makes_a_resource_or_refuses_a_bad_one) {
    StreamDialogue client(tcp_encrypted());
    client.feed(client_header);
    client.feed(alice_plain);
    client.feed(client_header);
    const std::string refused = client.feed(
        "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>" +
        std::string(1024, 'r') + "</resource></bind></iq>");
    BOOST_TEST(refused.find("bad-request") != std::string::npos);
    BOOST_TEST(!client.stream().bound());
    BOOST_TEST(
        client.feed("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
            .starts_with("[bound alice@localhost/id-"));
}

BOOST_AUTO_TEST_CASE(bind_is_refused_while_the_account_has_too_many_sessions) {
    bool room = false;
    C2sOptions options = tcp_encrypted();
    options.may_bind = [&room](const parley::xmpp::Jid&) { return room; };
    StreamDialogue client(options);
    client.feed(client_header);
    client.feed(alice_plain);
    client.feed(client_header);
    const std::string bind =
        "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";
    const std::string refused = client.feed(bind);
    BOOST_TEST(refused.find("<error type='wait'><resource-constraint") != std::string::npos,
               refused);
    BOOST_TEST(!client.stream().bound());
    room = true;
    BOOST_TEST(client.feed(bind).starts_with("[bound alice@localhost/id-"));
}

BOOST_AUTO_TEST_CASE(failed_logins_are_delayed_and_counted) {
    C2sOptions options = tcp_encrypted();
    options.limits.login_attempts = 2;
    StreamDialogue client(options);
    client.feed(client_header);
    const std::string wrong =
        "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGFsaWNlAHdyb25n</auth>";
    const std::string failure =
        "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>";
    check(client.feed(wrong), "[login failed: not-authorized]");
    BOOST_TEST(!client.stream().reading());
    check(client.feed(wrong), "");
    check(client.wait(999ms), "");
    check(client.wait(1ms), failure + "[login failed: not-authorized]");
    check(client.wait(1s), failure + ends_with("policy-violation", "Too many failed logins."));
}

BOOST_AUTO_TEST_CASE(sasl_errors_are_the_exact_ones) {
    struct Case {
        const char* element;
        const char* condition;
    };

    const std::string ns = " xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";
    const Case cases[] = {
        {"<auth%s mechanism='CRAM-MD5'/>", "invalid-mechanism"},
        {"<auth%s/>", "invalid-mechanism"},
        {"<auth%s mechanism='SCRAM-SHA-1-PLUS'>AAAA</auth>", "invalid-mechanism"},
        {"<auth%s mechanism='PLAIN'>*</auth>", "incorrect-encoding"},
        {"<auth%s mechanism='SCRAM-SHA-1'>AAAA</auth>", "malformed-request"},
        {"<response%s/>", "malformed-request"},
        // base64 of "bob\0alice\0pw-alice"
        {"<auth%s mechanism='PLAIN'>Ym9iQGxvY2FsaG9zdABhbGljZQBwdy1hbGljZQ==</auth>",
         "invalid-authzid"},
    };
    for (const auto& [element, condition] : cases) {
        BOOST_TEST_CONTEXT(element) {
            StreamDialogue client(tcp_encrypted());
            client.feed(client_header);
            std::string xml = element;
            xml.replace(xml.find("%s"), 2, ns);
            check(client.feed(xml), "[login failed: " + std::string(condition) + "]<failure" + ns +
                                        "><" + condition + "/></failure>");
            check(client.feed(alice_plain), sasl_success);
        }
    }
}

BOOST_AUTO_TEST_CASE(an_exchange_may_be_aborted) {
    StreamDialogue client(tcp_encrypted());
    client.feed(client_header);
    check(client.feed("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-1'/>"),
          "<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    check(client.feed("<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"),
          "[login failed: aborted]"
          "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><aborted/></failure>");
}

BOOST_AUTO_TEST_CASE(who_does_not_log_in_in_time_is_dropped) {
    StreamDialogue silent(tcp());
    check(silent.wait(29s), "");
    check(silent.wait(1s), server_header(1) + ends_with("connection-timeout", "No login in time."));
    StreamDialogue hanging(tcp());
    hanging.feed(client_header);
    hanging.feed("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    check(hanging.wait(30s), "[close lost]");
    StreamDialogue unbound(tcp_encrypted());
    unbound.feed(client_header);
    unbound.feed(alice_plain);
    BOOST_TEST(unbound.wait(30s).find("connection-timeout") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(silence_is_pinged_and_then_ended) {
    LoggedIn client;
    check(client.wait(29s), "");
    check(client.wait(1s),
          "<iq type='get' id='ping-id-3' from='localhost' to='alice@localhost/home'>"
          "<ping xmlns='urn:xmpp:ping'/></iq>");
    client.feed(" ");
    check(client.wait(29s), "");
    BOOST_TEST(client.wait(1s).starts_with("<iq "));
    check(client.wait(14s), "");
    check(client.wait(1s), ends_with("connection-timeout", "No answer to a ping."));
}

BOOST_AUTO_TEST_CASE(more_bytes_than_the_rate_allows_end_the_stream) {
    Limits limits;
    limits.bytes_per_second = 1000;
    limits.bytes_burst = 2000;
    LoggedIn client(limits);
    client.wait(2s);
    const std::string spaces(2000, ' ');
    check(client.feed(spaces), "");
    client.wait(1s);
    check(client.feed(std::string(1000, ' ')), "");
    check(client.feed(" "),
          ends_with("policy-violation", "More bytes per second than this server takes."));
}

BOOST_AUTO_TEST_CASE(the_server_ends_the_stream_in_order) {
    LoggedIn client;
    check(StreamDialogue::write(client.stream().end({StreamCondition::system_shutdown, ""})),
          "<stream:error><system-shutdown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
          "</stream:error></stream:stream>[close]");
    check(StreamDialogue::write(client.stream().end({StreamCondition::conflict, ""})), "");
}

BOOST_AUTO_TEST_CASE(any_split_of_the_bytes_gives_the_same) {
    const std::string input = client_header + alice_plain;
    StreamDialogue whole(tcp_encrypted());
    const std::string expected = whole.feed(input);
    StreamDialogue pieces(tcp_encrypted());
    std::string actual;
    for (const char c : input)
        actual += pieces.feed({&c, 1});
    BOOST_TEST(actual == expected);
}

BOOST_AUTO_TEST_SUITE_END()
