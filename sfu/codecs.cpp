#include "sfu/codecs.hpp"

#include <strings.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace parley::sfu {

namespace {

constexpr size_t kParametersMax = 32;
constexpr size_t kParameterSizeMax = 256;

bool bounded(const Codec& codec) {
    return codec.payload_type <= 127 && codec.parameters.size() <= kParametersMax &&
           std::all_of(codec.parameters.begin(), codec.parameters.end(), [](const Parameter& p) {
               return p.first.size() <= kParameterSizeMax && p.second.size() <= kParameterSizeMax;
           });
}

std::string_view or_default(std::string_view value, std::string_view otherwise) {
    return value.empty() ? otherwise : value;
}

/// RFC 6184 s8.1: the profile is in the first two octets of profile-level-id; the third is the
/// level, which the two ways may differ in. Constrained Baseline is the default of RFC 7742 s6.2.
std::string_view h264_profile(const Codec& codec) {
    return or_default(parameter(codec, "profile-level-id"), "42e01f").substr(0, 4);
}

/// What the SFU acts on, of what was offered.
std::vector<RtcpFeedback> common_feedback(const Codec& offered) {
    const std::array<RtcpFeedback, 5> known{
        {{"nack", ""}, {"nack", "pli"}, {"ccm", "fir"}, {"transport-cc", ""}, {"goog-remb", ""}}};
    std::vector<RtcpFeedback> common;
    for (const auto& each : known) {
        if (std::find(offered.feedback.begin(), offered.feedback.end(), each) !=
            offered.feedback.end()) {
            common.push_back(each);
        }
    }
    return common;
}

std::vector<Codec> choose_audio(const std::vector<Codec>& offered) {
    const auto opus = std::find_if(offered.begin(), offered.end(), is_opus);
    if (opus == offered.end() || !bounded(*opus)) return {};
    std::vector<Codec> chosen{*opus};
    chosen.front().channels = 2;  // RFC 7587 s7: always; a browser refuses what some leave out
    const auto red = std::find_if(offered.begin(), offered.end(), [&](const Codec& codec) {
        return bounded(codec) && is_red_of(codec, opus->payload_type);
    });
    if (red != offered.end()) chosen.push_back(*red);
    for (auto& codec : chosen)
        std::erase_if(codec.feedback, [](const auto& each) { return each.type != "transport-cc"; });
    return chosen;
}

/// The formats that every browser decodes: VP9 and AV1 of profile 0, H.264 in packetization mode 1.
bool is_plain(const Codec& codec) {
    switch (payload_format(codec)) {
        case PayloadFormat::vp9:
            return or_default(parameter(codec, "profile-id"), "0") == "0";
        case PayloadFormat::av1:
            return or_default(parameter(codec, "profile"), "0") == "0";
        case PayloadFormat::h264:
            return parameter(codec, "packetization-mode") == "1";
        case PayloadFormat::vp8:
            return true;
        case PayloadFormat::other:
            break;
    }
    return false;
}

/// Of each name the first plain one; of H.264 Constrained Baseline where it is offered.
const Codec* find_named(const std::vector<Codec>& offered, std::string_view name) {
    const Codec* found = nullptr;
    for (const auto& codec : offered) {
        if (!same_name(codec.name, name) || !bounded(codec) || !is_plain(codec)) continue;
        const bool baseline =
            payload_format(codec) == PayloadFormat::h264 && h264_profile(codec) == "42e0";
        if (found == nullptr || baseline) found = &codec;
        if (baseline) break;
    }
    return found;
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
    return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

bool is_opus(const Codec& codec) {
    return same_name(codec.name, "opus") && codec.clock_rate == 48'000;
}

bool is_rtx(const Codec& codec) {
    return same_name(codec.name, "rtx");
}

bool is_red(const Codec& codec) {
    return same_name(codec.name, "red") && codec.clock_rate == 48'000;
}

bool is_red_of(const Codec& codec, uint8_t opus_type) {
    if (!is_red(codec)) return false;
    const auto prefix = std::to_string(opus_type) + "/";
    return std::any_of(codec.parameters.begin(), codec.parameters.end(), [&](const Parameter& p) {
        return p.first.starts_with(prefix) || p.second.starts_with(prefix);
    });
}

PayloadFormat payload_format(const Codec& codec) {
    return codec.clock_rate == 90'000 ? payload_format(std::string_view(codec.name))
                                      : PayloadFormat::other;
}

std::string_view parameter(const Codec& codec, std::string_view name) {
    for (const auto& [each, value] : codec.parameters) {
        if (same_name(each, name)) return value;
    }
    return {};
}

int associated_payload_type(const Codec& codec) {
    const std::string_view value = parameter(codec, "apt");
    int number = -1;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    return error == std::errc() && end == value.data() + value.size() ? number : -1;
}

const Codec* find_rtx(const std::vector<Codec>& codecs, uint8_t payload_type) {
    const auto found = std::find_if(codecs.begin(), codecs.end(), [&](const Codec& codec) {
        return is_rtx(codec) && bounded(codec) && associated_payload_type(codec) == payload_type;
    });
    return found == codecs.end() ? nullptr : &*found;
}

bool same_codec(const Codec& a, const Codec& b) {
    if (!same_name(a.name, b.name) || a.clock_rate != b.clock_rate) return false;
    switch (payload_format(a)) {
        case PayloadFormat::h264:
            return same_name(h264_profile(a), h264_profile(b)) &&
                   or_default(parameter(a, "packetization-mode"), "0") ==
                       or_default(parameter(b, "packetization-mode"), "0");
        case PayloadFormat::vp9:
            return or_default(parameter(a, "profile-id"), "0") ==
                   or_default(parameter(b, "profile-id"), "0");
        case PayloadFormat::av1:
            return or_default(parameter(a, "profile"), "0") ==
                   or_default(parameter(b, "profile"), "0");
        case PayloadFormat::vp8:
        case PayloadFormat::other:
            break;
    }
    return true;
}

const Codec* find_same(const std::vector<Codec>& codecs, const Codec& codec) {
    const auto found = std::find_if(codecs.begin(), codecs.end(), [&](const Codec& each) {
        return bounded(each) && same_codec(each, codec);
    });
    return found == codecs.end() ? nullptr : &*found;
}

std::vector<Codec> choose_codecs(MediaKind kind, const std::vector<Codec>& offered,
                                 const std::vector<std::string>& video_preference,
                                 const std::function<bool(const Codec&)>& usable) {
    if (kind == MediaKind::audio) return choose_audio(offered);
    std::vector<const Codec*> named;
    for (const auto& name : video_preference) {
        if (const Codec* codec = find_named(offered, name)) named.push_back(codec);
    }
    std::vector<const Codec*> wanted;
    std::copy_if(named.begin(), named.end(), std::back_inserter(wanted),
                 [&](const Codec* codec) { return usable(*codec); });
    if (wanted.empty() && !named.empty()) wanted.push_back(named.front());
    std::vector<Codec> chosen;
    for (const Codec* codec : wanted) {
        chosen.push_back(*codec);
        chosen.back().feedback = common_feedback(*codec);
        if (const Codec* rtx = find_rtx(offered, codec->payload_type)) {
            chosen.push_back(*rtx);
            chosen.back().feedback.clear();
        }
    }
    return chosen;
}

}  // namespace parley::sfu
