#include "sfu/layer_allocation.hpp"

#include <algorithm>
#include <climits>
#include <numeric>

namespace parley::sfu {

namespace {

constexpr int8_t kPaused = -1;

/// One way to send a stream; each step of a ladder is better than the one below, and costs more.
struct Step {
    uint32_t bits_per_second = 0;
    uint8_t encoding = 0;
    uint8_t temporal_layer = 0;

    bool is(const LayerChoice& choice) const {
        return !choice.paused && encoding == choice.encoding &&
               temporal_layer == choice.temporal_layer;
    }
};

class Ladder {
  public:
    void build(const StreamDemand& stream) {
        count_ = 0;
        bool lowest = true;
        for (uint8_t encoding = 0; encoding < stream.encodings.size(); ++encoding) {
            const auto& rate = stream.encodings[encoding];
            if (!rate.alive) continue;
            const bool too_high = stream.height_max != 0 && rate.height > stream.height_max;
            if (too_high && !lowest) continue;
            // A layer doubles the frames. A sharper picture that moves at a quarter of the pace is
            // not better.
            for (size_t layer = lowest ? 0 : layer_with_half_the_frames(rate);
                 layer < rate.bits_per_second.size(); ++layer) {
                add({rate.bits_per_second[layer], encoding, static_cast<uint8_t>(layer)},
                    stream.present);
            }
            lowest = false;
        }
    }

    size_t size() const { return count_; }

    const Step& operator[](size_t step) const { return steps_[step]; }

    /// The step of a choice, or the nearest below.
    int8_t find(const LayerChoice& choice) const {
        auto step = static_cast<int8_t>(count_ - 1);
        if (choice.paused) return kPaused;
        while (step >= 0) {
            const Step& each = steps_[static_cast<size_t>(step)];
            if (each.encoding < choice.encoding) break;
            if (each.encoding == choice.encoding && each.temporal_layer <= choice.temporal_layer) {
                break;
            }
            --step;
        }
        return step;
    }

  private:
    static size_t layer_with_half_the_frames(const EncodingRate& rate) {
        size_t highest = 0;
        for (size_t layer = 0; layer < rate.bits_per_second.size(); ++layer) {
            if (rate.bits_per_second[layer] != 0) highest = layer;
        }
        return highest == 0 ? 0 : highest - 1;
    }

    /// What costs no less and gives no more frames than a better encoding is left out. So is an
    /// encoding with fewer frames that costs no more; but not the present choice, which would come
    /// and go with the noise of the measurement.
    void add(const Step& step, const LayerChoice& present) {
        if (step.bits_per_second == 0 && count_ > 0) return;
        while (count_ > 0 && last().bits_per_second >= step.bits_per_second &&
               (last().temporal_layer <= step.temporal_layer || step.is(present))) {
            --count_;
        }
        if (count_ > 0 && last().bits_per_second >= step.bits_per_second) return;
        steps_[count_++] = step;
    }

    const Step& last() const { return steps_[count_ - 1]; }

    std::array<Step, StreamDemand::kEncodingsMax * EncodingRate::kLayersMax> steps_{};
    size_t count_ = 0;
};

}  // namespace

/// The streams' ladders, and who comes first.
class LayerAllocator::Ladders {
  public:
    explicit Ladders(std::span<const StreamDemand> streams) : streams_(streams) {
        for (size_t i = 0; i < streams.size(); ++i)
            ladders_[i].build(streams[i]);
        std::iota(order_.begin(), order_.end(), uint8_t{0});
        std::sort(
            order_.begin(), order_.begin() + static_cast<ptrdiff_t>(streams.size()),
            [&](uint8_t a, uint8_t b) { return std::pair(rank(a), a) < std::pair(rank(b), b); });
    }

    /// What `budget` bears, whatever is sent now.
    Steps fit(uint64_t budget) const {
        Steps steps;
        steps.fill(kPaused);
        begin(steps, budget);
        raise(steps, tops(), budget);
        return steps;
    }

    Steps tops() const {
        Steps steps;
        steps.fill(kPaused);
        for (size_t i = 0; i < streams_.size(); ++i)
            steps[i] = static_cast<int8_t>(static_cast<int>(ladders_[i].size()) - 1);
        return steps;
    }

    /// Gives their lowest layer to those who have none: as far as `budget` goes, but to those who
    /// are pinned in any case.
    void begin(Steps& steps, uint64_t budget) const {
        uint64_t used = cost(steps);
        for (const uint8_t stream : order()) {
            if (steps[stream] != kPaused || ladders_[stream].size() == 0) continue;
            const uint64_t more = cost(stream, 0);
            if (more > 0 && used + more > budget && !streams_[stream].pinned) continue;
            steps[stream] = 0;
            used += more;
        }
    }

    /// Takes who has something step by step towards `limits`, as far as `budget` goes: in rounds
    /// among those of equal priority.
    void raise(Steps& steps, const Steps& limits, uint64_t budget) const {
        uint64_t used = cost(steps);
        const auto all = order();
        for (size_t first = 0, last = 0; first < all.size(); first = last) {
            while (last < all.size() && rank(all[last]) == rank(all[first]))
                ++last;
            bool raised = true;
            while (raised) {
                raised = false;
                for (const uint8_t stream : all.subspan(first, last - first)) {
                    if (steps[stream] == kPaused || steps[stream] >= limits[stream]) continue;
                    const uint64_t more = cost_of_next(stream, steps[stream]);
                    if (used + more > budget) continue;
                    used += more;
                    ++steps[stream];
                    raised = true;
                }
            }
        }
    }

    /// Divides anew what is sent, where that gives more to one who comes before those who lose, or
    /// to their equal who had less than they keep. Other differences among equals are noise.
    void share(Steps& steps, uint64_t sent) const {
        const Steps fair = fit(sent);
        int lowest_loser = INT_MIN;
        int8_t left = INT8_MAX;  // to those of them who lose most
        for (const uint8_t stream : order()) {
            if (fair[stream] >= steps[stream]) continue;
            left = rank(stream) > lowest_loser ? fair[stream] : std::min(left, fair[stream]);
            lowest_loser = rank(stream);
        }
        for (const uint8_t stream : order()) {
            if (fair[stream] <= steps[stream] || rank(stream) > lowest_loser) continue;
            if (rank(stream) == lowest_loser && left <= steps[stream]) continue;
            Steps shared = steps;
            for (const uint8_t other : order()) {
                if (rank(other) >= rank(stream)) {
                    shared[other] = std::min(shared[other], fair[other]);
                }
            }
            begin(shared, sent);
            raise(shared, fair, sent);
            if (shared[stream] > steps[stream]) steps = shared;
            return;
        }
    }

    uint64_t cost(size_t stream, int8_t step) const {
        return step == kPaused ? 0 : ladders_[stream][static_cast<size_t>(step)].bits_per_second;
    }

    uint64_t cost(const Steps& steps) const {
        uint64_t total = 0;
        for (size_t i = 0; i < streams_.size(); ++i)
            total += cost(i, steps[i]);
        return total;
    }

    /// The least that a better step costs more; 0: there is none.
    uint64_t cost_of_next(const Steps& steps) const {
        uint64_t least = 0;
        for (size_t i = 0; i < streams_.size(); ++i) {
            const uint64_t more = cost_of_next(i, steps[i]);
            if (more > 0 && (least == 0 || more < least)) least = more;
        }
        return least;
    }

    Steps present() const {
        Steps steps;
        steps.fill(kPaused);
        for (size_t i = 0; i < streams_.size(); ++i)
            steps[i] = ladders_[i].find(streams_[i].present);
        return steps;
    }

    /// What the present choices cost, though a ladder had them no more.
    uint64_t present_cost() const {
        uint64_t total = 0;
        for (const auto& stream : streams_) {
            const auto& present = stream.present;
            if (present.paused || !stream.encodings[present.encoding].alive) continue;
            total += stream.encodings[present.encoding].bits_per_second[present.temporal_layer];
        }
        return total;
    }

    LayerChoice choice(size_t stream, int8_t step) const {
        if (step == kPaused) return {};
        const Step& chosen = ladders_[stream][static_cast<size_t>(step)];
        return {
            .paused = false, .encoding = chosen.encoding, .temporal_layer = chosen.temporal_layer};
    }

  private:
    /// The lower comes first.
    int rank(uint8_t stream) const {
        constexpr int kPinned = 256;
        const auto& demand = streams_[stream];
        return -(demand.priority + (demand.pinned ? kPinned : 0));
    }

    std::span<const uint8_t> order() const { return {order_.data(), streams_.size()}; }

    uint64_t cost_of_next(size_t stream, int8_t step) const {
        const auto next = static_cast<size_t>(step + 1);
        if (next >= ladders_[stream].size()) return 0;
        return cost(stream, static_cast<int8_t>(next)) - cost(stream, step);
    }

    std::span<const StreamDemand> streams_;
    std::array<Ladder, kStreamsMax> ladders_;
    std::array<uint8_t, kStreamsMax> order_{};
};

uint64_t LayerAllocator::budget_for_more(uint64_t estimate, TimePoint now) const {
    const uint64_t budget = estimate * 100 / kMarginPercent;
    return now < held_until_ ? std::min(budget, failed_ * 100 / kMarginPercent) : budget;
}

/// An upgrade that lasts was no mistake; one to more than what failed ends the back-off.
void LayerAllocator::settle(uint64_t sent, TimePoint now) {
    if (!last_upgrade_ || now - *last_upgrade_ < kSettled) return;
    last_upgrade_.reset();
    if (sent >= failed_) back_off_ = milliseconds{0};
}

/// More is sent than the estimate bears. Where it was made more until a short while ago, that was
/// too early.
void LayerAllocator::on_too_much(uint64_t sent, TimePoint now) {
    more_since_.reset();
    if (!last_upgrade_) return;
    last_upgrade_.reset();
    failed_ = back_off_ == milliseconds{0} ? sent : std::min(failed_, sent);
    back_off_ = std::clamp(back_off_ * 2, kBackOffMin, kBackOffMax);
    held_until_ = now + back_off_;
}

bool LayerAllocator::sustained(bool probed, TimePoint now) {
    if (!more_since_) more_since_ = now;
    return probed || now - *more_since_ >= kSustained;
}

LayerAllocator::Totals LayerAllocator::allocate(std::span<const StreamDemand> streams,
                                                uint64_t estimate, bool probed, TimePoint now,
                                                std::span<LayerChoice> choices) {
    std::fill(choices.begin(), choices.end(), LayerChoice{});
    const size_t count = std::min({streams.size(), choices.size(), kStreamsMax});
    const Ladders ladders(streams.first(count));
    const uint64_t sent = ladders.present_cost();
    settle(sent, now);
    Steps steps = ladders.present();
    if (ladders.cost(steps) > estimate) {
        const Steps most = ladders.fit(estimate);
        for (size_t i = 0; i < count; ++i)
            steps[i] = std::min(steps[i], most[i]);
        if (ladders.cost(steps) < sent) on_too_much(sent, now);
        ladders.raise(steps, most, estimate);
    } else {
        ladders.share(steps, std::max(ladders.cost(steps), std::min(sent, estimate)));
    }

    const uint64_t budget = budget_for_more(estimate, now);
    Steps more = steps;
    ladders.begin(more, budget);
    const bool begun = more != steps;
    steps = more;
    ladders.raise(more, ladders.tops(), budget);
    if (more == steps) {
        more_since_.reset();
    } else if (sustained(probed, now)) {
        more_since_.reset();
        steps = more;
        last_upgrade_ = now;
    }
    if (begun) last_upgrade_ = now;

    for (size_t i = 0; i < count; ++i)
        choices[i] = ladders.choice(i, steps[i]);
    Totals totals{.chosen = ladders.cost(steps), .wanted = ladders.cost(ladders.fit(UINT64_MAX))};
    if (const uint64_t least = ladders.cost_of_next(steps)) {
        const uint64_t next = ((totals.chosen + least) * kMarginPercent + 99) / 100;
        if (budget_for_more(next, now) >= totals.chosen + least) totals.next = next;
    }
    return totals;
}

}  // namespace parley::sfu
