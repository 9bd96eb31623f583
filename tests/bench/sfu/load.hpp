#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/sfu/load_peer.hpp"
#include "tests/bench/sfu/server_process.hpp"

namespace parley::sfu::bench {

/// Who takes part.
struct Shape {
    uint32_t publishers = 1;
    uint32_t receivers = 10;  ///< where there is one publisher; several receive each other

    /// "1x60": one publisher and sixty receivers; "10x10": ten who get each other.
    static Shape parse(const std::string& text);

    std::string name() const;

    uint32_t participants() const { return publishers == 1 ? 1 + receivers : publishers; }

    /// How often each packet is forwarded.
    uint32_t copies() const { return publishers == 1 ? receivers : publishers - 1; }
};

/// The clients of one server, on a thread of their own.
class Load {
  public:
    /// Connects everybody. Throws std::runtime_error where that fails.
    Load(ServerProcess& server, const Shape& shape);

    /// Sends for `seconds`, after some that do not count, and receives for one more. `on_begin`
    /// and `on_end` are called in a thread of the caller's when the time that counts begins and
    /// ends.
    Tally run(std::chrono::seconds duration, const std::function<void()>& on_begin,
              const std::function<void()>& on_end);

  private:
    void publish(ServerProcess& server, uint32_t number);
    void subscribe(ServerProcess& server, uint32_t number, const std::vector<uint32_t>& sources);
    bool all_connect(const std::vector<std::unique_ptr<LoadPeer>>& peers);
    void exchange(Tally& tally, TimePoint sending_end);

    Shape shape_;
    PeerThread thread_;
    std::vector<std::unique_ptr<LoadPeer>> publishers_;
    std::vector<std::unique_ptr<LoadPeer>> receivers_;
};

}  // namespace parley::sfu::bench
