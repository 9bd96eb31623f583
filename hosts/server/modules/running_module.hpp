#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "hosts/binding/hosted_module.hpp"
#include "hosts/server/app/event_loop.hpp"
#include "xmpp/element.hpp"

namespace parley::server {

/// Brings a module's wake() to the server's loop, from any thread, coalesced, and as long as there
/// is a loop. Shared with the module, whose threads may outlive both.
class Waker : public std::enable_shared_from_this<Waker> {
  public:
    Waker(EventLoop& loop, std::function<void()> woken) : loop_(&loop), woken_(std::move(woken)) {}

    /// [any-thread]
    void wake() {
        const std::lock_guard lock(mutex_);
        if (loop_ == nullptr || pending_) return;
        pending_ = true;
        loop_->post([self = shared_from_this()] { self->run(); });
    }

    /// From now on nobody is woken. On the loop.
    void close() {
        const std::lock_guard lock(mutex_);
        loop_ = nullptr;
    }

  private:
    void run() {
        {
            const std::lock_guard lock(mutex_);
            pending_ = false;
            if (loop_ == nullptr) return;
        }
        woken_();
    }

    std::mutex mutex_;
    EventLoop* loop_;
    bool pending_ = false;
    std::function<void()> woken_;
};

/// A module, and what the server keeps for it. On the loop.
struct RunningModule {
    std::string name;            ///< of its table in the configuration
    std::filesystem::path path;  ///< it was loaded from
    std::shared_ptr<Waker> waker;
    std::unique_ptr<binding::HostedModule> hosted;  ///< null once it is stopped
    bool in_service = true;

    std::set<std::string, std::less<>>
        interest;  ///< stays when the module dies: the host fails closed
    std::set<std::string, std::less<>> route_interest;     ///< of IQs between users; likewise
    std::set<std::string, std::less<>> presence_interest;  ///< in children of occupants' presence
    std::vector<std::string> muc_features;
    std::map<uint64_t, EventLoop::TimerId> timers;  ///< by the module's id
    std::set<std::string> domains;
    std::set<std::string> commands;
    std::deque<binding::Action> actions;  ///< to be done when the server is at rest

    /// Takes note of what the module wants; after each call into it.
    void collect() {
        for (binding::Action& action : hosted->take_actions())
            actions.push_back(std::move(action));
    }

    bool can_be_called() const { return hosted != nullptr && in_service; }

    /// Whether a child of the element is in a namespace the module cares for.
    bool cares_for(const xmpp::Element& stanza) const {
        return !interest.empty() && std::any_of(stanza.nodes().begin(), stanza.nodes().end(),
                                                [&](const xmpp::Node& node) {
                                                    const xmpp::Element* child = node.element();
                                                    return child != nullptr &&
                                                           interest.contains(child->ns());
                                                });
    }
};

}  // namespace parley::server
