#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "xmpp/jid.hpp"

namespace parley::server::muc {

/// Who may send private messages (muc#roomconfig_allowpm).
enum class PrivateMessages : uint8_t { anyone, participants, moderators, none };

/// What the owner of a room decides (XEP-0045 s15.5.3).
struct RoomConfig {
    std::string title;
    std::string description;
    std::string password;  ///< empty: none is asked for
    bool persistent = false;
    bool publicly_listed = false;  ///< in disco#items also for strangers
    bool moderated = false;
    bool members_only = false;
    bool non_anonymous = false;  ///< whois=anyone; else real JIDs are for moderators
    bool allow_invites = true;
    bool change_subject = false;   ///< participants may set the subject
    size_t occupants_max = 0;      ///< 0: only the service's limit counts
    size_t history_messages = 20;  ///< sent to who joins, at most MucLimits::history_messages_max
    PrivateMessages private_messages = PrivateMessages::anyone;

    bool operator==(const RoomConfig&) const = default;
};

/// What the service allows at most; the [muc.limits] table of the configuration, same names.
struct MucLimits {
    size_t rooms_max = 10'000;             ///< live rooms of the service
    size_t rooms_per_owner_max = 100;      ///< live rooms one user owns; then it creates no more
    size_t occupants_per_room_max = 500;   ///< owners and admins may be 10 more
    size_t sessions_per_occupant_max = 8;  ///< clients of one user that share a nick
    size_t nick_octets_max = 128;
    size_t title_octets_max = 256;
    size_t description_octets_max = 2'048;
    size_t password_octets_max = 256;
    size_t subject_octets_max = 4'096;
    size_t reason_octets_max = 1'024;        ///< of a kick, ban, invitation, destruction
    size_t presence_octets_max = 16 * 1024;  ///< one presence as relayed to the room
    size_t history_messages_max = 200;       ///< kept for each room
    size_t history_octets_max = 512 * 1024;  ///< kept for each room
    size_t affiliations_per_room_max = 10'000;
    size_t items_per_request_max = 500;  ///< of one muc#admin request
    size_t invites_per_message_max = 10;
    size_t disco_items_max = 1'000;
    size_t pending_iqs_max = 2'000;  ///< relayed between occupants and not yet answered
    std::chrono::seconds iq_timeout{60};

    bool operator==(const MucLimits&) const = default;
};

/// The [muc] table of the configuration.
struct MucConfig {
    xmpp::Jid domain;                ///< `domain`: of the service
    std::string name = "Chatrooms";  ///< `name`: for people, in service discovery
    /// `restrict_creation`: only `admins` may create rooms; others get not-allowed.
    bool restrict_creation = false;
    std::vector<xmpp::Jid> admins;  ///< the server's `admins`, bare
    RoomConfig defaults;            ///< [muc.defaults]: of a room until its owner configures it
    MucLimits limits;               ///< [muc.limits]

    bool operator==(const MucConfig&) const = default;
};

}  // namespace parley::server::muc
