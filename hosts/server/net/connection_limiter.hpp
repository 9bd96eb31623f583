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

/// Counts one connection as long as it lives; it may outlive the server's other parts.
class ConnectionTicket {
  public:
    /// Nothing: a limit is reached.
    static std::optional<ConnectionTicket> take(const std::shared_ptr<ConnectionLimiter>& limiter,
                                                const std::string& address) {
        if (limiter->total_ >= limiter->total_max_) return std::nullopt;
        size_t& count = limiter->by_address_[address];
        if (count >= limiter->per_address_max_) return std::nullopt;
        ++count;
        ++limiter->total_;
        return ConnectionTicket(limiter, address);
    }

    ConnectionTicket(ConnectionTicket&&) noexcept = default;
    ConnectionTicket& operator=(ConnectionTicket&&) = delete;

    ~ConnectionTicket() {
        if (!limiter_) return;
        --limiter_->total_;
        const auto entry = limiter_->by_address_.find(address_);
        if (--entry->second == 0) limiter_->by_address_.erase(entry);
    }

    const std::string& address() const { return address_; }

  private:
    ConnectionTicket(std::shared_ptr<ConnectionLimiter> limiter, const std::string& address)
        : limiter_(std::move(limiter)), address_(address) {}

    std::shared_ptr<ConnectionLimiter> limiter_;
    std::string address_;
};

}  // namespace parley::server
