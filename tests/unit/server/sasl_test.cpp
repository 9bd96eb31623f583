#include "hosts/server/sasl/sasl.hpp"

#include <gsasl.h>

#include <boost/test/unit_test.hpp>
#include <memory>

#include "tests/unit/server/stream_fixture.hpp"

using namespace parley::server;
using namespace parley::server::test;

BOOST_AUTO_TEST_SUITE(sasl)

namespace {

struct Login {
    const char* mechanism;
    std::string name = "alice";
    std::string password = "pw-alice";
    std::string tls_unique = "";    ///< the client's, base64
    std::string tls_exporter = "";  ///< the client's, base64
};

/// GNU SASL's client against our server; the outcome as text.
std::string exchange(const Login& login, const SaslContext& context) {
    FixedAccounts accounts({"alice"});
    Gsasl* library = nullptr;
    BOOST_REQUIRE(gsasl_init(&library) == GSASL_OK);
    const std::unique_ptr<Gsasl, void (*)(Gsasl*)> owner(library, gsasl_done);
    Gsasl_session* client = nullptr;
    BOOST_REQUIRE(gsasl_client_start(library, login.mechanism, &client) == GSASL_OK);
    const std::unique_ptr<Gsasl_session, void (*)(Gsasl_session*)> session(client, gsasl_finish);
    gsasl_property_set(client, GSASL_AUTHID, login.name.c_str());
    gsasl_property_set(client, GSASL_PASSWORD, login.password.c_str());
    if (!login.tls_unique.empty()) {
        gsasl_property_set(client, GSASL_CB_TLS_UNIQUE, login.tls_unique.c_str());
    }
    if (!login.tls_exporter.empty()) {
        gsasl_property_set(client, GSASL_CB_TLS_EXPORTER, login.tls_exporter.c_str());
    }
    SaslExchange server(login.mechanism, context, accounts);
    std::string challenge;
    for (int round = 0; round < 5; ++round) {
        char* output = nullptr;
        const int status = gsasl_step64(client, challenge.c_str(), &output);
        const std::string response = output ? output : "";
        gsasl_free(output);
        if (status != GSASL_OK && status != GSASL_NEEDS_MORE) {
            return std::string("client: ") + gsasl_strerror_name(status);
        }
        auto step = server.step(response);
        if (const auto* failure = std::get_if<SaslFailure>(&step)) {
            return std::string(to_string(*failure));
        }
        if (const auto* success = std::get_if<SaslExchange::Success>(&step)) {
            if (status == GSASL_NEEDS_MORE) {
                char* last = nullptr;
                const int verified = gsasl_step64(client, success->data.c_str(), &last);
                gsasl_free(last);
                if (verified != GSASL_OK) return "client: the server's proof is wrong";
            }
            return success->account.to_string();
        }
        challenge = std::get<SaslExchange::Challenge>(step).data;
    }
    return "no end";
}

SaslContext clear() {
    return {"localhost", false, {}};
}

SaslContext bound() {
    return {"localhost", true, {"finished", "exported", true}};
}

const std::string finished64 = "ZmluaXNoZWQ=";
const std::string exported64 = "ZXhwb3J0ZWQ=";

}  // namespace

BOOST_AUTO_TEST_CASE(logs_in_by_every_mechanism) {
    for (const char* mechanism : {"SCRAM-SHA-1", "SCRAM-SHA-256", "PLAIN"}) {
        BOOST_TEST(exchange({mechanism}, clear()) == "alice@localhost", mechanism);
    }
    for (const char* mechanism : {"SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"}) {
        BOOST_TEST(exchange({mechanism, "alice", "pw-alice", "", exported64}, bound()) ==
                       "alice@localhost",
                   mechanism);
        BOOST_TEST(exchange({mechanism, "alice", "pw-alice", finished64, ""}, bound()) ==
                       "alice@localhost",
                   mechanism);
    }
}

BOOST_AUTO_TEST_CASE(names_are_prepared) {
    BOOST_TEST(exchange({"SCRAM-SHA-256", "ALICE"}, clear()) == "alice@localhost");
}

BOOST_AUTO_TEST_CASE(refuses_a_wrong_password_and_an_unknown_account_alike) {
    for (const char* mechanism : {"SCRAM-SHA-1", "SCRAM-SHA-256", "PLAIN"}) {
        BOOST_TEST(exchange({mechanism, "alice", "wrong"}, clear()) == "not-authorized", mechanism);
        BOOST_TEST(exchange({mechanism, "nobody"}, clear()) == "not-authorized", mechanism);
        BOOST_TEST(
            exchange({mechanism, "nobody", "a password nobody has"}, clear()) == "not-authorized",
            mechanism);
    }
}

BOOST_AUTO_TEST_CASE(refuses_the_binding_of_another_connection) {
    for (const char* mechanism : {"SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"}) {
        BOOST_TEST(
            exchange({mechanism, "alice", "pw-alice", "", finished64}, bound()) == "not-authorized",
            mechanism);
        BOOST_TEST(
            exchange({mechanism, "alice", "pw-alice", exported64, ""}, bound()) == "not-authorized",
            mechanism);
    }
}

BOOST_AUTO_TEST_CASE(refuses_a_client_that_was_told_there_is_no_binding) {
    // "y,,n=alice,r=abcdef": it could bind, but somebody removed PLUS from the offer (RFC 5802 s6).
    const std::string client_first = "eSwsbj1hbGljZSxyPWFiY2RlZg==";
    FixedAccounts accounts({"alice"});
    const auto tampered = SaslExchange("SCRAM-SHA-256", bound(), accounts).step(client_first);
    BOOST_TEST((std::get<SaslFailure>(tampered) == SaslFailure::not_authorized));
    const auto honest = SaslExchange("SCRAM-SHA-256", clear(), accounts).step(client_first);
    BOOST_TEST(std::holds_alternative<SaslExchange::Challenge>(honest));
}

BOOST_AUTO_TEST_CASE(offers_plus_only_with_a_binding_and_plain_only_with_tls) {
    using Names = std::vector<std::string_view>;
    BOOST_TEST((sasl_mechanisms(clear()) == Names{"SCRAM-SHA-256", "SCRAM-SHA-1"}));
    BOOST_TEST((sasl_mechanisms({"localhost", true, {}}) ==
                Names{"SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"}));
    BOOST_TEST((sasl_mechanisms(bound()) == Names{"SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS",
                                                  "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"}));
}

BOOST_AUTO_TEST_CASE(keys_do_not_hold_the_password_and_salts_differ) {
    const auto one = make_credentials("secret", 4096);
    const auto two = make_credentials("secret", 4096);
    BOOST_REQUIRE(one);
    BOOST_REQUIRE(two);
    BOOST_TEST(one->sha256.salt != two->sha256.salt);
    BOOST_TEST(one->sha256.stored_key != two->sha256.stored_key);
    BOOST_TEST(one->sha1.salt != one->sha256.salt.substr(0, one->sha1.salt.size()));
    BOOST_TEST(one->sha1.stored_key.size() == 20U);
    BOOST_TEST(one->sha256.stored_key.size() == 32U);
    BOOST_TEST(matches(one->sha256, ScramHash::sha256, "secret"));
    BOOST_TEST(!matches(one->sha256, ScramHash::sha256, "Secret"));
}

BOOST_AUTO_TEST_CASE(a_password_that_cannot_be_prepared_is_refused) {
    BOOST_TEST(!make_credentials(""));
    BOOST_TEST(!make_credentials(std::string(1024, 'x')));
    BOOST_TEST(!make_credentials("a\tb"));
    BOOST_TEST(!make_credentials(std::string_view("a\0b", 3)));
    BOOST_TEST(!make_credentials("\xff"));
}

BOOST_AUTO_TEST_SUITE_END()
