#include "sfu/aes_gcm.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <numeric>
#include <vector>

namespace parley::sfu {

namespace {

namespace data = boost::unit_test::data;

struct Implementation {
    const char* name;
    std::unique_ptr<AesGcm> (*create)(const AesGcm::Key& key);
    bool may_lack;  ///< not in every build, nor on every processor
};

const Implementation kImplementations[] = {
    {"OpenSSL", openssl_aes_gcm, false},
    {"ipsec-mb", ipsec_mb_aes_gcm, true},
    {"the fastest", AesGcm::create, false},
};

std::ostream& operator<<(std::ostream& out, const Implementation& implementation) {
    return out << implementation.name;
}

std::unique_ptr<AesGcm> create(const Implementation& implementation, const AesGcm::Key& key) {
    auto cipher = implementation.create(key);
    BOOST_REQUIRE(cipher || implementation.may_lack);
    if (!cipher) BOOST_TEST_MESSAGE("ipsec-mb is not here");
    return cipher;
}

// The GCM specification's test case 4.
constexpr AesGcm::Key kKey{0xfe, 0xff, 0xe9, 0x92, 0x86, 0x65, 0x73, 0x1c,
                           0x6d, 0x6a, 0x8f, 0x94, 0x67, 0x30, 0x83, 0x08};
constexpr AesGcm::Iv kIv{0xca, 0xfe, 0xba, 0xbe, 0xfa, 0xce, 0xdb, 0xad, 0xde, 0xca, 0xf8, 0x88};
constexpr uint8_t kPlain[] = {
    0xd9, 0x31, 0x32, 0x25, 0xf8, 0x84, 0x06, 0xe5, 0xa5, 0x59, 0x09, 0xc5, 0xaf, 0xf5, 0x26,
    0x9a, 0x86, 0xa7, 0xa9, 0x53, 0x15, 0x34, 0xf7, 0xda, 0x2e, 0x4c, 0x30, 0x3d, 0x8a, 0x31,
    0x8a, 0x72, 0x1c, 0x3c, 0x0c, 0x95, 0x95, 0x68, 0x09, 0x53, 0x2f, 0xcf, 0x0e, 0x24, 0x49,
    0xa6, 0xb5, 0x25, 0xb1, 0x6a, 0xed, 0xf5, 0xaa, 0x0d, 0xe6, 0x57, 0xba, 0x63, 0x7b, 0x39};
constexpr uint8_t kHeader[] = {0xfe, 0xed, 0xfa, 0xce, 0xde, 0xad, 0xbe, 0xef, 0xfe, 0xed,
                               0xfa, 0xce, 0xde, 0xad, 0xbe, 0xef, 0xab, 0xad, 0xda, 0xd2};
constexpr uint8_t kSealed[] = {
    0x42, 0x83, 0x1e, 0xc2, 0x21, 0x77, 0x74, 0x24, 0x4b, 0x72, 0x21, 0xb7, 0x84, 0xd0, 0xd4, 0x9c,
    0xe3, 0xaa, 0x21, 0x2f, 0x2c, 0x02, 0xa4, 0xe0, 0x35, 0xc1, 0x7e, 0x23, 0x29, 0xac, 0xa1, 0x2e,
    0x21, 0xd5, 0x14, 0xb2, 0x54, 0x66, 0x93, 0x1c, 0x7d, 0x8f, 0x6a, 0x5a, 0xac, 0x84, 0xaa, 0x05,
    0x1b, 0xa3, 0x0b, 0x39, 0x6a, 0x0a, 0xac, 0x97, 0x3d, 0x58, 0xe0, 0x91, 0x5b, 0xc9, 0x4f, 0xbc,
    0x32, 0x21, 0xa5, 0xdb, 0x94, 0xfa, 0xe9, 0x5a, 0xe7, 0x12, 0x1a, 0x47};

}  // namespace

BOOST_AUTO_TEST_SUITE(aes_gcm)

BOOST_DATA_TEST_CASE(seals_as_the_specification_says, data::make(kImplementations),
                     implementation) {
    const auto cipher = create(implementation, kKey);
    if (!cipher) return;
    std::vector<uint8_t> sealed(sizeof kSealed);
    BOOST_TEST(cipher->seal(sealed.data(), kPlain, kHeader, kIv));
    BOOST_TEST(sealed == kSealed, boost::test_tools::per_element());

    std::vector<uint8_t> in_place(std::begin(kPlain), std::end(kPlain));
    in_place.resize(sizeof kSealed);
    BOOST_TEST(
        cipher->seal(in_place.data(), std::span(in_place).first(sizeof kPlain), kHeader, kIv));
    BOOST_TEST(in_place == kSealed, boost::test_tools::per_element());
}

BOOST_DATA_TEST_CASE(opens_what_is_authentic, data::make(kImplementations), implementation) {
    const auto cipher = create(implementation, kKey);
    if (!cipher) return;
    std::vector<uint8_t> bytes(std::begin(kSealed), std::end(kSealed));
    BOOST_REQUIRE(cipher->open(bytes, kHeader, kIv));
    bytes.resize(sizeof kPlain);
    BOOST_TEST(bytes == kPlain, boost::test_tools::per_element());
}

BOOST_DATA_TEST_CASE(opens_nothing_else, data::make(kImplementations), implementation) {
    const auto cipher = create(implementation, kKey);
    if (!cipher) return;
    for (size_t i = 0; i < sizeof kSealed; ++i) {
        std::vector<uint8_t> bytes(std::begin(kSealed), std::end(kSealed));
        bytes[i] ^= 1;
        BOOST_TEST(!cipher->open(bytes, kHeader, kIv));
    }
    std::vector<uint8_t> bytes(std::begin(kSealed), std::end(kSealed));
    BOOST_TEST(!cipher->open(bytes, std::span(kHeader).subspan(1), kIv));
    BOOST_TEST(!cipher->open(std::span(bytes).first(AesGcm::kTagSize - 1), kHeader, kIv));
}

BOOST_AUTO_TEST_CASE(implementations_agree_on_every_size) {
    const auto one = openssl_aes_gcm(kKey);
    const auto other = AesGcm::create(kKey);
    for (size_t size = 0; size <= 1'500; ++size) {
        std::vector<uint8_t> plain(size);
        std::iota(plain.begin(), plain.end(), uint8_t{1});
        std::vector<uint8_t> by_one(size + AesGcm::kTagSize);
        std::vector<uint8_t> by_other(size + AesGcm::kTagSize);
        const auto header = std::span(kHeader).first(size % sizeof kHeader);
        BOOST_REQUIRE(one->seal(by_one.data(), plain, header, kIv));
        BOOST_REQUIRE(other->seal(by_other.data(), plain, header, kIv));
        BOOST_REQUIRE((by_one == by_other));
        BOOST_REQUIRE(other->open(by_one, header, kIv));
        BOOST_REQUIRE(std::equal(plain.begin(), plain.end(), by_one.begin()));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace parley::sfu
