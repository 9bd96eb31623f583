#include "hosts/server/muc/history.hpp"

#include <algorithm>
#include <charconv>

#include "hosts/server/muc/timestamp.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/xml.hpp"

namespace parley::server::muc {
namespace {

std::optional<size_t> number(const xmpp::Element& element, std::string_view attribute) {
    const std::string_view text = element.attr(attribute);
    size_t value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || fault != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

}  // namespace

HistoryRequest HistoryRequest::parse(const xmpp::Element& muc_x, TimePoint now) {
    HistoryRequest request;
    const xmpp::Element* history = muc_x.child("history", xmpp::ns::muc);
    if (history == nullptr) return request;
    request.chars_max = number(*history, "maxchars");
    request.stanzas_max = number(*history, "maxstanzas");
    request.since = parse_timestamp(history->attr("since"));
    if (const auto age = number(*history, "seconds"); age && *age < 1'000'000'000) {
        const TimePoint oldest = now - std::chrono::seconds(*age);
        request.since = request.since ? std::max(*request.since, oldest) : oldest;
    }
    return request;
}

void History::add(xmpp::Element message, TimePoint time, const std::string& room_jid) {
    message.remove_attr("to");
    message.add("delay", xmpp::ns::delay)
        .set_attr("from", room_jid)
        .set_attr("stamp", format_timestamp(time));
    const size_t octets = xmpp::to_xml(message).size();
    octets_ += octets;
    entries_.push_back({std::move(message), time, octets});
    while (entries_.size() > messages_max_ || (octets_ > octets_max_ && !entries_.empty())) {
        octets_ -= entries_.front().octets;
        entries_.pop_front();
    }
}

std::vector<const xmpp::Element*> History::select(const HistoryRequest& request) const {
    std::vector<const xmpp::Element*> selected;
    size_t octets = 0;
    for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
        octets += entry->octets;
        if (request.stanzas_max && selected.size() >= *request.stanzas_max) break;
        if (request.chars_max && octets > *request.chars_max) break;
        if (request.since && entry->time < *request.since) break;
        selected.push_back(&entry->message);
    }
    std::reverse(selected.begin(), selected.end());
    return selected;
}

}  // namespace parley::server::muc
