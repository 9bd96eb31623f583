#include "module/calls/names.hpp"

namespace parley::module {

namespace {

std::optional<uint8_t> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<uint8_t>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<uint8_t>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<uint8_t>(c - 'A' + 10);
    return std::nullopt;
}

constexpr size_t uuid_length = 36;

constexpr bool is_hyphen_place(size_t i) {
    return i == 8 || i == 13 || i == 18 || i == 23;
}

std::string spell(const std::array<uint8_t, 16>& bits, uint32_t capitals) {
    std::string text(uuid_length, '-');
    size_t digits = 0;
    for (size_t i = 0; i < text.size(); ++i) {
        if (is_hyphen_place(i)) continue;
        const uint8_t octet = bits[digits / 2];
        const auto digit = static_cast<size_t>(digits % 2 == 0 ? octet >> 4 : octet & 15);
        const bool is_capital = ((capitals >> digits) & 1) != 0;
        text[i] = (is_capital ? "0123456789ABCDEF" : "0123456789abcdef")[digit];
        ++digits;
    }
    return text;
}

}  // namespace

xmpp::Result<CallId> CallId::parse(std::string_view text) {
    const auto invalid = [] { return tl::unexpected(xmpp::Error{"not a version-4 UUID"}); };
    if (text.size() != uuid_length) return invalid();
    std::array<uint8_t, 16> bits{};
    uint32_t capitals = 0;
    size_t digits = 0;
    for (size_t i = 0; i < text.size(); ++i) {
        if (is_hyphen_place(i)) {
            if (text[i] != '-') return invalid();
            continue;
        }
        const auto digit = hex_digit(text[i]);
        if (!digit) return invalid();
        uint8_t& octet = bits[digits / 2];
        octet = static_cast<uint8_t>((octet << 4) | *digit);
        if (text[i] >= 'A' && text[i] <= 'F') capitals |= 1u << digits;
        ++digits;
    }
    const bool version_4 = (bits[6] >> 4) == 4;
    const bool variant_10 = (bits[8] >> 6) == 2;
    if (!version_4 || !variant_10) return invalid();
    return CallId(bits, capitals);
}

std::string CallId::text() const {
    return spell(bits_, capitals_);
}

std::string CallId::lower() const {
    return spell(bits_, 0);
}

std::optional<CallId> call_of_session(std::string_view sid) {
    if (sid.size() <= uuid_length || sid[uuid_length] != ':') return std::nullopt;
    const auto id = CallId::parse(sid.substr(0, uuid_length));
    return id ? std::optional(*id) : std::nullopt;
}

xmpp::Result<RoomJid> RoomJid::from(const xmpp::Jid& jid) {
    if (jid.local().empty() || jid.is_full()) {
        return tl::unexpected(xmpp::Error{"not the bare JID of a room: " + jid.to_string()});
    }
    return RoomJid(jid);
}

xmpp::Result<RoomJid> RoomJid::parse(std::string_view text) {
    return xmpp::Jid::parse(text).and_then(from);
}

xmpp::Result<FullJid> FullJid::from(const xmpp::Jid& jid) {
    if (!jid.is_full()) return tl::unexpected(xmpp::Error{"not a full JID: " + jid.to_string()});
    return FullJid(jid);
}

xmpp::Result<FullJid> FullJid::parse(std::string_view text) {
    return xmpp::Jid::parse(text).and_then(from);
}

}  // namespace parley::module
