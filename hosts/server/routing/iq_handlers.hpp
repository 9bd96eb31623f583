#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "xmpp/element.hpp"
#include "xmpp/jid.hpp"

namespace parley::server {

/// Answers one IQ of type get or set, which has exactly one payload element. Returns the complete
/// reply (iq_result, error_reply), or nothing where the reply will follow through the StanzaSink.
using IqHandler =
    std::function<std::optional<xmpp::Element>(const xmpp::Element& iq, const xmpp::Jid& from)>;

/// Who answers IQs to the server's own domain, by the payload's namespace.
class IqHandlers {
  public:
    /// Replaces an earlier handler of the same namespace.
    void set(std::string ns, IqHandler handler) {
        handlers_.insert_or_assign(std::move(ns), std::move(handler));
    }

    void remove(std::string_view ns) {
        if (const auto found = handlers_.find(ns); found != handlers_.end()) handlers_.erase(found);
    }

    const IqHandler* find(std::string_view ns) const {
        const auto found = handlers_.find(ns);
        return found == handlers_.end() ? nullptr : &found->second;
    }

  private:
    std::map<std::string, IqHandler, std::less<>> handlers_;
};

}  // namespace parley::server
