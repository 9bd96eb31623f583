#include "sfu/ice_agent.hpp"

#include <nice/agent.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

namespace parley::sfu {

namespace {

constexpr guint kComponent = 1;

constexpr uint16_t kDiscardPort = 9;  // RFC 6544 s4.5: of active candidates

// Of the SFU's own at a TURN server: longer than calls last.
constexpr std::chrono::hours kCredentialsLifetime{24 * 8};

// Room for what comes while the media thread waits for a core: the system's default holds fewer
// than a hundred video packets. The kernel grants at most net.core.rmem_max and wmem_max.
constexpr int kSocketBuffer = 1 << 20;  // octets

void enlarge_buffers(NiceAgent* agent, guint stream) {
    GPtrArray* sockets = nice_agent_get_sockets(agent, stream, kComponent);
    if (sockets == nullptr) return;
    for (guint i = 0; i < sockets->len; ++i) {
        const int fd = g_socket_get_fd(static_cast<GSocket*>(g_ptr_array_index(sockets, i)));
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kSocketBuffer, sizeof kSocketBuffer);
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kSocketBuffer, sizeof kSocketBuffer);
    }
    g_ptr_array_unref(sockets);
}

struct AddressText {
    explicit AddressText(const NiceAddress& address) {
        nice_address_to_string(&address, text.data());
    }

    std::array<char, NICE_ADDRESS_STRING_LEN> text{};
};

Candidate::Type candidate_type(NiceCandidateType type) {
    switch (type) {
        case NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE:
            return Candidate::Type::srflx;
        case NICE_CANDIDATE_TYPE_PEER_REFLEXIVE:
            return Candidate::Type::prflx;
        case NICE_CANDIDATE_TYPE_RELAYED:
            return Candidate::Type::relay;
        case NICE_CANDIDATE_TYPE_HOST:
            break;
    }
    return Candidate::Type::host;
}

Candidate::Protocol protocol(NiceCandidateTransport transport) {
    switch (transport) {
        case NICE_CANDIDATE_TRANSPORT_TCP_ACTIVE:
            return Candidate::Protocol::tcp_active;
        case NICE_CANDIDATE_TRANSPORT_TCP_PASSIVE:
            return Candidate::Protocol::tcp_passive;
        case NICE_CANDIDATE_TRANSPORT_TCP_SO:
            return Candidate::Protocol::tcp_so;
        case NICE_CANDIDATE_TRANSPORT_UDP:
            break;
    }
    return Candidate::Protocol::udp;
}

NiceCandidateTransport nice_transport(Candidate::Protocol protocol) {
    switch (protocol) {
        case Candidate::Protocol::tcp_active:
            return NICE_CANDIDATE_TRANSPORT_TCP_ACTIVE;
        case Candidate::Protocol::tcp_passive:
            return NICE_CANDIDATE_TRANSPORT_TCP_PASSIVE;
        case Candidate::Protocol::tcp_so:
            return NICE_CANDIDATE_TRANSPORT_TCP_SO;
        case Candidate::Protocol::udp:
            break;
    }
    return NICE_CANDIDATE_TRANSPORT_UDP;
}

CandidatePair::End pair_end(const NiceCandidate& candidate) {
    return {.type = candidate_type(candidate.type),
            .address = AddressText(candidate.addr).text.data(),
            .port = static_cast<uint16_t>(nice_address_get_port(&candidate.addr))};
}

NiceCandidateType nice_type(Candidate::Type type) {
    switch (type) {
        case Candidate::Type::srflx:
            return NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE;
        case Candidate::Type::prflx:
            return NICE_CANDIDATE_TYPE_PEER_REFLEXIVE;
        case Candidate::Type::relay:
            return NICE_CANDIDATE_TYPE_RELAYED;
        case Candidate::Type::host:
            break;
    }
    return NICE_CANDIDATE_TYPE_HOST;
}

/// What an agent needs until it has closed. The context goes last, out of its own iteration.
struct Closing {
    MediaLoop& loop;
    std::shared_ptr<MediaLoop::Context> context;
};

}  // namespace

struct IceAgent::Callbacks {
    /// Nothing may be thrown into libnice; what is thrown here is lack of memory, and the event is
    /// lost.
    template <class Function>
    static void guarded(Function function) noexcept {
        try {
            function();
        } catch (const std::exception&) {
        }
    }

    static void new_candidate(NiceAgent*, NiceCandidate* from, gpointer data) {
        guarded([&] {
            auto& self = *static_cast<IceAgent*>(data);
            const AddressText address(from->addr);
            Candidate candidate;
            candidate.protocol = protocol(from->transport);
            candidate.type = candidate_type(from->type);
            // What libnice takes for a relay of TCP is one of UDP (RFC 6062 is another protocol).
            const bool relayed_tcp = candidate.type == Candidate::Type::relay &&
                                     candidate.protocol != Candidate::Protocol::udp;
            if (relayed_tcp || !self.announces(candidate.protocol)) return;
            candidate.foundation = from->foundation;
            candidate.priority = from->priority;
            candidate.address = self.announced(address.text.data());
            candidate.port = candidate.protocol == Candidate::Protocol::tcp_active
                                 ? kDiscardPort
                                 : static_cast<uint16_t>(nice_address_get_port(&from->addr));
            if (candidate.type != Candidate::Type::host) {
                candidate.related_address =
                    self.announced(AddressText(from->base_addr).text.data());
                candidate.related_port =
                    static_cast<uint16_t>(nice_address_get_port(&from->base_addr));
            }
            self.candidates_.push_back(candidate);
            self.observer_.on_ice_candidate(std::move(candidate));
        });
    }

    static void gathering_done(NiceAgent*, guint, gpointer data) {
        guarded([&] { static_cast<IceAgent*>(data)->observer_.on_ice_gathered(); });
    }

    static void new_selected_pair(NiceAgent*, guint, guint, NiceCandidate* local,
                                  NiceCandidate* remote, gpointer data) {
        guarded([&] {
            auto& self = *static_cast<IceAgent*>(data);
            self.selected_pair_ = {.local = pair_end(*local), .remote = pair_end(*remote)};
            self.selected_pair_->local.address = self.announced(self.selected_pair_->local.address);
            self.restarting_ = false;
            self.select_path(*remote);
        });
    }

    static void state_changed(NiceAgent*, guint, guint, guint state, gpointer data) {
        guarded([&] {
            auto& self = *static_cast<IceAgent*>(data);
            const bool connected =
                state == NICE_COMPONENT_STATE_CONNECTED || state == NICE_COMPONENT_STATE_READY;
            if (connected && self.state_ != State::connected) {
                self.state_ = State::connected;
                self.observer_.on_ice_connected();
            } else if (state == NICE_COMPONENT_STATE_FAILED) {
                self.state_ = State::failed;
                if (!self.restarting_) self.drop_path();
                self.observer_.on_ice_failed();
            }
        });
    }

    static void received(NiceAgent*, guint, guint, guint size, gchar* bytes, gpointer data) {
        guarded([&] {
            static_cast<IceAgent*>(data)->observer_.on_datagram(
                {reinterpret_cast<uint8_t*>(bytes), size});
        });
    }

    static void closed(GObject* agent, GAsyncResult*, gpointer data) {
        std::unique_ptr<Closing> closing(static_cast<Closing*>(data));
        g_object_unref(agent);
        guarded([&] {
            auto& loop = closing->loop;
            loop.defer([last = std::shared_ptr<Closing>(std::move(closing))] {});
        });
    }
};

IceAgent::IceAgent(MediaLoop& loop, const IceConfig& config, Observer& observer)
    : loop_(loop),
      config_(config),
      observer_(observer),
      context_(std::make_shared<MediaLoop::Context>(loop)) {}

std::unique_ptr<IceAgent> IceAgent::create(MediaLoop& loop, const IceConfig& config, Role role,
                                           Observer& observer) {
    std::unique_ptr<IceAgent> agent(new IceAgent(loop, config, observer));
    return agent->start(role) ? std::move(agent) : nullptr;
}

bool IceAgent::start(Role role) {
    const auto options = static_cast<NiceAgentOption>(NICE_AGENT_OPTION_REGULAR_NOMINATION |
                                                      NICE_AGENT_OPTION_ICE_TRICKLE);
    agent_ = nice_agent_new_full(context_->get(), NICE_COMPATIBILITY_RFC5245, options);
    if (agent_ == nullptr) return false;
    const gboolean controlling = role == Role::controlling ? TRUE : FALSE;
    const gboolean tcp = config_.tcp != IceConfig::Tcp::off ? TRUE : FALSE;
    // RFC 7675: checks of the selected pair every 4 to 6 s. libnice's "consent-freshness" would
    // give up after 10 s, of which two lost answers can make more; this gives up after 50 s. What
    // is silent altogether is found sooner, in `send`.
    g_object_set(agent_, "keepalive-conncheck", TRUE, nullptr);
    g_object_set(agent_, "upnp", FALSE, "ice-tcp", tcp, "controlling-mode", controlling, nullptr);
    for (const auto& text : config_.addresses) {
        NiceAddress address;
        nice_address_init(&address);
        if (nice_address_set_from_string(&address, text.c_str()) != FALSE) {
            nice_agent_add_local_address(agent_, &address);
        }
    }
    stream_ = nice_agent_add_stream(agent_, 1);
    if (stream_ == 0) return false;
    if (config_.port_min != 0) {
        nice_agent_set_port_range(agent_, stream_, kComponent, config_.port_min, config_.port_max);
    }
    set_servers();
    if (!read_local_credentials()) return false;

    g_signal_connect(agent_, "new-candidate-full", G_CALLBACK(Callbacks::new_candidate), this);
    g_signal_connect(agent_, "candidate-gathering-done", G_CALLBACK(Callbacks::gathering_done),
                     this);
    g_signal_connect(agent_, "new-selected-pair-full", G_CALLBACK(Callbacks::new_selected_pair),
                     this);
    g_signal_connect(agent_, "component-state-changed", G_CALLBACK(Callbacks::state_changed), this);
    nice_agent_attach_recv(agent_, stream_, kComponent, context_->get(), Callbacks::received, this);
    context_->touch();
    return true;
}

void IceAgent::set_servers() {
    if (const auto& stun = config_.stun_server) {
        g_object_set(agent_, "stun-server", stun->address.c_str(), "stun-server-port",
                     guint{stun->port}, nullptr);
    }
    if (const auto& turn = config_.turn_server) {
        const auto credentials =
            turn_credentials(*turn, std::chrono::system_clock::now() + kCredentialsLifetime);
        const bool tcp = turn->protocol == TurnServer::Protocol::tcp;
        nice_agent_set_relay_info(agent_, stream_, kComponent, turn->address.c_str(), turn->port,
                                  credentials.user.c_str(), credentials.password.c_str(),
                                  tcp ? NICE_RELAY_TYPE_TURN_TCP : NICE_RELAY_TYPE_TURN_UDP);
    }
}

bool IceAgent::read_local_credentials() {
    gchar* ufrag = nullptr;
    gchar* pwd = nullptr;
    if (nice_agent_get_local_credentials(agent_, stream_, &ufrag, &pwd) == FALSE) return false;
    ufrag_ = ufrag;
    pwd_ = pwd;
    g_free(ufrag);
    g_free(pwd);
    return true;
}

bool IceAgent::restart() {
    context_->touch();
    restarting_ = true;
    return nice_agent_restart_stream(agent_, stream_) != FALSE && read_local_credentials();
}

IceAgent::~IceAgent() {
    if (agent_ == nullptr) return;
    g_clear_object(&socket_);
    g_signal_handlers_disconnect_by_data(agent_, this);
    if (stream_ != 0) {
        nice_agent_attach_recv(agent_, stream_, kComponent, context_->get(), nullptr, nullptr);
    }
    auto* closing = new Closing{loop_, context_};
    const MediaLoop::Context::Default as_default(*context_);
    context_->touch();
    nice_agent_close_async(agent_, Callbacks::closed, closing);
}

std::string IceAgent::announced(const std::string& address) const {
    const auto found = std::find(config_.addresses.begin(), config_.addresses.end(), address);
    const auto index = static_cast<size_t>(found - config_.addresses.begin());
    return index < config_.public_addresses.size() ? config_.public_addresses[index] : address;
}

bool IceAgent::announces(Candidate::Protocol protocol) const {
    switch (protocol) {
        case Candidate::Protocol::udp:
            return true;
        case Candidate::Protocol::tcp_active:
            return config_.tcp == IceConfig::Tcp::active;
        case Candidate::Protocol::tcp_passive:
            return config_.tcp == IceConfig::Tcp::passive;
        case Candidate::Protocol::tcp_so:
            break;
    }
    return false;
}

std::optional<Candidate::Protocol> IceAgent::remote_tcp() const {
    switch (config_.tcp) {
        case IceConfig::Tcp::passive:
            return Candidate::Protocol::tcp_active;
        case IceConfig::Tcp::active:
            return Candidate::Protocol::tcp_passive;
        case IceConfig::Tcp::off:
            break;
    }
    return std::nullopt;
}

bool IceAgent::gather() {
    context_->touch();
    state_ = State::connecting;
    if (nice_agent_gather_candidates(agent_, stream_) == FALSE) return false;
    enlarge_buffers(agent_, stream_);
    return true;
}

bool IceAgent::set_remote_credentials(const std::string& ufrag, const std::string& pwd) {
    context_->touch();
    return nice_agent_set_remote_credentials(agent_, stream_, ufrag.c_str(), pwd.c_str()) != FALSE;
}

void IceAgent::add_remote_candidates(std::span<const Candidate> candidates) {
    GSList* list = nullptr;
    for (const auto& from : candidates) {
        NiceCandidate* candidate = nice_candidate_new(nice_type(from.type));
        if (nice_address_set_from_string(&candidate->addr, from.address.c_str()) == FALSE) {
            nice_candidate_free(candidate);
            continue;
        }
        nice_address_set_port(&candidate->addr, from.port);
        candidate->base_addr = candidate->addr;
        candidate->transport = nice_transport(from.protocol);
        candidate->stream_id = stream_;
        candidate->component_id = kComponent;
        candidate->priority = from.priority;
        g_strlcpy(candidate->foundation, from.foundation.c_str(), sizeof candidate->foundation);
        list = g_slist_append(list, candidate);
    }
    if (list == nullptr) return;
    nice_agent_set_remote_candidates(agent_, stream_, kComponent, list);
    g_slist_free_full(list, reinterpret_cast<GDestroyNotify>(nice_candidate_free));
    context_->touch();
}

void IceAgent::select_path(const NiceCandidate& remote) {
    drop_path();
    socket_ = nice_agent_get_selected_socket(agent_, stream_, kComponent);
    if (socket_ == nullptr) return;
    sockaddr_storage address{};
    nice_address_copy_to_sockaddr(&remote.addr, reinterpret_cast<sockaddr*>(&address));
    path_.emplace(address);
}

void IceAgent::drop_path() {
    g_clear_object(&socket_);
    path_.reset();
}

int IceAgent::socket() const {
    return socket_ == nullptr ? -1 : g_socket_get_fd(socket_);
}

size_t IceAgent::send(std::span<const uint8_t> datagrams, size_t segment_size) {
    if (loop_.now() - last_heard() > config_.consent_timeout) return 0;
    return path_ ? path_->send(socket(), datagrams, segment_size)
                 : send_by_agent(datagrams, segment_size);
}

size_t IceAgent::send_by_agent(std::span<const uint8_t> datagrams, size_t segment_size) {
    size_t sent = 0;
    while (!datagrams.empty()) {
        const auto datagram = datagrams.first(std::min(segment_size, datagrams.size()));
        const auto size = static_cast<guint>(datagram.size());
        const auto* bytes = reinterpret_cast<const gchar*>(datagram.data());
        if (nice_agent_send(agent_, stream_, kComponent, size, bytes) == static_cast<gint>(size)) {
            ++sent;
        }
        datagrams = datagrams.subspan(datagram.size());
    }
    return sent;
}

}  // namespace parley::sfu
