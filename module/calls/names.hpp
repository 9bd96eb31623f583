#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "xmpp/jid.hpp"
#include "xmpp/result.hpp"

/// The names of things in a call, as types: none can be mistaken for another, none can be invalid.
namespace parley::module {

/// A call's id, a version-4 UUID (RFC 9562 s5.4); in SFU mode also the GCID, the conference's local
/// part. Compares by its 128 bits; keeps the spelling of whoever chose it, because clients compare
/// text.
class CallId {
  public:
    /// Takes "xxxxxxxx-xxxx-4xxx-[89ab]xxx-xxxxxxxxxxxx" in either case.
    static xmpp::Result<CallId> parse(std::string_view text);

    /// As it was spelled.
    std::string text() const;

    /// The spelling that nodeprep leaves: lower case.
    std::string lower() const;

    bool operator==(const CallId& other) const { return bits_ == other.bits_; }

    std::strong_ordering operator<=>(const CallId& other) const { return bits_ <=> other.bits_; }

  private:
    CallId(std::array<uint8_t, 16> bits, uint32_t capitals) : bits_(bits), capitals_(capitals) {}

    std::array<uint8_t, 16> bits_;
    uint32_t
        capitals_;  ///< which of the 32 digits were spelled in upper case, the first one lowest
};

/// The call that a Jingle session belongs to, where its sid says so: "CALL-ID:…".
std::optional<CallId> call_of_session(std::string_view sid);

/// The bare JID of a MUC room.
class RoomJid {
  public:
    /// Takes a JID with a local part and no resource.
    static xmpp::Result<RoomJid> from(const xmpp::Jid& jid);
    static xmpp::Result<RoomJid> parse(std::string_view text);

    const xmpp::Jid& jid() const { return jid_; }

    std::string to_string() const { return jid_.to_string(); }

    auto operator<=>(const RoomJid&) const = default;

  private:
    explicit RoomJid(xmpp::Jid jid) : jid_(std::move(jid)) {}

    xmpp::Jid jid_;
};

/// The real JID of one client, with its resource: the key of a participant.
class FullJid {
  public:
    static xmpp::Result<FullJid> from(const xmpp::Jid& jid);
    static xmpp::Result<FullJid> parse(std::string_view text);

    const xmpp::Jid& jid() const { return jid_; }

    xmpp::Jid bare() const { return jid_.bare(); }

    std::string to_string() const { return jid_.to_string(); }

    auto operator<=>(const FullJid&) const = default;

  private:
    explicit FullJid(xmpp::Jid jid) : jid_(std::move(jid)) {}

    xmpp::Jid jid_;
};

/// The resource of an occupant JID (XEP-0045 s7.1): what a participant is called at the moment.
struct Nick {
    std::string value;
    auto operator<=>(const Nick&) const = default;
};

/// A participant's place in the order of acceptance, from 1; never given twice in one call.
struct Position {
    uint32_t value = 0;
    auto operator<=>(const Position&) const = default;
};

}  // namespace parley::module
