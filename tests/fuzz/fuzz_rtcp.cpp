#include "sfu/rtcp_packet.hpp"
#include "tests/fuzz/fuzz_check.hpp"

using namespace parley::sfu;

namespace {

void check_packet(const RtcpPacket& packet) {
    size_t blocks = 0;
    while (const auto block = packet.report_block(blocks)) {
        RtcpWriter writer;
        fuzz_check(writer.receiver_report(1, {&*block, 1}), "a block fits into a report");
        RtcpReader reader(writer.bytes());
        const auto again = reader.next();
        fuzz_check(again && again->report_block(0) == block, "a block reads as it was written");
        ++blocks;
    }
    fuzz_check(blocks <= packet.count, "no more blocks than announced");
    if (const auto info = packet.sender_info()) {
        RtcpWriter writer;
        writer.sender_report(*info);
        RtcpReader reader(writer.bytes());
        fuzz_check(reader.next()->sender_info() == info,
                   "a sender's report reads as it was written");
    }
    size_t entries = 0;
    while (packet.nack(entries) || packet.full_intra_request(entries))
        ++entries;
    fuzz_check(entries * 4 <= packet.body.size(), "entries lie in the body");
    size_t byes = 0;
    while (packet.bye_ssrc(byes))
        ++byes;
    fuzz_check(byes <= packet.count, "no more sources than announced");
    (void)packet.media_ssrc();
    (void)packet.estimated_bitrate_max();
}

}  // namespace

/// Every field of every packet of a compound stays within it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    RtcpReader reader({data, size});
    size_t total = 0;
    while (const auto packet = reader.next()) {
        total += 4 + packet->body.size();
        fuzz_check(packet->body.empty() || packet->body.data() + packet->body.size() <= data + size,
                   "a body lies in the compound");
        check_packet(*packet);
    }
    fuzz_check(total <= size, "packets do not overlap");
    return 0;
}
