#include "sfu/transport_feedback.hpp"

#include <algorithm>
#include <limits>

#include "sfu/byte_order.hpp"

namespace parley::sfu {

namespace {

//  |                SSRC of packet sender                          |
//  |                 SSRC of media source                          |
//  |      base sequence number     |      packet status count      |
//  |                 reference time                | fb pkt. count |
//  |          packet chunk         |         packet chunk          |
//  ...                             |  recv delta   |  recv delta   |
constexpr size_t kSsrcsSize = 8;
constexpr size_t kHeaderSize = 8;  // base sequence number to feedback packet count
constexpr size_t kChunksOffset = kSsrcsSize + kHeaderSize;
constexpr size_t kChunkSize = 2;

// s3.1.1: packet status symbols; 3 is reserved.
enum Symbol : uint8_t { kNotReceived = 0, kSmallDelta = 1, kLargeDelta = 2, kReserved = 3 };

/// Octets of a receive delta (s3.1.5), by symbol.
constexpr std::array<size_t, 3> kDeltaSize{0, 1, 2};

constexpr uint16_t kRunLengthMax = 0x1fff;
constexpr uint16_t kOneBitSymbols = 14;
constexpr uint16_t kTwoBitSymbols = 7;

uint16_t run_length_chunk(uint8_t symbol, size_t length) {
    return static_cast<uint16_t>((unsigned{symbol} << 13) | length);
}

/// s3.1.4: a status vector of the first symbols; those missing at the end are zeros.
uint16_t vector_chunk(std::span<const uint8_t> symbols, bool two_bits) {
    const unsigned width = two_bits ? 2 : 1;
    unsigned chunk = two_bits ? 0xc000 : 0x8000;
    unsigned shift = 14;
    for (const uint8_t symbol : symbols) {
        shift -= width;
        chunk |= unsigned{symbol} << shift;
    }
    return static_cast<uint16_t>(chunk);
}

struct EncodedChunk {
    uint16_t bits = 0;
    size_t symbols = 0;  ///< how many it holds
};

/// The chunk that holds the most of what comes next. A vector is short only at the end.
EncodedChunk encode_chunk(std::span<const uint8_t> symbols) {
    const auto head = symbols.first(std::min<size_t>(symbols.size(), kOneBitSymbols));
    const auto large = std::find(head.begin(), head.end(), kLargeDelta);
    const size_t vector_size =
        large == head.end() ? head.size() : std::min<size_t>(head.size(), kTwoBitSymbols);

    const size_t run_max = std::min<size_t>(symbols.size(), kRunLengthMax);
    size_t run = 1;
    while (run < run_max && symbols[run] == symbols[0])
        ++run;
    if (run >= vector_size) return {run_length_chunk(symbols[0], run), run};

    return {vector_chunk(symbols.first(vector_size), large != head.end()), vector_size};
}

/// Floored, also for times before the epoch.
int64_t floor_units(microseconds time, microseconds unit) {
    const int64_t units = time / unit;
    return time % unit < microseconds(0) ? units - 1 : units;
}

/// One message as it is put together: symbols and deltas apart.
struct Message {
    static constexpr size_t kSizeMax =
        kHeaderSize +
        (TransportFeedbackGenerator::kWindow + kTwoBitSymbols - 1) / kTwoBitSymbols * kChunkSize +
        TransportFeedbackGenerator::kReceivedPerMessageMax * 2;

    std::array<uint8_t, TransportFeedbackGenerator::kWindow> symbols{};
    size_t symbol_count = 0;
    std::array<uint8_t, TransportFeedbackGenerator::kReceivedPerMessageMax * 2> deltas{};
    size_t deltas_size = 0;
    size_t received = 0;
    int64_t time_units = 0;  ///< of kDeltaUnit: the latest arrival, as its reader will have it
    uint32_t reference = 0;  ///< units of kReferenceUnit

    void not_received() { symbols[symbol_count++] = kNotReceived; }

    /// False: it is for the next message.
    bool receive(microseconds arrival) {
        const int64_t units = floor_units(arrival, TransportFeedbackReader::kDeltaUnit);
        if (received == 0) {
            const int64_t reference_units =
                floor_units(arrival, TransportFeedbackReader::kReferenceUnit);
            reference = static_cast<uint32_t>(reference_units) & 0xffffff;
            time_units = reference_units * (TransportFeedbackReader::kReferenceUnit /
                                            TransportFeedbackReader::kDeltaUnit);
        }
        const int64_t delta = units - time_units;
        const bool fits = delta >= std::numeric_limits<int16_t>::min() &&
                          delta <= std::numeric_limits<int16_t>::max();
        if (!fits || received == TransportFeedbackGenerator::kReceivedPerMessageMax) return false;
        time_units = units;
        ++received;
        if (delta >= 0 && delta <= UINT8_MAX) {
            symbols[symbol_count++] = kSmallDelta;
            deltas[deltas_size++] = static_cast<uint8_t>(delta);
        } else {
            symbols[symbol_count++] = kLargeDelta;
            write_u16(&deltas[deltas_size], static_cast<uint16_t>(delta));
            deltas_size += 2;
        }
        return true;
    }

    /// From the base sequence number on; returns the size.
    size_t encode(std::span<uint8_t, kSizeMax> out, uint16_t base, uint8_t feedback_count) const {
        write_u16(&out[0], base);
        write_u16(&out[2], static_cast<uint16_t>(symbol_count));
        write_u24(&out[4], reference);
        out[7] = feedback_count;
        size_t size = kHeaderSize;
        for (auto rest = std::span(symbols).first(symbol_count); !rest.empty();) {
            const EncodedChunk chunk = encode_chunk(rest);
            write_u16(&out[size], chunk.bits);
            size += kChunkSize;
            rest = rest.subspan(chunk.symbols);
        }
        std::copy_n(deltas.begin(), deltas_size, &out[size]);
        return size + deltas_size;
    }
};

}  // namespace

TransportFeedbackReader::Chunk::Chunk(uint16_t chunk_bits) : bits(chunk_bits) {
    if ((bits & 0x8000) == 0) {
        size = bits & kRunLengthMax;
    } else {
        size = (bits & 0x4000) == 0 ? kOneBitSymbols : kTwoBitSymbols;
    }
}

//  |T| S |       Run Length        |   T 0: run length chunk (s3.1.3)
//  |T|S|       symbol list         |   T 1: status vector chunk (s3.1.4), S 0: one bit, 1: two
uint8_t TransportFeedbackReader::Chunk::symbol(uint16_t index) const {
    if ((bits & 0x8000) == 0) return (bits >> 13) & 3;
    if ((bits & 0x4000) == 0) return (bits >> (13 - index)) & 1;
    return (bits >> (12 - 2 * index)) & 3;
}

TransportFeedbackReader::TransportFeedbackReader(std::span<const uint8_t> body)
    : body_(body),
      base_sequence_(read_u16(&body[kSsrcsSize])),
      status_count_(read_u16(&body[kSsrcsSize + 2])),
      feedback_count_(body[kSsrcsSize + 7]),
      arrival_(read_u24(&body[kSsrcsSize + 4]) * kReferenceUnit),
      chunk_offset_(kChunksOffset) {}

std::optional<TransportFeedbackReader> TransportFeedbackReader::parse(const RtcpPacket& packet) {
    if (packet.type != RtcpType::transport_feedback ||
        packet.count != static_cast<uint8_t>(TransportFeedback::transport_cc) ||
        packet.body.size() < kChunksOffset) {
        return std::nullopt;
    }
    TransportFeedbackReader reader(packet.body);
    if (!reader.check()) return std::nullopt;
    return reader;
}

bool TransportFeedbackReader::check() {
    size_t offset = kChunksOffset;
    size_t deltas_size = 0;
    for (size_t seen = 0; seen < status_count_; offset += kChunkSize) {
        if (offset + kChunkSize > body_.size()) return false;
        const Chunk chunk(read_u16(&body_[offset]));
        if (chunk.size == 0) return false;  // an empty run would only make the walk longer
        const auto size = static_cast<uint16_t>(std::min<size_t>(chunk.size, status_count_ - seen));
        for (uint16_t i = 0; i < size; ++i) {
            const uint8_t symbol = chunk.symbol(i);
            if (symbol == kReserved) return false;
            deltas_size += kDeltaSize[symbol];
        }
        seen += size;
    }
    delta_offset_ = offset;
    return status_count_ > 0 && deltas_size <= body_.size() - offset;
}

std::optional<TransportFeedbackReader::Status> TransportFeedbackReader::next() {
    if (walked_ == status_count_) return std::nullopt;
    if (chunk_.next == chunk_.size) {
        chunk_ = Chunk(read_u16(&body_[chunk_offset_]));
        chunk_offset_ += kChunkSize;
    }
    const uint8_t symbol = chunk_.symbol(chunk_.next++);
    Status status{.sequence = static_cast<uint16_t>(base_sequence_ + walked_++), .arrival = {}};
    if (symbol == kNotReceived) return status;
    const int64_t delta = symbol == kSmallDelta
                              ? int64_t{body_[delta_offset_]}
                              : static_cast<int16_t>(read_u16(&body_[delta_offset_]));
    delta_offset_ += kDeltaSize[symbol];
    arrival_ += delta * kDeltaUnit;
    // A negative delta from a reference of 0, or the wrap within a message.
    status.arrival = (arrival_ + kReferenceWrap) % kReferenceWrap;
    return status;
}

void TransportFeedbackGenerator::begin(uint16_t sequence) {
    arrivals_.fill({});
    unwrapper_ = {};
    next_ = unwrapper_.unwrap(sequence);
    stale_ = 0;
    pending_ = 0;
}

void TransportFeedbackGenerator::on_packet(uint16_t sequence, TimePoint arrival) {
    constexpr auto kWindowSize = static_cast<int64_t>(kWindow);
    if (!unwrapper_.highest()) begin(sequence);
    int64_t extended = unwrapper_.unwrap(sequence);
    if (extended <= *unwrapper_.highest() - kWindowSize) {
        if (++stale_ < kStaleMax) return;
        begin(sequence);
        extended = next_;
    }
    stale_ = 0;
    // What was told as missing is told again, now as received.
    next_ = std::max(std::min(next_, extended), *unwrapper_.highest() - kWindowSize + 1);
    Arrival& place = slot(extended);
    if (place.sequence == extended) return;  // a duplicate: the first arrival counts
    const bool forgotten = place.sequence >= 0 && !place.told;
    if (!forgotten) ++pending_;
    place = {.sequence = extended, .time = arrival, .told = false};
}

bool TransportFeedbackGenerator::due(TimePoint now) const {
    return pending_ >= kPacketsDue || (pending_ > 0 && now - last_written_ >= kInterval);
}

bool TransportFeedbackGenerator::write(RtcpWriter& writer, uint32_t sender_ssrc,
                                       uint32_t media_ssrc, TimePoint now) {
    if (pending_ == 0) return false;
    Message message;
    int64_t end = next_;
    for (; end <= *unwrapper_.highest(); ++end) {
        const Arrival& place = slot(end);
        if (place.sequence != end) {
            message.not_received();
        } else if (!message.receive(
                       std::chrono::duration_cast<microseconds>(place.time.time_since_epoch()))) {
            break;
        }
    }
    std::array<uint8_t, Message::kSizeMax> control{};
    const size_t size =
        message.encode(std::span(control), static_cast<uint16_t>(next_), feedback_count_);
    if (!writer.transport_feedback(sender_ssrc, media_ssrc, std::span(control).first(size))) {
        return false;
    }
    for (int64_t sequence = next_; sequence < end; ++sequence) {
        Arrival& place = slot(sequence);
        if (place.sequence != sequence || place.told) continue;
        place.told = true;
        --pending_;
    }
    next_ = end;
    // What is left fell out of the window.
    if (next_ > *unwrapper_.highest()) pending_ = 0;
    ++feedback_count_;
    last_written_ = now;
    return true;
}

}  // namespace parley::sfu
