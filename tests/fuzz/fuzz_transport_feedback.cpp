#include "sfu/bandwidth_estimator.hpp"
#include "sfu/transport_feedback.hpp"
#include "tests/fuzz/fuzz_check.hpp"

using namespace parley::sfu;

namespace {

/// A message is walked to its end, each sequence number once.
void check_message(const RtcpPacket& packet) {
    auto reader = TransportFeedbackReader::parse(packet);
    if (!reader) return;
    size_t walked = 0;
    while (const auto status = reader->next()) {
        fuzz_check(status->sequence == static_cast<uint16_t>(reader->base_sequence() + walked),
                   "sequence numbers follow each other");
        fuzz_check(!status->arrival || (status->arrival->count() >= 0 &&
                                        *status->arrival < TransportFeedbackReader::kReferenceWrap),
                   "an arrival is a time modulo the wrap");
        ++walked;
    }
    fuzz_check(walked == reader->status_count(), "every packet has a status");
}

/// The same octets as arrivals, three for each: whatever came is written well-formed, and pending
/// packets are told.
void check_generator(const uint8_t* data, size_t size) {
    TransportFeedbackGenerator generator;
    TimePoint now{std::chrono::hours(1)};
    for (size_t i = 0; i + 3 <= size; i += 3) {
        now += milliseconds(data[i]);
        generator.on_packet(static_cast<uint16_t>(data[i + 1] << 8 | data[i + 2]), now);
        if (i % 96 != 0) continue;
        RtcpWriter writer;
        if (!generator.write(writer, 1, 2, now)) continue;
        RtcpReader packets(writer.bytes());
        const auto packet = packets.next();
        fuzz_check(packet && TransportFeedbackReader::parse(*packet),
                   "what is written is well-formed");
    }
    RtcpWriter writer;
    while (generator.write(writer, 1, 2, now))
        writer = {};
    fuzz_check(generator.pending() == 0, "everything is told at last");
}

/// Feedback of packets that were sent, whatever it says, leaves the rate within its limits.
void check_estimator(const RtcpPacket& packet) {
    TimePoint now{std::chrono::hours(1)};
    const BandwidthEstimator::Limits limits;
    BandwidthEstimator estimator(limits, now);
    estimator.set_wanted(limits.max);
    for (int i = 0; i < 200; ++i, now += milliseconds(5)) {
        estimator.on_packet_sent(1'000, now);
        fuzz_check(estimator.padding_due(now) < 500'000, "padding is bounded");
        if (i % 20 == 19) estimator.on_transport_feedback(packet, now);
    }
    const BitsPerSecond rate = estimator.bits_per_second();
    fuzz_check(rate >= limits.min && rate <= limits.max, "the rate is within its limits");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const RtcpPacket packet{
        .type = RtcpType::transport_feedback, .count = 15, .body = {data, size}};
    check_message(packet);
    check_estimator(packet);
    check_generator(data, size);
    return 0;
}
