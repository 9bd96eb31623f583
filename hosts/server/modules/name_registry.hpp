#pragma once

#include <mutex>
#include <set>
#include <string>

namespace parley::server {

/// Names that only one owner may have at a time: domains, command nodes. Any thread.
class NameRegistry {
  public:
    /// False: somebody has it.
    bool take(const std::string& name) {
        const std::lock_guard lock(mutex_);
        return names_.insert(name).second;
    }

    void give_back(const std::string& name) {
        const std::lock_guard lock(mutex_);
        names_.erase(name);
    }

  private:
    std::mutex mutex_;
    std::set<std::string> names_;
};

}  // namespace parley::server
