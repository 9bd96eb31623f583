#include "module/discovery/discovery.hpp"

#include <array>
#include <string>

#include "module/calls/namespaces.hpp"
#include "module/jingle/namespaces.hpp"
#include "xmpp/data_form.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/stanza_error.hpp"

namespace parley::module {

namespace {

constexpr std::array sfu_features = {
    xmpp::ns::disco_info,
    xmpp::ns::disco_items,
    xmpp::ns::ping,
    ns::jingle,
    ns::jingle_rtp,
    ns::jingle_rtp_audio,
    ns::jingle_rtp_video,
    ns::jingle_ice_udp,
    ns::jingle_dtls,
    ns::rtcp_fb,
    ns::rtp_hdrext,
    ns::ssma,
    ns::rfc5888,
    ns::av_conferences,
    ns::coin,
    ns::sfu,
};

xmpp::Element feature(std::string_view var) {
    xmpp::Element element("feature", xmpp::ns::disco_info);
    element.set_attr("var", var);
    return element;
}

xmpp::Element room_form(const std::vector<const Call*>& calls, const RoomSettings& settings,
                        const std::optional<xmpp::Jid>& sfu) {
    xmpp::DataForm form;
    form.type = xmpp::DataForm::Type::result;
    form.add({"FORM_TYPE", "hidden", {}, {std::string(ns::room_form)}, {}, false});
    if (!calls.empty()) {
        xmpp::DataForm::Field active{"active_call", "text-multi", {}, {}, {}, false};
        for (const Call* call : calls)
            active.values.push_back(call->id.text());
        form.add(std::move(active));
    }
    xmpp::DataForm::Field modes{"modes", "text-multi", {}, {}, {}, false};
    for (const Mode mode : {Mode::mesh, Mode::sfu}) {
        const bool is_there = mode == Mode::mesh || sfu.has_value();
        if (is_there && allows(settings, mode)) modes.values.emplace_back(to_string(mode));
    }
    form.add(std::move(modes));
    if (sfu) form.add({"sfu_service", "jid-single", {}, {sfu->to_string()}, {}, false});
    return form.to_element();
}

}  // namespace

std::vector<std::string_view> muc_features(bool sfu) {
    std::vector<std::string_view> features{ns::call};
    if (sfu) features.push_back(ns::call_sfu);
    return features;
}

std::vector<xmpp::Element> room_info(const std::vector<const Call*>& calls,
                                     const RoomSettings& settings,
                                     const std::optional<xmpp::Jid>& sfu) {
    std::vector<xmpp::Element> children;
    if (!settings.calls_allowed) return children;
    for (const std::string_view var : muc_features(sfu && allows(settings, Mode::sfu))) {
        children.push_back(feature(var));
    }
    children.push_back(room_form(calls, settings, sfu));
    return children;
}

xmpp::Element sfu_info() {
    xmpp::Element query("query", xmpp::ns::disco_info);
    query.add("identity")
        .set_attr("category", "conference")
        .set_attr("type", "audio-video")
        .set_attr("name", "Group calls");
    for (const std::string_view var : sfu_features)
        query.add(feature(var));
    return query;
}

xmpp::Element answer_sfu_iq(const xmpp::Element& iq) {
    const xmpp::Element* payload = iq.first_child();
    if (payload && iq.attr("type") == "get") {
        xmpp::Element result = xmpp::iq_result(iq);
        const bool has_node = payload->has_attr("node");
        if (payload->is("query", xmpp::ns::disco_info) && !has_node) {
            result.add(sfu_info());
            return result;
        }
        // Conferences are as secret as their UUIDs: the list is always empty.
        if (payload->is("query", xmpp::ns::disco_items) && !has_node) {
            result.add("query", xmpp::ns::disco_items);
            return result;
        }
        if (payload->is("ping", xmpp::ns::ping)) return result;
        if (payload->name() == "query" && has_node) {
            return xmpp::error_reply(iq, {xmpp::ErrorType::cancel, xmpp::Condition::item_not_found,
                                          "There is no such node.", std::nullopt});
        }
    }
    return xmpp::error_reply(iq, {xmpp::ErrorType::cancel, xmpp::Condition::service_unavailable,
                                  "The service does not know this request.", std::nullopt});
}

}  // namespace parley::module
