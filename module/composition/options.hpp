#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "module/coordinator.hpp"
#include "xmpp/result.hpp"

namespace parley::module {

/// Of a STUN or TURN server.
struct ServerAddress {
    std::string address;  ///< an IP address
    uint16_t port = 3478;
    bool operator==(const ServerAddress&) const = default;
};

/// Where and how the SFU listens.
struct MediaOptions {
    std::vector<std::string> addresses;         ///< local IP addresses; empty: every interface's
    std::vector<std::string> public_addresses;  ///< announced instead, pairwise; empty: the same
    uint16_t port_min = 0;                      ///< 0: any
    uint16_t port_max = 0;
    bool tcp = false;  ///< listens for TCP as well
    std::optional<ServerAddress> stun_server;
    std::optional<ServerAddress> turn_server;  ///< with a secret, or a user and a password
    bool turn_over_tcp = false;
    std::string turn_user;
    std::string turn_password;
    std::string turn_secret;
    size_t workers = 0;                           ///< media threads; 0: one per core
    std::chrono::seconds disconnect_timeout{15};  ///< without a packet: the client is gone
    // What is forwarded of a client at most.
    uint32_t video_kbit_s_max = 2500;         ///< of each video stream, told to its publisher
    uint32_t audio_kbit_s_max = 1000;         ///< of each audio stream
    uint32_t participant_kbit_s_max = 10000;  ///< of all its streams together
    uint32_t packets_kept_max = 512;          ///< of each video stream, to send them again
    /// What publishers may send, the preferred first.
    std::vector<std::string> video_codecs{"VP8", "VP9", "H264", "AV1"};
    uint32_t audible_participants_max = 8;  ///< of a call: the loudest; 1 to 16
    bool operator==(const MediaOptions&) const = default;
};

/// The module's table in the host's configuration.
struct Options {
    Settings settings;
    MediaOptions media;
};

/// Reads the table as the host flattened it (xsm/abi.h, xsm_option). The error names the option,
/// what it was, and what it may be.
xmpp::Result<Options> read_options(
    const std::vector<std::pair<std::string_view, std::string_view>>& table);

}  // namespace parley::module
