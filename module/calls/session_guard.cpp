#include "module/calls/session_guard.hpp"

#include <algorithm>

#include "module/jingle/namespaces.hpp"

namespace parley::module {

namespace {

bool is_in(const Call& call, std::string_view address) {
    const auto jid = xmpp::Jid::parse(address);
    if (!jid || !jid->is_full()) return false;
    const bool is_occupant_jid = jid->bare() == call.room.jid();
    return std::ranges::any_of(call.participants, [&](const Participant& participant) {
        return is_occupant_jid ? participant.nick.value == jid->resource()
                               : participant.jid.jid() == *jid;
    });
}

}  // namespace

std::optional<Violation> session_violation(const CallRegistry& calls, const xmpp::Element& iq) {
    const xmpp::Element* jingle = iq.child("jingle", ns::jingle);
    if (!jingle || jingle->attr("action") != "session-initiate") return std::nullopt;
    const auto id = call_of_session(jingle->attr("sid"));
    if (!id) return std::nullopt;
    const Call* call = calls.find(*id);
    if (!call) {
        return calls.has_ended(*id) ? std::optional(Violation::call_ended) : std::nullopt;
    }
    if (call->mode == Mode::muji) return std::nullopt;
    if (is_in(*call, iq.attr("from")) && is_in(*call, iq.attr("to"))) return std::nullopt;
    return Violation::session_of_others;
}

}  // namespace parley::module
