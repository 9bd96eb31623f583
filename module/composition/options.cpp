#include "module/composition/options.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace parley::module {

namespace {

tl::unexpected<xmpp::Error> rejected(std::string_view key, std::string_view value,
                                     const std::string& may_be) {
    return tl::unexpected(xmpp::Error{"option " + std::string(key) + " = \"" + std::string(value) +
                                      "\" is not valid: it may be " + may_be});
}

struct NumberOption {
    std::string_view key;
    uint32_t min;
    uint32_t max;
    void (*set)(Options&, uint32_t);
};

constexpr uint32_t day_s = 86'400;

constexpr std::array numbers = {
    NumberOption{"sfu_port_min", 0, 65'535,
                 [](Options& o, uint32_t n) { o.media.port_min = static_cast<uint16_t>(n); }},
    NumberOption{"sfu_port_max", 0, 65'535,
                 [](Options& o, uint32_t n) { o.media.port_max = static_cast<uint16_t>(n); }},
    NumberOption{"sfu_workers", 0, 256, [](Options& o, uint32_t n) { o.media.workers = n; }},
    NumberOption{
        "sfu_disconnect_timeout_s", 2, 300,
        [](Options& o, uint32_t n) { o.media.disconnect_timeout = std::chrono::seconds(n); }},
    NumberOption{"sfu_video_kbit_s_max", 50, 100'000,
                 [](Options& o, uint32_t n) { o.media.video_kbit_s_max = n; }},
    NumberOption{"sfu_audio_kbit_s_max", 16, 10'000,
                 [](Options& o, uint32_t n) { o.media.audio_kbit_s_max = n; }},
    NumberOption{"sfu_participant_kbit_s_max", 100, 1'000'000,
                 [](Options& o, uint32_t n) { o.media.participant_kbit_s_max = n; }},
    NumberOption{"sfu_packets_kept_max", 64, 512,
                 [](Options& o, uint32_t n) { o.media.packets_kept_max = n; }},
    NumberOption{"sfu_audible_participants_max", 1, 16,
                 [](Options& o, uint32_t n) { o.media.audible_participants_max = n; }},
    NumberOption{"sfu_contents_max", 1, 8,
                 [](Options& o, uint32_t n) { o.settings.focus.contents_per_client_max = n; }},
    NumberOption{"sfu_candidates_max", 1, 256,
                 [](Options& o, uint32_t n) { o.settings.focus.remote_candidates_max = n; }},
    NumberOption{
        "sfu_session_initiates_per_minute_max", 1, 6000,
        [](Options& o, uint32_t n) { o.settings.focus.session_initiates_per_minute_max = n; }},
    NumberOption{
        "sfu_session_changes_per_minute_max", 1, 60'000,
        [](Options& o, uint32_t n) { o.settings.focus.session_changes_per_minute_max = n; }},
    NumberOption{
        "ring_timeout_s", 1, day_s,
        [](Options& o, uint32_t n) { o.settings.calls.ring_timeout = std::chrono::seconds(n); }},
    NumberOption{"empty_call_timeout_s", 0, day_s,
                 [](Options& o, uint32_t n) {
                     o.settings.calls.empty_call_timeout = std::chrono::seconds(n);
                 }},
    NumberOption{"call_duration_s_max", 0, 7 * day_s,
                 [](Options& o, uint32_t n) {
                     o.settings.calls.call_duration_max = std::chrono::seconds(n);
                 }},
    NumberOption{"participants_max", 2, 1000,
                 [](Options& o, uint32_t n) { o.settings.calls.participants_max = n; }},
    NumberOption{"calls_per_room_max", 1, 100,
                 [](Options& o, uint32_t n) { o.settings.calls.calls_per_room_max = n; }},
    NumberOption{"proposals_per_minute_max", 1, 6000,
                 [](Options& o, uint32_t n) { o.settings.calls.proposals_per_minute_max = n; }},
    NumberOption{
        "room_proposals_per_minute_max", 1, 60'000,
        [](Options& o, uint32_t n) { o.settings.calls.room_proposals_per_minute_max = n; }},
    NumberOption{"call_messages_per_minute_max", 1, 60'000,
                 [](Options& o, uint32_t n) { o.settings.calls.call_messages_per_minute_max = n; }},
};

constexpr std::array<std::string_view, 4> texts = {"sfu_jid", "sfu_addresses",
                                                   "sfu_public_addresses", "sfu_video_codecs"};

constexpr std::array<std::string_view, 4> video_codecs = {"VP8", "VP9", "H264", "AV1"};

/// One of a few words, or a text of one form. Those of rooms are what a room has whose owners have
/// set nothing else.
struct ChoiceOption {
    std::string_view key;
    std::string_view may_be;
    bool (*set)(Options&, std::string_view);  ///< false: the value is no such text
};

bool is_address(const std::string& text) {
    std::array<unsigned char, sizeof(in6_addr)> parsed{};
    return inet_pton(AF_INET, text.c_str(), parsed.data()) == 1 ||
           inet_pton(AF_INET6, text.c_str(), parsed.data()) == 1;
}

template <class Value>
bool assign(Value& target, const std::optional<Value>& value) {
    if (value) target = *value;
    return value.has_value();
}

std::optional<bool> boolean_from(std::string_view value) {
    if (value != "true" && value != "false") return std::nullopt;
    return value == "true";
}

/// "192.0.2.1", "192.0.2.1:3478", "2001:db8::1", "[2001:db8::1]:3478".
std::optional<ServerAddress> server_from(std::string_view value) {
    ServerAddress server;
    const bool bracketed = value.starts_with('[');
    const size_t colon = bracketed ? value.find("]:") : value.find(':');
    const bool has_port = colon != std::string_view::npos && colon == value.rfind(':') - bracketed;
    if (bracketed && !has_port) return std::nullopt;
    server.address = value.substr(bracketed, has_port ? colon - bracketed : value.size());
    if (has_port) {
        const auto digits = value.substr(colon + (bracketed ? 2 : 1));
        const auto* const last = digits.data() + digits.size();
        const auto [end, error] = std::from_chars(digits.data(), last, server.port);
        if (error != std::errc{} || end != last || server.port == 0) return std::nullopt;
    }
    if (!is_address(server.address)) return std::nullopt;
    return server;
}

bool assign_server(std::optional<ServerAddress>& server, std::string_view value) {
    server = value.empty() ? std::nullopt : server_from(value);
    return server.has_value() || value.empty();
}

bool assign_text(std::string& target, std::string_view value) {
    target = value;
    return true;
}

constexpr std::string_view a_server =
    "an IP address, with a port where that is not 3478, such as \"192.0.2.1:3478\" or "
    "\"[2001:db8::1]:3478\"; host names are not looked up";

constexpr std::array choices = {
    ChoiceOption{"sfu_tcp", "true or false",
                 [](Options& o, std::string_view value) {
                     return assign(o.media.tcp, boolean_from(value));
                 }},
    ChoiceOption{"sfu_stun_server", a_server,
                 [](Options& o, std::string_view value) {
                     return assign_server(o.media.stun_server, value);
                 }},
    ChoiceOption{"sfu_turn_server", a_server,
                 [](Options& o, std::string_view value) {
                     return assign_server(o.media.turn_server, value);
                 }},
    ChoiceOption{"sfu_turn_transport", "udp or tcp",
                 [](Options& o, std::string_view value) {
                     o.media.turn_over_tcp = value == "tcp";
                     return value == "tcp" || value == "udp";
                 }},
    ChoiceOption{
        "sfu_turn_user", "any text",
        [](Options& o, std::string_view value) { return assign_text(o.media.turn_user, value); }},
    ChoiceOption{"sfu_turn_password", "any text",
                 [](Options& o, std::string_view value) {
                     return assign_text(o.media.turn_password, value);
                 }},
    ChoiceOption{
        "sfu_turn_secret", "any text",
        [](Options& o, std::string_view value) { return assign_text(o.media.turn_secret, value); }},
    ChoiceOption{"guests", "true or false",
                 [](Options& o, std::string_view value) {
                     return assign(o.settings.focus.guests_allowed, boolean_from(value));
                 }},
    ChoiceOption{"room_calls", "true or false",
                 [](Options& o, std::string_view value) {
                     return assign(o.settings.room_defaults.calls_allowed, boolean_from(value));
                 }},
    ChoiceOption{"room_call_permission", "anyone (with voice), members or moderators",
                 [](Options& o, std::string_view value) {
                     return assign(o.settings.room_defaults.permission,
                                   call_permission_from(value));
                 }},
    ChoiceOption{"room_call_modes", "any, mesh or sfu",
                 [](Options& o, std::string_view value) {
                     return assign(o.settings.room_defaults.modes, call_modes_from(value));
                 }},
};

std::string known_keys() {
    std::string keys;
    const auto append = [&keys](std::string_view key) {
        if (!keys.empty()) keys += ", ";
        keys += key;
    };
    for (const std::string_view key : texts)
        append(key);
    for (const NumberOption& option : numbers)
        append(option.key);
    for (const ChoiceOption& option : choices)
        append(option.key);
    return keys;
}

xmpp::Result<void> set_number(const NumberOption& option, std::string_view value,
                              Options& options) {
    uint32_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    const bool whole = error == std::errc{} && end == value.data() + value.size();
    if (!whole || number < option.min || number > option.max) {
        return rejected(option.key, value,
                        "a whole number from " + std::to_string(option.min) + " to " +
                            std::to_string(option.max));
    }
    option.set(options, number);
    return {};
}

xmpp::Result<void> add_address(std::string_view key, std::string_view value,
                               std::vector<std::string>& addresses) {
    std::string address(value);
    if (!is_address(address)) {
        return rejected(key, value, "a list of IP addresses, such as [\"192.0.2.1\"]");
    }
    addresses.push_back(std::move(address));
    return {};
}

/// The first one named replaces the default.
xmpp::Result<void> add_codec(std::string_view value, bool is_first, Options& options) {
    auto& codecs = options.media.video_codecs;
    if (is_first) codecs.clear();
    if (std::ranges::find(video_codecs, value) == video_codecs.end() ||
        std::ranges::find(codecs, value) != codecs.end()) {
        return rejected("sfu_video_codecs", value,
                        "a list of VP8, VP9, H264 and AV1, each at most once");
    }
    codecs.emplace_back(value);
    return {};
}

xmpp::Result<void> set_text(std::string_view key, std::string_view value, Options& options) {
    if (key == "sfu_addresses") return add_address(key, value, options.media.addresses);
    if (key == "sfu_public_addresses") {
        return add_address(key, value, options.media.public_addresses);
    }
    if (value.empty()) return {};
    const auto jid = xmpp::Jid::parse(value);
    if (!jid || !jid->is_domain()) {
        return rejected(key, value,
                        "a domain that nothing else on this server uses, such as "
                        "\"sfu.example.org\", or empty for calls without an SFU");
    }
    options.settings.sfu = *jid;
    return {};
}

xmpp::Result<void> read_option(std::string_view key, std::string_view value, bool is_first,
                               Options& options) {
    if (key == "sfu_video_codecs") return add_codec(value, is_first, options);
    const auto number = std::ranges::find(numbers, key, &NumberOption::key);
    if (number != numbers.end()) return set_number(*number, value, options);
    const auto choice = std::ranges::find(choices, key, &ChoiceOption::key);
    if (choice != choices.end()) {
        if (choice->set(options, value)) return {};
        return rejected(key, value, std::string(choice->may_be));
    }
    if (std::ranges::find(texts, key) != texts.end()) return set_text(key, value, options);
    return tl::unexpected(xmpp::Error{"there is no option " + std::string(key) +
                                      ": the options are " + known_keys()});
}

xmpp::Result<void> check_together(const Options& options) {
    const MediaOptions& media = options.media;
    if ((media.port_min == 0) != (media.port_max == 0) || media.port_min > media.port_max) {
        return tl::unexpected(xmpp::Error{
            "options sfu_port_min and sfu_port_max belong together: set both, the first at most "
            "the second, or neither for any port"});
    }
    if (!media.public_addresses.empty() &&
        media.public_addresses.size() != media.addresses.size()) {
        return tl::unexpected(xmpp::Error{
            "option sfu_public_addresses names one public address for each of sfu_addresses, in "
            "the same order"});
    }
    const bool has_user = !media.turn_user.empty() && !media.turn_password.empty();
    const bool has_any =
        !media.turn_user.empty() || !media.turn_password.empty() || !media.turn_secret.empty();
    if (media.turn_server ? has_user == !media.turn_secret.empty() : has_any) {
        return tl::unexpected(xmpp::Error{
            "option sfu_turn_server goes with either sfu_turn_secret, or sfu_turn_user and "
            "sfu_turn_password"});
    }
    return {};
}

}  // namespace

xmpp::Result<Options> read_options(
    const std::vector<std::pair<std::string_view, std::string_view>>& table) {
    constexpr std::array<std::string_view, 3> lists = {"sfu_addresses", "sfu_public_addresses",
                                                       "sfu_video_codecs"};
    Options options;
    std::set<std::string_view> seen;
    for (const auto& [key, value] : table) {
        const bool is_list = std::ranges::find(lists, key) != lists.end();
        const bool is_first = seen.insert(key).second;
        if (!is_first && !is_list) {
            return tl::unexpected(
                xmpp::Error{"option " + std::string(key) + " is one value, not a list"});
        }
        const auto read = read_option(key, value, is_first, options);
        if (!read) return tl::unexpected(read.error());
    }
    const auto sound = check_together(options);
    if (!sound) return tl::unexpected(sound.error());
    return options;
}

}  // namespace parley::module
