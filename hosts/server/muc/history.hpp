#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "hosts/server/muc/types.hpp"
#include "xmpp/element.hpp"

namespace parley::server::muc {

/// What a newcomer wants to see (XEP-0045 s7.2.14), each bound only where it is given.
struct HistoryRequest {
    std::optional<size_t> chars_max;  ///< octets of the serialised stanzas
    std::optional<size_t> stanzas_max;
    std::optional<TimePoint> since;

    /// Reads <history/> inside the join's <x/>; attributes that make no sense are left out.
    static HistoryRequest parse(const xmpp::Element& muc_x, TimePoint now);
};

/// The newest messages of a room, bounded in number and in octets.
class History {
  public:
    History(size_t messages_max, size_t octets_max)
        : messages_max_(messages_max), octets_max_(octets_max) {}

    /// Keeps a message as it was broadcast: `from` is the occupant's, `to` is left out.
    void add(xmpp::Element message, TimePoint time, const std::string& room_jid);

    /// The messages that meet the request, oldest first, each with its <delay/>. Borrowed until the
    /// next add.
    std::vector<const xmpp::Element*> select(const HistoryRequest& request) const;

    bool empty() const { return entries_.empty(); }

  private:
    struct Entry {
        xmpp::Element message;
        TimePoint time;
        size_t octets;
    };

    size_t messages_max_;
    size_t octets_max_;
    size_t octets_ = 0;
    std::deque<Entry> entries_;
};

}  // namespace parley::server::muc
