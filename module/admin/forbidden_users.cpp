#include "module/admin/forbidden_users.hpp"

#include <charconv>
#include <utility>

namespace parley::module {

namespace {

constexpr std::string_view ns_state = "urn:parley:state:0";

bool is_over(const ForbiddenUsers::Entry& entry, WallTime now) {
    return entry.until && *entry.until <= now;
}

}  // namespace

bool ForbiddenUsers::forbid(const xmpp::Jid& user, Entry entry, WallTime now) {
    std::erase_if(users_, [&](const auto& known) { return is_over(known.second, now); });
    if (users_.size() >= forbidden_users_max && !users_.contains(user)) return false;
    users_.insert_or_assign(user, std::move(entry));
    return true;
}

bool ForbiddenUsers::allow(const xmpp::Jid& user) {
    return users_.erase(user) > 0;
}

bool ForbiddenUsers::contains(const xmpp::Jid& user, WallTime now) const {
    if (users_.empty()) return false;
    const auto found = users_.find(user);
    return found != users_.end() && !is_over(found->second, now);
}

std::vector<std::pair<xmpp::Jid, ForbiddenUsers::Entry>> ForbiddenUsers::all(WallTime now) const {
    std::vector<std::pair<xmpp::Jid, Entry>> found;
    for (const auto& [user, entry] : users_) {
        if (!is_over(entry, now)) found.emplace_back(user, entry);
    }
    return found;
}

xmpp::Element ForbiddenUsers::to_element(WallTime now) const {
    xmpp::Element element("forbidden", ns_state);
    for (const auto& [user, entry] : all(now)) {
        xmpp::Element& item = element.add("user").set_attr("jid", user.to_string());
        if (entry.until) {
            item.set_attr("until", std::to_string(entry.until->time_since_epoch().count()));
        }
        item.set_attr("by", entry.by).set_attr("reason", entry.reason);
    }
    return element;
}

ForbiddenUsers ForbiddenUsers::from_element(const xmpp::Element& element) {
    ForbiddenUsers read;
    if (!element.is("forbidden", ns_state)) return read;
    for (const xmpp::Element* item : element.elements()) {
        const auto user = xmpp::Jid::parse(item->attr("jid"));
        if (!user || !item->is("user", ns_state)) continue;
        Entry entry{std::nullopt, std::string(item->attr("by")), std::string(item->attr("reason"))};
        const std::string_view until = item->attr("until");
        int64_t ms = 0;
        if (!until.empty()) {
            std::from_chars(until.data(), until.data() + until.size(), ms);
            entry.until = WallTime{std::chrono::milliseconds(ms)};
        }
        read.forbid(user->bare(), std::move(entry), WallTime{});
    }
    return read;
}

}  // namespace parley::module
