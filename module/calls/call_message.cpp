#include "module/calls/call_message.hpp"

#include <array>
#include <string>

#include "module/calls/namespaces.hpp"
#include "module/jingle/namespaces.hpp"

namespace parley::module {

namespace {

constexpr std::array<std::string_view, 5> action_names = {"propose", "accept", "reject", "retract",
                                                          "ended"};

bool in_call_namespace(const xmpp::Element& element) {
    return element.ns() == ns::call || element.ns() == ns::call_sfu;
}

tl::unexpected<Refusal> malformed(std::string detail) {
    return tl::unexpected(Refusal{Violation::malformed, std::move(detail), std::nullopt});
}

tl::expected<const xmpp::Element*, Refusal> the_call_element(const xmpp::Element& message) {
    const xmpp::Element* found = nullptr;
    for (const xmpp::Element* child : message.elements()) {
        if (!in_call_namespace(*child)) continue;
        if (found) return malformed("A message says one thing about one call, not two.");
        found = child;
    }
    if (!found) return malformed("There is no call element in this message.");
    return found;
}

tl::expected<Media, Refusal> media_of(const xmpp::Element& call) {
    Media media;
    for (const xmpp::Element* child : call.elements()) {
        if (!child->is("description", ns::jingle_rtp)) continue;
        const std::string_view kind = child->attr("media");
        if (kind != "audio" && kind != "video") {
            return malformed("The media of a description is 'audio' or 'video'.");
        }
        bool& present = kind == "audio" ? media.audio : media.video;
        if (present) return malformed("Each kind of media is described once.");
        present = true;
    }
    return media;
}

tl::expected<xmpp::Jid, Refusal> service_of(const xmpp::Element& call) {
    const auto service = xmpp::Jid::parse(call.attr("service"));
    if (!service || !service->is_domain()) {
        return malformed("A call through an SFU names its domain in the attribute 'service'.");
    }
    return *service;
}

}  // namespace

std::string_view to_string(Mode mode) {
    switch (mode) {
        case Mode::mesh:
            return "mesh";
        case Mode::sfu:
            return "sfu";
        case Mode::muji:
            break;
    }
    return "muji";
}

std::string_view namespace_of(Mode mode) {
    return mode == Mode::sfu ? ns::call_sfu : ns::call;
}

std::string to_string(const Media& media) {
    std::string text = media.audio ? "audio" : "";
    if (media.video) text += text.empty() ? "video" : " video";
    return text;
}

std::string_view to_string(Action action) {
    return action_names[static_cast<size_t>(action)];
}

std::optional<Action> action_from(std::string_view name) {
    for (size_t i = 0; i < action_names.size(); ++i) {
        if (action_names[i] == name) return static_cast<Action>(i);
    }
    return std::nullopt;
}

bool has_call_element(const xmpp::Element& message) {
    return message.child_ns(ns::call) || message.child_ns(ns::call_sfu);
}

tl::expected<CallMessage, Refusal> parse_call_message(const xmpp::Element& message) {
    const auto call = the_call_element(message);
    if (!call) return tl::unexpected(call.error());
    const auto action = action_from((*call)->name());
    if (!action) {
        return malformed("A call message is propose, accept, reject, retract or ended.");
    }
    const auto id = CallId::parse((*call)->attr("id"));
    if (!id) return malformed("The id of a call is a version-4 UUID.");
    const auto media = media_of(**call);
    if (!media) return tl::unexpected(media.error());

    const Mode mode = (*call)->ns() == ns::call ? Mode::mesh : Mode::sfu;
    CallMessage result{mode, *action, *id, *media, std::nullopt};
    if (*action != Action::propose) return result;
    if (!media->audio && !media->video) {
        return malformed("A proposal describes its media: audio, video or both.");
    }
    if (mode == Mode::sfu) {
        const auto service = service_of(**call);
        if (!service) return tl::unexpected(service.error());
        result.service = *service;
    }
    return result;
}

bool stamp(xmpp::Element& message, std::optional<Position> position, const FullJid& participant) {
    xmpp::Element* call = nullptr;
    for (xmpp::Node& node : message.nodes()) {
        xmpp::Element* child = node.element();
        if (child && in_call_namespace(*child)) call = child;
    }
    if (!call) return false;
    if (!position) {
        const bool marked = call->has_attr("position") || call->has_attr("jid");
        call->remove_attr("position");
        call->remove_attr("jid");
        return marked;
    }
    call->set_attr("position", std::to_string(position->value));
    call->set_attr("jid", participant.to_string());
    return true;
}

}  // namespace parley::module
