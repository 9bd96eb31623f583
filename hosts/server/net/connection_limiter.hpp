#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace parley::server {

/// Counts open connections, in total and by address of the peer.
class ConnectionLimiter {
  public:
    ConnectionLimiter(size_t total_max, size_t per_address_max)
        : total_max_(total_max), per_address_max_(per_address_max) {}

    size_t total() const { return total_; }

  private:
    friend class ConnectionTicket;
    size_t total_max_;
    size_t per_address_max_;
    size_t total_ = 0;
    std::unordered_map<std::string, size_t> by_address_;
};

/// Counts one connection as long as it lives. The limiter outlives it.
class ConnectionTicket {
  public:
    /// Nothing: a limit is reached.
    static std::optional<ConnectionTicket> take(ConnectionLimiter& limiter, std::string address) {
        if (limiter.total_ >= limiter.total_max_) return std::nullopt;
        size_t& count = limiter.by_address_[address];
        if (count >= limiter.per_address_max_) return std::nullopt;
        ++count;
        ++limiter.total_;
        return ConnectionTicket(limiter, std::move(address));
    }

    const std::string& address() const { return address_; }

  private:
    struct Release {
        std::string address;

        void operator()(ConnectionLimiter* limiter) const {
            --limiter->total_;
            const auto entry = limiter->by_address_.find(address);
            if (--entry->second == 0) limiter->by_address_.erase(entry);
        }
    };

    ConnectionTicket(ConnectionLimiter& limiter, std::string address)
        : address_(address), held_(&limiter, Release{std::move(address)}) {}

    std::string address_;
    std::unique_ptr<ConnectionLimiter, Release> held_;
};

}  // namespace parley::server
