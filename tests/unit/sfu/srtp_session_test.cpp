#include "sfu/srtp_session.hpp"

#include <srtp2/srtp.h>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <numeric>
#include <vector>

#include "sfu/byte_order.hpp"
#include "sfu/srtp_gcm.hpp"

/// Against libsrtp, which is the reference.
namespace parley::sfu {

namespace {

namespace data = boost::unit_test::data;

SrtpKeys keys(SrtpProfile profile) {
    SrtpKeys keys{.profile = profile};
    std::iota(keys.local.begin(), keys.local.end(), uint8_t{3});
    std::iota(keys.remote.begin(), keys.remote.end(), uint8_t{90});
    return keys;
}

/// One way of a session, by libsrtp alone.
class Reference {
  public:
    Reference(SrtpProfile profile, const uint8_t* key, srtp_ssrc_type_t direction) {
        srtp_init();
        srtp_policy_t policy{};
        if (profile == SrtpProfile::aead_aes_128_gcm) {
            srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
            srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
        } else {
            srtp_crypto_policy_set_rtp_default(&policy.rtp);
            srtp_crypto_policy_set_rtcp_default(&policy.rtcp);
        }
        policy.ssrc.type = direction;
        policy.key = const_cast<uint8_t*>(key);
        policy.window_size = 1024;
        policy.allow_repeat_tx = 1;
        BOOST_REQUIRE_EQUAL(srtp_create(&context_, &policy), srtp_err_status_ok);
    }

    ~Reference() { srtp_dealloc(context_); }

    Reference(const Reference&) = delete;
    Reference& operator=(const Reference&) = delete;

    std::vector<uint8_t> protect(std::vector<uint8_t> packet) {
        return apply(srtp_protect, std::move(packet));
    }

    /// Empty: refused.
    std::vector<uint8_t> unprotect(std::vector<uint8_t> packet) {
        return apply(srtp_unprotect, std::move(packet));
    }

  private:
    template <class Function>
    std::vector<uint8_t> apply(Function function, std::vector<uint8_t> packet) {
        int size = static_cast<int>(packet.size());
        packet.resize(packet.size() + SrtpSession::kOverheadMax);
        const auto status = function(context_, packet.data(), &size);
        packet.resize(status == srtp_err_status_ok ? static_cast<size_t>(size) : 0);
        return packet;
    }

    srtp_t context_ = nullptr;
};

struct Form {
    const char* name;
    size_t csrcs = 0;
    size_t extension_words = 0;
    bool has_extension = false;
    size_t payload_size = 0;
};

const Form kForms[] = {
    {"audio", 0, 0, false, 80},
    {"video", 0, 0, false, 1'200},
    {"no payload", 0, 0, false, 0},
    {"one octet", 0, 0, false, 1},
    {"an extension", 0, 3, true, 1'100},
    {"an empty extension", 0, 0, true, 100},
    {"CSRCs", 15, 0, false, 333},
    {"CSRCs and an extension", 2, 1, true, 47},
    {"as large as may be", 0, 2, true, 1'468},
};

std::ostream& operator<<(std::ostream& out, const Form& form) {
    return out << form.name;
}

std::vector<uint8_t> packet_of(const Form& form, uint32_t ssrc, uint16_t sequence) {
    std::vector<uint8_t> packet(12 + 4 * form.csrcs);
    packet[0] = static_cast<uint8_t>(0x80 | form.csrcs | (form.has_extension ? 0x10 : 0));
    packet[1] = 96;
    write_u16(&packet[2], sequence);
    write_u32(&packet[4], sequence * 3000U);
    write_u32(&packet[8], ssrc);
    if (form.has_extension) {
        packet.insert(packet.end(), {0xbe, 0xde, 0, static_cast<uint8_t>(form.extension_words)});
        packet.resize(packet.size() + 4 * form.extension_words, 0x10);
    }
    for (size_t i = 0; i < form.payload_size; ++i)
        packet.push_back(static_cast<uint8_t>(i + sequence));
    return packet;
}

std::vector<uint8_t> protect(SrtpSession& session, std::vector<uint8_t> packet) {
    const size_t size = packet.size();
    packet.resize(size + SrtpSession::kOverheadMax);
    packet.resize(session.protect_rtp(packet, size));
    return packet;
}

std::vector<uint8_t> protect_apart(SrtpSession& session, const std::vector<uint8_t>& packet) {
    const size_t header_size = rtp_header_size(packet);
    std::vector<uint8_t> out(packet.begin(), packet.begin() + static_cast<ptrdiff_t>(header_size));
    out.resize(packet.size() + SrtpSession::kOverheadMax);
    out.resize(session.protect_rtp(out, header_size, std::span(packet).subspan(header_size)));
    return out;
}

std::vector<uint8_t> unprotect(SrtpSession& session, std::vector<uint8_t> packet) {
    packet.resize(session.unprotect_rtp(packet));
    return packet;
}

constexpr uint32_t kSsrcs[] = {0x12345678, 0xfedcba98, 0};
constexpr uint16_t kFewSequences[] = {1'000, 1'001, 1'003, 1'002};

/// Sequence numbers in the order of sending.
struct Order {
    const char* name;
    std::vector<uint16_t> sequences;
};

const Order kOrders[] = {
    {"in order", {1, 2, 3}},
    {"from the top", {65'535, 0, 1}},
    {"over the wrap and back", {65'000, 65'534, 65'535, 0, 65'533, 1, 65'535, 2}},
    {"repeated", {40'000, 40'001, 40'001, 40'000, 40'002}},
    {"two wraps", {1, 30'000, 60'000, 20'000, 50'000, 10'000, 9'999, 40'000, 39'500}},
    {"half a period ahead", {10, 32'778, 12, 65'500, 32'732, 5}},
    {"far behind at the beginning", {10, 65'530, 11}},
    {"reordered beyond 64", {500, 700, 501, 699, 502, 698}},
    {"beyond the window", {5'000, 7'000, 5'976, 5'977, 5'500, 7'001}},
    {"a long jump", {100, 5'000, 4'999, 3'977, 3'976, 20'000, 19'000}},
};

std::ostream& operator<<(std::ostream& out, const Order& order) {
    return out << order.name;
}

struct Profile {
    const char* name;
    SrtpProfile value;
};

const Profile kProfiles[] = {
    {"GCM", SrtpProfile::aead_aes_128_gcm},
    {"counter mode", SrtpProfile::aes_128_cm_sha1_80},
};

std::ostream& operator<<(std::ostream& out, const Profile& profile) {
    return out << profile.name;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(srtp_session)

BOOST_DATA_TEST_CASE(protects_as_libsrtp_does, data::make(kForms) * data::make(kProfiles), form,
                     profile) {
    const auto both = keys(profile.value);
    auto session = SrtpSession::create(both);
    auto apart = SrtpSession::create(both);
    Reference sender(profile.value, both.local.data(), ssrc_any_outbound);
    Reference receiver(profile.value, both.local.data(), ssrc_any_inbound);
    BOOST_REQUIRE(session.has_value());
    for (const uint32_t ssrc : kSsrcs) {
        for (const uint16_t sequence : kFewSequences) {
            const auto packet = packet_of(form, ssrc, sequence);
            const auto ours = protect(*session, packet);
            BOOST_TEST((ours == sender.protect(packet)));
            BOOST_TEST((protect_apart(*apart, packet) == ours));
            BOOST_TEST((receiver.unprotect(ours) == packet));
        }
    }
}

BOOST_DATA_TEST_CASE(unprotects_what_libsrtp_protects, data::make(kForms) * data::make(kProfiles),
                     form, profile) {
    const auto both = keys(profile.value);
    auto session = SrtpSession::create(both);
    Reference sender(profile.value, both.remote.data(), ssrc_any_outbound);
    for (const uint32_t ssrc : kSsrcs) {
        for (const uint16_t sequence : kFewSequences) {
            const auto packet = packet_of(form, ssrc, sequence);
            BOOST_TEST((unprotect(*session, sender.protect(packet)) == packet));
        }
    }
}

BOOST_DATA_TEST_CASE(keeps_the_rollover_counter_as_libsrtp_does, data::make(kOrders), order) {
    const auto both = keys(SrtpProfile::aead_aes_128_gcm);
    auto session = SrtpSession::create(both);
    Reference sender(both.profile, both.local.data(), ssrc_any_outbound);
    for (const uint16_t sequence : order.sequences) {
        for (const uint32_t ssrc : {1U, 257U}) {
            const auto packet = packet_of(kForms[0], ssrc, sequence);
            const auto ours = protect(*session, packet);
            const auto theirs = sender.protect(packet);
            // libsrtp sends nothing older than its window; we do, and receivers refuse it.
            if (!theirs.empty()) BOOST_TEST((ours == theirs), "sequence number " << sequence);
        }
    }
}

BOOST_DATA_TEST_CASE(accepts_and_refuses_as_libsrtp_does, data::make(kOrders), order) {
    const auto both = keys(SrtpProfile::aead_aes_128_gcm);
    auto session = SrtpSession::create(both);
    auto peer = SrtpSession::create({.profile = both.profile, .local = both.remote, .remote = {}});
    Reference receiver(both.profile, both.remote.data(), ssrc_any_inbound);
    for (const uint16_t sequence : order.sequences) {
        const auto packet = protect(*peer, packet_of(kForms[0], 1, sequence));
        BOOST_TEST((unprotect(*session, packet) == receiver.unprotect(packet)),
                   "sequence number " << sequence);
    }
}

BOOST_AUTO_TEST_CASE(refuses_what_is_not_authentic_and_keeps_no_state_of_it) {
    const auto both = keys(SrtpProfile::aead_aes_128_gcm);
    auto session = SrtpSession::create(both);
    Reference sender(both.profile, both.remote.data(), ssrc_any_outbound);
    const auto authentic = sender.protect(packet_of(kForms[0], 1, 100));
    for (uint32_t ssrc = 2; ssrc < 2 + 2 * SrtpGcmReceiver::kStreamsMax; ++ssrc) {
        auto forged = authentic;
        write_u32(&forged[8], ssrc);
        BOOST_TEST(unprotect(*session, forged).empty());
    }
    auto later = authentic;
    write_u16(&later[2], 30'000);
    BOOST_TEST(unprotect(*session, later).empty());
    BOOST_TEST(!unprotect(*session, authentic).empty());
    BOOST_TEST(unprotect(*session, authentic).empty());
}

BOOST_AUTO_TEST_CASE(refuses_malformed_packets) {
    const auto both = keys(SrtpProfile::aead_aes_128_gcm);
    auto session = SrtpSession::create(both);
    Reference sender(both.profile, both.remote.data(), ssrc_any_outbound);
    const auto whole = sender.protect(packet_of(kForms[7], 1, 100));
    for (size_t size = 0; size < whole.size(); ++size) {
        BOOST_TEST(
            unprotect(*session, {whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size)})
                .empty());
    }
    auto longer = packet_of(kForms[4], 1, 100);
    write_u16(&longer[14], 0xffff);
    BOOST_TEST(protect(*session, longer).empty());
    BOOST_TEST(unprotect(*session, longer).empty());
}

BOOST_AUTO_TEST_CASE(has_room_for_so_many_streams) {
    const auto both = keys(SrtpProfile::aead_aes_128_gcm);
    auto session = SrtpSession::create(both);
    auto peer = SrtpSession::create({.profile = both.profile, .local = both.remote, .remote = {}});
    for (uint32_t ssrc = 0; ssrc < SrtpGcmSender::kStreamsMax; ++ssrc) {
        const auto packet = protect(*peer, packet_of(kForms[0], ssrc * 7919, 100));
        BOOST_TEST(!packet.empty());
        BOOST_TEST(unprotect(*session, packet).empty() == (ssrc >= SrtpGcmReceiver::kStreamsMax));
    }
    BOOST_TEST(protect(*peer, packet_of(kForms[0], 0xffffffff, 100)).empty());
    BOOST_TEST(!protect(*peer, packet_of(kForms[0], 7919, 101)).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu
