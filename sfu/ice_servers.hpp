#pragma once

#include <chrono>
#include <cstdint>
#include <string>

/// The servers that an ICE agent asks for its addresses. Values.
namespace parley::sfu {

/// RFC 8489, over UDP.
struct StunServer {
    std::string address;  ///< an IP address
    uint16_t port = 3478;
};

/// RFC 8656. Known to it by a user and a password, or by a secret shared with it.
struct TurnServer {
    enum class Protocol : uint8_t { udp, tcp };

    std::string address;  ///< an IP address
    uint16_t port = 3478;
    Protocol protocol = Protocol::udp;  ///< between the SFU and it
    std::string user;
    std::string password;
    std::string secret;
};

struct TurnCredentials {
    std::string user;
    std::string password;
};

/// Its user and password; of a secret, those of draft-uberti-behave-turn-rest-00 s2.2, which are
/// good until `expiry`.
TurnCredentials turn_credentials(const TurnServer& server,
                                 std::chrono::system_clock::time_point expiry);

}  // namespace parley::sfu
