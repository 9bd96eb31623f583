#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "module/calls/time.hpp"
#include "xmpp/data_form.hpp"
#include "xmpp/element.hpp"
#include "xmpp/jid.hpp"

namespace parley::module {

inline constexpr size_t forbidden_users_max = 2'000;

/// Users whom an administrator has forbidden to take part in calls, for a time or for ever. Pure.
class ForbiddenUsers {
  public:
    struct Entry {
        std::optional<WallTime> until;  ///< none: until allowed again
        std::string by;                 ///< who ordered it
        std::string reason;             ///< for administrators to read; may be empty
    };

    /// `user` is a bare JID. Replaces what was said of it before. False where there are as many
    /// users as there may be.
    bool forbid(const xmpp::Jid& user, Entry entry, WallTime now);
    /// False where the user is not forbidden anyway.
    bool allow(const xmpp::Jid& user);

    bool contains(const xmpp::Jid& user, WallTime now) const;

    /// In order of JIDs; those whose time is over are not among them.
    std::vector<std::pair<xmpp::Jid, Entry>> all(WallTime now) const;

    /// <forbidden xmlns='urn:parley:state:0'><user jid until by reason/>…</forbidden>, until in
    /// milliseconds since 1970.
    xmpp::Element to_element(WallTime now) const;
    /// Reads what to_element has written; what makes no sense is left out.
    static ForbiddenUsers from_element(const xmpp::Element& element);

  private:
    std::map<xmpp::Jid, Entry> users_;
};

}  // namespace parley::module
