#include "module/jingle/rtp.hpp"

#include <algorithm>
#include <array>

#include "module/jingle/fields.hpp"
#include "module/jingle/namespaces.hpp"

namespace parley::module::jingle {

namespace {

constexpr std::string_view ns_msid = "urn:xmpp:jingle:apps:rtp:msid:0";

xmpp::Result<std::vector<Parameter>> parse_parameters(const xmpp::Element& parent) {
    std::vector<Parameter> parameters;
    for (const xmpp::Element* child : parent.elements()) {
        if (child->name() != "parameter" || child->ns() != parent.ns()) continue;
        if (parameters.size() == parameters_max) return invalid("too many parameters");
        const std::string_view name = child->attr("name");
        const std::string_view value = child->attr("value");
        if (!is_plain(name, token_bytes_max) || !is_plain(value, value_bytes_max)) {
            return invalid("a parameter is too long or holds control characters");
        }
        parameters.push_back({std::string(name), std::string(value)});
    }
    return parameters;
}

xmpp::Result<std::vector<RtcpFeedback>> parse_feedback(const xmpp::Element& parent) {
    std::vector<RtcpFeedback> feedback;
    for (const xmpp::Element* child : parent.elements()) {
        if (!child->is("rtcp-fb", ns::rtcp_fb)) continue;
        if (feedback.size() == feedback_max) return invalid("too many rtcp-fb");
        const std::string_view type = child->attr("type");
        const std::string_view subtype = child->attr("subtype");
        if (type.empty() || !is_plain(type, token_bytes_max) ||
            !is_plain(subtype, token_bytes_max)) {
            return invalid("an rtcp-fb without a valid type");
        }
        feedback.push_back({std::string(type), std::string(subtype)});
    }
    return feedback;
}

xmpp::Result<PayloadType> parse_payload_type(const xmpp::Element& element) {
    const auto id = number<uint8_t>(element.attr("id"), 127);
    const auto clock_rate = number_or<uint32_t>(element, "clockrate", 0);
    const auto channels = number_or<uint8_t>(element, "channels", 1);
    if (!id || !clock_rate || !channels) return invalid("a payload-type with an invalid number");
    const std::string_view name = element.attr("name");
    if (!is_plain(name, token_bytes_max)) return invalid("a payload-type with an invalid name");
    auto parameters = parse_parameters(element);
    if (!parameters) return tl::unexpected(parameters.error());
    auto feedback = parse_feedback(element);
    if (!feedback) return tl::unexpected(feedback.error());
    return PayloadType{*id,       std::string(name),      *clock_rate,
                       *channels, std::move(*parameters), std::move(*feedback)};
}

xmpp::Result<HeaderExtension> parse_extension(const xmpp::Element& element) {
    const auto id = number<uint8_t>(element.attr("id"));
    const std::string_view uri = element.attr("uri");
    if (!id || *id == 0 || uri.empty() || !is_plain(uri, value_bytes_max)) {
        return invalid("an rtp-hdrext without a valid id and uri");
    }
    return HeaderExtension{*id, std::string(uri)};
}

xmpp::Result<Source> parse_source(const xmpp::Element& element) {
    const auto ssrc = number<uint32_t>(element.attr("ssrc"));
    if (!ssrc) return invalid("a source without a valid ssrc");
    auto parameters = parse_parameters(element);
    if (!parameters) return tl::unexpected(parameters.error());
    return Source{*ssrc, std::move(*parameters)};
}

xmpp::Result<SourceGroup> parse_group(const xmpp::Element& element) {
    const std::string_view semantics = element.attr("semantics");
    if (!is_plain(semantics, token_bytes_max)) return invalid("an ssrc-group with bad semantics");
    SourceGroup group{std::string(semantics), {}};
    for (const xmpp::Element* child : element.elements()) {
        if (!child->is("source", ns::ssma)) continue;
        const auto ssrc = number<uint32_t>(child->attr("ssrc"));
        if (!ssrc) return invalid("an ssrc-group with an invalid ssrc");
        if (group.ssrcs.size() == sources_max) return invalid("too many sources in a group");
        group.ssrcs.push_back(*ssrc);
    }
    return group;
}

bool is_rid(std::string_view id) {
    return !id.empty() && id.size() <= rid_bytes_max && std::ranges::all_of(id, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    });
}

xmpp::Result<void> parse_simulcast(const xmpp::Element& element, std::vector<std::string>& rids) {
    for (const xmpp::Element* child : element.elements()) {
        if (!child->is("rid", ns::sfu)) continue;
        const std::string_view id = child->attr("id");
        if (!is_rid(id)) return invalid("a rid is 1 to 16 letters and digits");
        if (std::ranges::find(rids, id) != rids.end()) return invalid("two equal rids");
        if (rids.size() == rids_max) return invalid("too many rids");
        rids.emplace_back(id);
    }
    return {};
}

/// Unknown ones are skipped.
void parse_category(std::string_view name, std::vector<std::string>& categories) {
    constexpr std::array<std::string_view, 5> names = {"slides", "speaker", "sl", "main", "alt"};
    if (std::ranges::find(names, name) == names.end()) return;
    if (std::ranges::find(categories, name) != categories.end()) return;
    categories.emplace_back(name);
}

/// Appends a parsed value to a bounded list.
template <class T>
xmpp::Result<void> append(std::vector<T>& list, xmpp::Result<T> value, size_t count_max,
                          const char* what) {
    if (!value) return tl::unexpected(value.error());
    if (list.size() == count_max) return invalid(std::string("too many ") + what);
    list.push_back(std::move(*value));
    return {};
}

/// XEP-0293 s3: feedback of the description holds for all its payload types.
void spread_feedback(const std::vector<RtcpFeedback>& common, std::vector<PayloadType>& types) {
    for (PayloadType& type : types) {
        for (const RtcpFeedback& feedback : common) {
            const bool known = std::ranges::find(type.feedback, feedback) != type.feedback.end();
            if (!known && type.feedback.size() < feedback_max) type.feedback.push_back(feedback);
        }
    }
}

bool has_msid(const Source& source) {
    return std::ranges::find(source.parameters, "msid", &Parameter::name) !=
           source.parameters.end();
}

/// Some clients name the media stream once per content instead of once per source.
void apply_stream(const xmpp::Element& description, std::vector<Source>& sources) {
    const xmpp::Element* stream = description.child("stream", ns_msid);
    if (!stream || std::ranges::any_of(sources, has_msid)) return;
    const std::string msid =
        std::string(stream->attr("id")) + ' ' + std::string(stream->attr("track"));
    if (!is_plain(msid, value_bytes_max)) return;
    for (Source& source : sources) {
        if (source.parameters.size() < parameters_max) source.parameters.push_back({"msid", msid});
    }
}

xmpp::Result<void> parse_child(const xmpp::Element& child, RtpDescription& result) {
    if (child.is("payload-type", ns::jingle_rtp)) {
        return append(result.payload_types, parse_payload_type(child), payload_types_max,
                      "payload types");
    }
    if (child.is("rtp-hdrext", ns::rtp_hdrext)) {
        return append(result.extensions, parse_extension(child), extensions_max,
                      "header extensions");
    }
    if (child.is("source", ns::ssma)) {
        return append(result.sources, parse_source(child), sources_max, "sources");
    }
    if (child.is("ssrc-group", ns::ssma)) {
        return append(result.groups, parse_group(child), sources_max, "source groups");
    }
    if (child.is("simulcast", ns::sfu)) return parse_simulcast(child, result.rids);
    if (child.is("category", ns::category)) parse_category(child.attr("name"), result.categories);
    if (child.is("rtcp-mux", ns::jingle_rtp)) result.rtcp_mux = true;
    if (child.is("rtcp-reduced-size", ns::jingle_rtp)) result.rtcp_reduced_size = true;
    if (child.is("extmap-allow-mixed", ns::rtp_hdrext)) result.extmap_allow_mixed = true;
    return {};
}

void add_parameters(xmpp::Element& element, const std::vector<Parameter>& parameters) {
    for (const Parameter& parameter : parameters) {
        xmpp::Element& child = element.add("parameter");
        if (!parameter.name.empty()) child.set_attr("name", parameter.name);
        if (!parameter.value.empty()) child.set_attr("value", parameter.value);
    }
}

void add_payload_type(xmpp::Element& description, const PayloadType& type) {
    xmpp::Element& element = description.add("payload-type");
    element.set_attr("id", std::to_string(type.id)).set_attr("name", type.name);
    if (type.clock_rate != 0) element.set_attr("clockrate", std::to_string(type.clock_rate));
    if (type.channels != 1) element.set_attr("channels", std::to_string(type.channels));
    add_parameters(element, type.parameters);
    for (const RtcpFeedback& feedback : type.feedback) {
        xmpp::Element& child = element.add("rtcp-fb", ns::rtcp_fb);
        child.set_attr("type", feedback.type);
        if (!feedback.subtype.empty()) child.set_attr("subtype", feedback.subtype);
    }
}

void add_sources(xmpp::Element& description, const RtpDescription& rtp) {
    for (const SourceGroup& group : rtp.groups) {
        xmpp::Element& element = description.add("ssrc-group", ns::ssma);
        element.set_attr("semantics", group.semantics);
        for (const uint32_t ssrc : group.ssrcs) {
            element.add("source").set_attr("ssrc", std::to_string(ssrc));
        }
    }
    for (const Source& source : rtp.sources) {
        xmpp::Element& element = description.add("source", ns::ssma);
        element.set_attr("ssrc", std::to_string(source.ssrc));
        add_parameters(element, source.parameters);
    }
}

/// The stream and track of the first source that has an msid, for clients that look for them there.
void add_stream(xmpp::Element& description, const std::vector<Source>& sources) {
    for (const Source& source : sources) {
        const auto msid = std::ranges::find(source.parameters, "msid", &Parameter::name);
        if (msid == source.parameters.end()) continue;
        const size_t space = msid->value.find(' ');
        if (space == std::string::npos) continue;
        description.add("stream", ns_msid)
            .set_attr("id", msid->value.substr(0, space))
            .set_attr("track", msid->value.substr(space + 1));
        return;
    }
}

}  // namespace

xmpp::Result<RtpDescription> parse_rtp_description(const xmpp::Element& description) {
    RtpDescription result;
    const std::string_view media = description.attr("media");
    if (media != "audio" && media != "video") return invalid("media is neither audio nor video");
    result.media = media == "audio" ? MediaKind::audio : MediaKind::video;
    for (const xmpp::Element* child : description.elements()) {
        const auto parsed = parse_child(*child, result);
        if (!parsed) return tl::unexpected(parsed.error());
    }
    const auto common = parse_feedback(description);
    if (!common) return tl::unexpected(common.error());
    spread_feedback(*common, result.payload_types);
    apply_stream(description, result.sources);
    return result;
}

xmpp::Element to_element(const RtpDescription& rtp) {
    xmpp::Element description("description", ns::jingle_rtp);
    description.set_attr("media", rtp.media == MediaKind::audio ? "audio" : "video");
    for (const std::string& category : rtp.categories)
        description.add("category", ns::category).set_attr("name", category);
    for (const PayloadType& type : rtp.payload_types)
        add_payload_type(description, type);
    for (const HeaderExtension& extension : rtp.extensions) {
        description.add("rtp-hdrext", ns::rtp_hdrext)
            .set_attr("id", std::to_string(extension.id))
            .set_attr("uri", extension.uri);
    }
    if (rtp.extmap_allow_mixed) description.add("extmap-allow-mixed", ns::rtp_hdrext);
    add_sources(description, rtp);
    add_stream(description, rtp.sources);
    if (!rtp.rids.empty()) {
        xmpp::Element& simulcast = description.add("simulcast", ns::sfu);
        for (const std::string& rid : rtp.rids)
            simulcast.add("rid").set_attr("id", rid);
    }
    if (rtp.rtcp_mux) description.add("rtcp-mux");
    if (rtp.rtcp_reduced_size) description.add("rtcp-reduced-size");
    return description;
}

}  // namespace parley::module::jingle
