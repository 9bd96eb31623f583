#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>

#include "xmpp/result.hpp"

namespace parley::xmpp {

/// An XMPP address, always valid and prepared: an invalid one cannot exist (RFC 7622; preparation
/// by the stringprep profiles of RFC 6122, which is what deployed servers do). A value; any thread.
class Jid {
  public:
    /// Parses and prepares "local@domain/resource". Each part is 1 to 1023 octets.
    static Result<Jid> parse(std::string_view text);

    /// From parts; an empty local or resource means none.
    static Result<Jid> make(std::string_view local, std::string_view domain,
                            std::string_view resource = {});

    const std::string& local() const { return local_; }  ///< empty: none

    const std::string& domain() const { return domain_; }  ///< never empty

    const std::string& resource() const { return resource_; }  ///< empty: none

    bool is_bare() const { return resource_.empty(); }

    bool is_full() const { return !resource_.empty(); }

    /// Neither local part nor resource: the address of a server or service.
    bool is_domain() const { return local_.empty() && resource_.empty(); }

    Jid bare() const;
    /// The same bare JID with another resource, prepared by resourceprep; fails where it is empty,
    /// too long or prohibited.
    Result<Jid> with_resource(std::string_view resource) const;

    std::string to_string() const;

    auto operator<=>(const Jid&) const = default;

  private:
    Jid(std::string local, std::string domain, std::string resource)
        : local_(std::move(local)), domain_(std::move(domain)), resource_(std::move(resource)) {}

    std::string local_;
    std::string domain_;
    std::string resource_;
};

}  // namespace parley::xmpp

template <>
struct std::hash<parley::xmpp::Jid> {
    size_t operator()(const parley::xmpp::Jid& jid) const noexcept;
};
