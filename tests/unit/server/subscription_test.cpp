#include "hosts/server/routing/subscription.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace parley::server;

BOOST_AUTO_TEST_SUITE(subscription)

namespace {

/// RFC 6121's names of the nine states: "none+out+in", "to+in", "both", ...
Subscription state(std::string_view name) {
    Subscription result;
    const std::string_view base = name.substr(0, name.find('+'));
    result.to = base == "to" || base == "both";
    result.from = base == "from" || base == "both";
    result.pending_out = name.find("+out") != std::string_view::npos;
    result.pending_in = name.find("+in") != std::string_view::npos;
    return result;
}

std::string name(const Subscription& state) {
    return std::string(state.name()) + (state.pending_out ? "+out" : "") +
           (state.pending_in ? "+in" : "");
}

struct Row {
    const char* before;
    bool pass;
    const char* after;
};

using Move = Transition (*)(Subscription, SubscriptionStanza);

template <size_t N>
void check(Move move, SubscriptionStanza stanza, const Row (&rows)[N]) {
    static_assert(N == 9, "every state of RFC 6121 A.1");
    for (const auto& row : rows) {
        const Transition result = move(state(row.before), stanza);
        BOOST_TEST(result.pass == row.pass, row.before);
        BOOST_TEST(name(result.next) == row.after, row.before);
    }
}

}  // namespace

// RFC 6121 A.2.1 to A.2.4.
BOOST_AUTO_TEST_CASE(outbound_follows_the_tables) {
    check(send_subscription, SubscriptionStanza::subscribe,
          {{"none", true, "none+out"},
           {"none+out", true, "none+out"},
           {"none+in", true, "none+out+in"},
           {"none+out+in", true, "none+out+in"},
           {"to", true, "to"},
           {"to+in", true, "to+in"},
           {"from", true, "from+out"},
           {"from+out", true, "from+out"},
           {"both", true, "both"}});
    check(send_subscription, SubscriptionStanza::unsubscribe,
          {{"none", true, "none"},
           {"none+out", true, "none"},
           {"none+in", true, "none+in"},
           {"none+out+in", true, "none+in"},
           {"to", true, "none"},
           {"to+in", true, "none+in"},
           {"from", true, "from"},
           {"from+out", true, "from"},
           {"both", true, "from"}});
    check(send_subscription, SubscriptionStanza::subscribed,
          {{"none", false, "none"},
           {"none+out", false, "none+out"},
           {"none+in", true, "from"},
           {"none+out+in", true, "from+out"},
           {"to", false, "to"},
           {"to+in", true, "both"},
           {"from", false, "from"},
           {"from+out", false, "from+out"},
           {"both", false, "both"}});
    check(send_subscription, SubscriptionStanza::unsubscribed,
          {{"none", false, "none"},
           {"none+out", false, "none+out"},
           {"none+in", true, "none"},
           {"none+out+in", true, "none+out"},
           {"to", false, "to"},
           {"to+in", true, "to"},
           {"from", true, "none"},
           {"from+out", true, "none+out"},
           {"both", true, "to"}});
}

// RFC 6121 A.3.1 to A.3.4.
BOOST_AUTO_TEST_CASE(inbound_follows_the_tables) {
    check(receive_subscription, SubscriptionStanza::subscribe,
          {{"none", true, "none+in"},
           {"none+out", true, "none+out+in"},
           {"none+in", false, "none+in"},
           {"none+out+in", false, "none+out+in"},
           {"to", true, "to+in"},
           {"to+in", false, "to+in"},
           {"from", false, "from"},
           {"from+out", false, "from+out"},
           {"both", false, "both"}});
    check(receive_subscription, SubscriptionStanza::unsubscribe,
          {{"none", false, "none"},
           {"none+out", false, "none+out"},
           {"none+in", true, "none"},
           {"none+out+in", true, "none+out"},
           {"to", false, "to"},
           {"to+in", true, "to"},
           {"from", true, "none"},
           {"from+out", true, "none+out"},
           {"both", true, "to"}});
    check(receive_subscription, SubscriptionStanza::subscribed,
          {{"none", false, "none"},
           {"none+out", true, "to"},
           {"none+in", false, "none+in"},
           {"none+out+in", true, "to+in"},
           {"to", false, "to"},
           {"to+in", false, "to+in"},
           {"from", false, "from"},
           {"from+out", true, "both"},
           {"both", false, "both"}});
    check(receive_subscription, SubscriptionStanza::unsubscribed,
          {{"none", false, "none"},
           {"none+out", true, "none"},
           {"none+in", false, "none+in"},
           {"none+out+in", true, "none+in"},
           {"to", true, "none"},
           {"to+in", true, "none+in"},
           {"from", false, "from"},
           {"from+out", true, "from"},
           {"both", true, "from"}});
}

BOOST_AUTO_TEST_CASE(who_is_subscribed_gets_an_answer_at_once) {
    for (const char* subscribed : {"from", "from+out", "both"}) {
        BOOST_TEST(
            receive_subscription(state(subscribed), SubscriptionStanza::subscribe).auto_reply);
    }
    for (const char* not_yet : {"none", "none+in", "to", "to+in"}) {
        BOOST_TEST(!receive_subscription(state(not_yet), SubscriptionStanza::subscribe).auto_reply);
    }
}

BOOST_AUTO_TEST_SUITE_END()
