#include "module/focus/subscription.hpp"

#include <algorithm>
#include <array>

#include "module/jingle/fields.hpp"
#include "module/jingle/namespaces.hpp"

namespace parley::module {

namespace {

using jingle::invalid;
using Override = MediaSubscription::Override;

constexpr std::array<std::string_view, 4> video_names = {"none", "all", "recent-speakers",
                                                         "recent-members"};
static_assert(video_names[static_cast<size_t>(MediaSubscription::Video::recent_members)] ==
              "recent-members");

/// XML Schema's boolean; nothing where the attribute is missing.
xmpp::Result<std::optional<bool>> boolean(const xmpp::Element& element, std::string_view name) {
    const std::string_view text = element.attr(name);
    if (!element.has_attr(name)) return std::optional<bool>();
    if (text == "true" || text == "1") return std::optional(true);
    if (text == "false" || text == "0") return std::optional(false);
    return invalid(std::string(name) + " is true or false");
}

xmpp::Result<std::optional<uint16_t>> height(const xmpp::Element& element) {
    if (!element.has_attr("max-height")) return std::optional<uint16_t>();
    const auto pixels =
        jingle::number<uint16_t>(element.attr("max-height"), subscription_height_max);
    if (!pixels || *pixels < subscription_height_min) {
        return invalid("max-height is a number of pixels from 16 to 8192");
    }
    return std::optional(*pixels);
}

bool is_of_some(MediaSubscription::Video video) {
    return video == MediaSubscription::Video::recent_speakers ||
           video == MediaSubscription::Video::recent_members;
}

xmpp::Result<void> parse_video(const xmpp::Element& element, MediaSubscription& subscription) {
    const std::string_view text = element.has_attr("video") ? element.attr("video") : "all";
    const auto found = std::ranges::find(video_names, text);
    if (found == video_names.end()) {
        return invalid("video is one of all, none, recent-speakers, recent-members");
    }
    subscription.video = static_cast<MediaSubscription::Video>(found - video_names.begin());
    if (!is_of_some(subscription.video)) return {};
    const auto count = jingle::number<uint32_t>(element.attr("count"), subscription_count_max);
    if (!count || *count == 0) return invalid("count is a number from 1 to 256");
    subscription.video_count = *count;
    return {};
}

xmpp::Result<void> parse_participant(const xmpp::Element& element,
                                     MediaSubscription& subscription) {
    const auto jid = FullJid::parse(element.attr("jid"));
    const auto audio = boolean(element, "audio");
    const auto video = boolean(element, "video");
    const auto pinned = boolean(element, "pinned");
    const auto pixels = height(element);
    if (!jid) return invalid("the jid of a participant is a full JID");
    for (const auto* flag : {&audio, &video, &pinned}) {
        if (!*flag) return tl::unexpected(flag->error());
    }
    if (!pixels) return tl::unexpected(pixels.error());
    if (subscription.overrides.size() == subscription_participants_max) {
        return invalid("at most 256 participants");
    }
    const Override wanted{*audio, *video, *pixels, pinned->value_or(false)};
    if (!subscription.overrides.emplace(*jid, wanted).second) {
        return invalid("a participant is named twice");
    }
    return {};
}

std::string_view text_of(bool value) {
    return value ? "true" : "false";
}

}  // namespace

xmpp::Result<MediaSubscription> parse_subscription(const xmpp::Element& element) {
    MediaSubscription subscription;
    const auto audio = boolean(element, "audio");
    if (!audio) return tl::unexpected(audio.error());
    subscription.audio = audio->value_or(true);
    if (const auto video = parse_video(element, subscription); !video) {
        return tl::unexpected(video.error());
    }
    const auto pixels = height(element);
    if (!pixels) return tl::unexpected(pixels.error());
    subscription.height_max = pixels->value_or(uint16_t{0});
    for (const xmpp::Element* child : element.elements()) {
        if (!child->is("participant", ns::sfu)) continue;
        if (const auto participant = parse_participant(*child, subscription); !participant) {
            return tl::unexpected(participant.error());
        }
    }
    return subscription;
}

xmpp::Element to_element(const MediaSubscription& subscription) {
    xmpp::Element element("subscription", ns::sfu);
    element.set_attr("audio", text_of(subscription.audio))
        .set_attr("video", video_names[static_cast<size_t>(subscription.video)]);
    if (is_of_some(subscription.video)) {
        element.set_attr("count", std::to_string(subscription.video_count));
    }
    if (subscription.height_max != 0) {
        element.set_attr("max-height", std::to_string(subscription.height_max));
    }
    for (const auto& [jid, wanted] : subscription.overrides) {
        xmpp::Element& participant = element.add("participant");
        participant.set_attr("jid", jid.to_string());
        if (wanted.audio) participant.set_attr("audio", text_of(*wanted.audio));
        if (wanted.video) participant.set_attr("video", text_of(*wanted.video));
        if (wanted.height_max) {
            participant.set_attr("max-height", std::to_string(*wanted.height_max));
        }
        if (wanted.pinned) participant.set_attr("pinned", "true");
    }
    return element;
}

}  // namespace parley::module
