#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sfu/ice_servers.hpp"
#include "sfu/media_loop.hpp"
#include "sfu/session_description.hpp"
#include "sfu/statistics.hpp"
#include "sfu/udp_path.hpp"

typedef struct _GSocket GSocket;
typedef struct _NiceAgent NiceAgent;
typedef struct _NiceCandidate NiceCandidate;

namespace parley::sfu {

/// Where an ICE agent listens and what it announces.
struct IceConfig {
    /// RFC 6544: the end of connections that this side is. The SFU never connects to where a client
    /// tells it.
    enum class Tcp : uint8_t { off, passive, active };

    std::vector<std::string> addresses;         ///< local IP addresses, at least one
    std::vector<std::string> public_addresses;  ///< announced instead, pairwise; may be shorter
    uint16_t port_min = 0;                      ///< 0: any
    uint16_t port_max = 0;
    Tcp tcp = Tcp::off;
    std::optional<StunServer> stun_server{};
    std::optional<TurnServer> turn_server{};
    milliseconds consent_timeout{30'000};  ///< see Config
};

/// The one wrapper of libnice: a full ICE agent (RFC 8445) with one stream of one component,
/// trickle (RFC 8838). Loop thread only.
class IceAgent {
  public:
    enum class State : uint8_t { gathering, connecting, connected, failed };
    enum class Role : uint8_t { controlling, controlled };

    /// Called from within the loop. The agent must not be destroyed in these: use MediaLoop::defer.
    class Observer {
      public:
        virtual void on_ice_connected() = 0;
        virtual void on_ice_failed() = 0;
        virtual void on_ice_candidate(Candidate candidate) = 0;
        virtual void on_ice_gathered() = 0;
        /// The bytes may be written to, until return.
        virtual void on_datagram(std::span<uint8_t> datagram) = 0;

      protected:
        ~Observer() = default;
    };

    /// nullptr where libnice gives no agent.
    static std::unique_ptr<IceAgent> create(MediaLoop& loop, const IceConfig& config, Role role,
                                            Observer& observer);
    /// Detaches the observer at once; sockets close when the loop has let the agent finish.
    ~IceAgent();
    IceAgent(const IceAgent&) = delete;
    IceAgent& operator=(const IceAgent&) = delete;

    const std::string& ufrag() const { return ufrag_; }

    const std::string& pwd() const { return pwd_; }

    /// False where no socket could be bound: no address of the configuration, or no port of its
    /// range.
    bool gather();
    bool set_remote_credentials(const std::string& ufrag, const std::string& pwd);
    /// RFC 8445 s9: new credentials on this side; sockets and the selected pair stay. The peer's
    /// follow by set_remote_credentials.
    bool restart();

    /// Those gathered so far.
    const std::vector<Candidate>& candidates() const { return candidates_; }

    /// The kind of TCP candidates that a peer's may be, if any.
    std::optional<Candidate::Protocol> remote_tcp() const;

    /// Candidates that `acceptable` has passed.
    void add_remote_candidates(std::span<const Candidate> candidates);

    /// Datagrams of `segment_size` octets each, the last may be shorter: see UdpPath::send. Returns
    /// how many were sent: none where there is no selected pair, no consent of the peer's, or the
    /// socket's buffer is full.
    size_t send(std::span<const uint8_t> datagrams, size_t segment_size);

    State state() const { return state_; }

    /// The pair that `send` uses, if any.
    const std::optional<CandidatePair>& selected_pair() const { return selected_pair_; }

    /// The one that `send` uses; -1 where there is none or it is a relay's or
    /// TCP.
    int socket() const;

    /// When anything last came to one of the agent's sockets.
    TimePoint last_heard() const { return context_->last_readable(); }

  private:
    struct Callbacks;
    IceAgent(MediaLoop& loop, const IceConfig& config, Observer& observer);
    bool start(Role role);
    void set_servers();
    bool read_local_credentials();
    bool announces(Candidate::Protocol protocol) const;
    std::string announced(const std::string& address) const;
    void select_path(const NiceCandidate& remote);
    void drop_path();
    size_t send_by_agent(std::span<const uint8_t> datagrams, size_t segment_size);

    MediaLoop& loop_;
    const IceConfig& config_;
    Observer& observer_;
    std::shared_ptr<MediaLoop::Context> context_;
    NiceAgent* agent_ = nullptr;
    unsigned stream_ = 0;
    State state_ = State::gathering;
    bool restarting_ = false;  ///< until a pair of the restart is selected
    std::optional<CandidatePair> selected_pair_;
    GSocket* socket_ = nullptr;  ///< of the selected pair; none where that is a relay's or TCP
    std::optional<UdpPath> path_;
    std::vector<Candidate> candidates_;
    std::string ufrag_;
    std::string pwd_;
};

}  // namespace parley::sfu
