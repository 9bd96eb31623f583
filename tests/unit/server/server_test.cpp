#include "hosts/server/app/server.hpp"

#include <gsasl.h>

#include <boost/test/unit_test.hpp>

#include "tests/unit/server/local_server.hpp"
#include "tests/unit/server/socket_client.hpp"
#include "tests/unit/server/stream_fixture.hpp"

using namespace parley::server;
using namespace parley::server::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(server)

namespace {

const std::string features_end = "</stream:features>";
const std::string starttls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
const std::string open =
    "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='localhost' version='1.0'/>";

std::string bind_as(const std::string& resource) {
    return "<iq xmlns='jabber:client' type='set' id='b'>"
           "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>" +
           resource + "</resource></bind></iq>";
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

void negotiate_tls(SocketClient& client, int max_version = TLS1_3_VERSION) {
    client.send(client_header);
    BOOST_REQUIRE(has(client.read_until(features_end), "<starttls"));
    client.send(starttls);
    BOOST_REQUIRE(has(client.read_until("/>"), "<proceed"));
    BOOST_REQUIRE(client.start_tls(max_version));
}

/// alice@localhost/RESOURCE by PLAIN over STARTTLS.
void log_in(SocketClient& client, const std::string& resource) {
    negotiate_tls(client);
    client.send(client_header);
    BOOST_REQUIRE(has(client.read_until(features_end), "<mechanism>PLAIN<"));
    client.send(alice_plain);
    BOOST_REQUIRE(has(client.read_until("</success>"), "<success"));
    client.send(client_header);
    BOOST_REQUIRE(has(client.read_until(features_end), "<bind"));
    client.send(bind_as(resource));
    BOOST_REQUIRE(has(client.read_until("</iq>"), "alice@localhost/" + resource));
}

std::string get(SocketClient& client, const std::string& request, std::string_view until) {
    client.send(request + "\r\nHost: localhost\r\n\r\n");
    return client.read_until(until);
}

void upgrade(SocketClient& client) {
    client.send(
        "GET /xmpp-websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: xmpp\r\n\r\n");
    const std::string answer = client.read_until("\r\n\r\n");
    BOOST_REQUIRE_MESSAGE(has(answer, "HTTP/1.1 101 "), answer);
    BOOST_TEST(has(answer, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    BOOST_TEST(has(answer, "Sec-WebSocket-Protocol: xmpp"));
}

/// Logs in by GNU SASL's client; `send` and `read` carry one element each.
void scram(const std::string& mechanism, const std::string& binding_type,
           const std::string& binding, const std::function<void(const std::string&)>& send,
           const std::function<std::string()>& read) {
    Gsasl* library = nullptr;
    BOOST_REQUIRE(gsasl_init(&library) == GSASL_OK);
    const std::unique_ptr<Gsasl, void (*)(Gsasl*)> owner(library, gsasl_done);
    Gsasl_session* session = nullptr;
    BOOST_REQUIRE(gsasl_client_start(library, mechanism.c_str(), &session) == GSASL_OK);
    const std::unique_ptr<Gsasl_session, void (*)(Gsasl_session*)> finish(session, gsasl_finish);
    gsasl_property_set(session, GSASL_AUTHID, "alice");
    gsasl_property_set(session, GSASL_PASSWORD, "pw-alice");
    if (!binding.empty()) {
        char* base64 = nullptr;
        gsasl_base64_to(binding.data(), binding.size(), &base64, nullptr);
        gsasl_property_set(
            session, binding_type == "tls-exporter" ? GSASL_CB_TLS_EXPORTER : GSASL_CB_TLS_UNIQUE,
            base64);
        gsasl_free(base64);
    }
    std::string input;
    for (const char* name : {"auth", "response"}) {
        char* output = nullptr;
        BOOST_REQUIRE(gsasl_step64(session, input.c_str(), &output) == GSASL_NEEDS_MORE);
        send("<" + std::string(name) + " xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='" +
             mechanism + "'>" + output + "</" + name + ">");
        gsasl_free(output);
        const std::string answer = read();
        const size_t begin = answer.find("sasl'>") + 6;
        input = answer.substr(begin, answer.find("</") - begin);
        BOOST_REQUIRE_MESSAGE(!has(answer, "failure"), answer);
    }
    char* output = nullptr;
    BOOST_TEST(gsasl_step64(session, input.c_str(), &output) == GSASL_OK);
    gsasl_free(output);
}

}  // namespace

BOOST_AUTO_TEST_CASE(serves_xmpp_on_tcp_with_starttls) {
    LocalServer server;
    SocketClient alice(server.port("c2s"));
    log_in(alice, "home");
    alice.send("<message to='alice@localhost/home'><body>to myself</body></message>");
    BOOST_TEST(has(alice.read_until("</message>"), "<body>to myself</body>"));
    alice.send("</stream:stream>");
    BOOST_TEST(has(alice.read_until("</stream:stream>"), "</stream:stream>"));
    BOOST_TEST(alice.closed());
}

BOOST_AUTO_TEST_CASE(binds_a_login_to_its_tls_connection) {
    LocalServer server;
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        for (const std::string type : {"tls-unique", "tls-exporter"}) {
            if (version == TLS1_3_VERSION && type == "tls-unique") continue;
            SocketClient client(server.port("c2s"));
            negotiate_tls(client, version);
            std::string binding(32, '\0');
            auto* bytes = reinterpret_cast<unsigned char*>(binding.data());
            if (type == "tls-unique") {
                binding.resize(SSL_get_finished(client.tls(), bytes, binding.size()));
            } else {
                SSL_export_keying_material(client.tls(), bytes, 32, "EXPORTER-Channel-Binding", 24,
                                           nullptr, 0, 1);
            }
            client.send(client_header);
            BOOST_TEST(
                has(client.read_until(features_end), "<channel-binding type='" + type + "'"));
            scram(
                "SCRAM-SHA-256-PLUS", type, binding,
                [&](const std::string& xml) { client.send(xml); },
                [&] {
                    // The element's end is the only "</" in it.
                    std::string xml = client.read_until("</");
                    return xml + client.read_until(">");
                });
        }
    }
}

BOOST_AUTO_TEST_CASE(serves_xmpp_on_websockets) {
    LocalServer server;
    for (const std::string kind : {"http", "https"}) {
        SocketClient client(server.port(kind));
        if (kind == "https") BOOST_REQUIRE(client.start_tls());
        upgrade(client);
        client.send_frame(open);
        const std::string features = client.read_until(features_end);
        BOOST_TEST(has(features, "<mechanism>PLAIN<") == (kind == "https"));
        scram(
            "SCRAM-SHA-256", "", "", [&](const std::string& xml) { client.send_frame(xml); },
            [&] {
                std::string xml = client.read_until("</");
                return xml + client.read_until(">");
            });
        client.send_frame(open);
        BOOST_TEST(has(client.read_until(features_end), "<bind"));
        client.send_frame(bind_as(kind));
        BOOST_TEST(has(client.read_until("</iq>"), "alice@localhost/" + kind));
        client.send_frame("<message xmlns='jabber:client' to='alice@localhost/" + kind + "'/>");
        BOOST_TEST(has(client.read_until("/>"), "<message xmlns='jabber:client'"));
        client.send_frame("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>");
        BOOST_TEST(has(client.read_until("/>"), "<close "));
        BOOST_TEST(client.closed());
    }
}

BOOST_AUTO_TEST_CASE(a_websocket_ends_with_the_exact_error) {
    LocalServer server;

    struct Case {
        std::string message;
        const char* error;
    };

    const Case cases[] = {
        {"<!DOCTYPE a><a/>", "<restricted-xml "},
        {"<a>" + std::string(20 * 1024, 'x') + "</a>", "<policy-violation "},
        {"<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='example.org' version='1.0'/>",
         "<host-unknown "},
    };
    for (const auto& [message, error] : cases) {
        SocketClient client(server.port("http"));
        upgrade(client);
        client.send_frame(message);
        BOOST_TEST(has(client.read_until("</stream:error>"), error));
        BOOST_TEST(client.closed());
    }
    SocketClient binary(server.port("http"));
    upgrade(binary);
    binary.send_frame(open, 2);
    BOOST_TEST(binary.closed());
}

BOOST_AUTO_TEST_CASE(serves_the_call_page) {
    LocalServer server;
    for (const std::string kind : {"http", "https"}) {
        SocketClient client(server.port(kind));
        if (kind == "https") BOOST_REQUIRE(client.start_tls());
        const std::string page = get(client, "GET / HTTP/1.1", "</title>");
        BOOST_TEST(has(page, "HTTP/1.1 200 OK\r\n"));
        BOOST_TEST(has(page, "Content-Type: text/html; charset=utf-8\r\n"));
        BOOST_TEST(has(page, kind == "https" ? " wss://localhost;" : " ws://localhost;"));
        const std::string head = get(client, "HEAD / HTTP/1.1", "\r\n\r\n");
        BOOST_TEST(has(head, "Content-Length: 20\r\n"));
        BOOST_TEST(has(get(client, "GET /none HTTP/1.1", "Not Found\n"), "HTTP/1.1 404 "));
        BOOST_TEST(has(get(client, "GET /../data/parley.db HTTP/1.1", "Not Found\n"), " 404 "));
        BOOST_TEST(has(get(client, "DELETE / HTTP/1.1", "here.\n"), "Allow: GET, HEAD\r\n"));
        const std::string meta = get(client, "GET /.well-known/host-meta.json HTTP/1.1", "}]}\n");
        BOOST_TEST(has(meta, kind == "https" ? "\"wss://localhost/xmpp-websocket\""
                                             : "\"ws://localhost/xmpp-websocket\""));
    }
    SocketClient nonsense(server.port("http"));
    nonsense.send("\x16\x03\x01 nonsense\r\n\r\n");
    BOOST_TEST(has(nonsense.read_until("\r\n"), "400"));
    SocketClient endless(server.port("http"));
    endless.send("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x'));
    BOOST_TEST(has(endless.read_until("\r\n"), "431"));
}

BOOST_AUTO_TEST_CASE(half_open_connections_end) {
    LocalServer server([](Config& config) { config.limits.login_timeout = 1s; });
    SocketClient silent(server.port("c2s"));
    SocketClient hanging(server.port("c2s"));
    hanging.send(client_header);
    hanging.read_until(features_end);
    hanging.send(starttls);
    hanging.read_until("/>");
    SocketClient plain_http(server.port("http"));
    SocketClient https(server.port("https"));
    SocketClient websocket(server.port("http"));
    upgrade(websocket);
    BOOST_TEST(has(silent.read_until("</stream:stream>"), "<connection-timeout "));
    for (SocketClient* client : {&silent, &hanging, &plain_http, &https, &websocket}) {
        BOOST_TEST(client->closed());
    }
}

BOOST_AUTO_TEST_CASE(a_silent_client_is_pinged_and_lost) {
    LocalServer server([](Config& config) {
        config.limits.ping_interval = 200ms;
        config.limits.ping_timeout = 200ms;
    });
    SocketClient client(server.port("c2s"));
    log_in(client, "home");
    BOOST_TEST(has(client.read_until("</iq>"), "urn:xmpp:ping"));
    BOOST_TEST(has(client.read_until("</stream:stream>"), "<connection-timeout "));
    BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(a_slow_reader_is_dropped_and_others_go_on) {
    LocalServer server([](Config& config) {
        config.limits.outgoing_queue_bytes = 128 * 1024;
        config.limits.bytes_burst = 64 * 1024 * 1024;
    });
    SocketClient slow(server.port("c2s"), 4096);
    log_in(slow, "slow");
    SocketClient sender(server.port("c2s"));
    log_in(sender, "sender");
    const std::string message = "<message to='alice@localhost/slow'><body>" +
                                std::string(64 * 1024, 'x') + "</body></message>";
    for (int i = 0; i < 200; ++i)
        BOOST_REQUIRE(sender.send(message));
    sender.send("<iq type='get' id='p' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>");
    // Its messages come back as soon as the slow client is gone.
    BOOST_TEST(has(sender.read_until("<service-unavailable"), "<service-unavailable"));
    BOOST_TEST(has(sender.read_until("id='p'"), "id='p'"));
    BOOST_TEST(slow.closed());
}

BOOST_AUTO_TEST_CASE(one_address_has_so_many_connections_at_most) {
    LocalServer server([](Config& config) { config.limits.connections_per_address = 2; });
    SocketClient one(server.port("c2s"));
    SocketClient two(server.port("http"));
    one.send(client_header);
    one.read_until(features_end);
    SocketClient three(server.port("c2s"));
    BOOST_TEST(three.closed());
    one.send("</stream:stream>");
    BOOST_TEST(one.closed());
}

BOOST_AUTO_TEST_CASE(ends_every_stream_when_it_stops) {
    LocalServer server;
    SocketClient tcp(server.port("c2s"));
    log_in(tcp, "home");
    SocketClient websocket(server.port("http"));
    upgrade(websocket);
    websocket.send_frame(open);
    websocket.read_until(features_end);
    std::thread stopper([&] { server.stop(); });
    BOOST_TEST(has(tcp.read_until("</stream:stream>"), "<system-shutdown "));
    BOOST_TEST(has(websocket.read_until("<close "), "<system-shutdown "));
    BOOST_TEST(tcp.closed());
    BOOST_TEST(websocket.closed());
    stopper.join();
}

BOOST_AUTO_TEST_SUITE_END()
