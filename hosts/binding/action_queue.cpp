#include "hosts/binding/action_queue.hpp"

#include <utility>

namespace parley::binding {

void ActionQueue::open() {
    const std::lock_guard lock(mutex_);
    open_ = !sealed_;
}

void ActionQueue::close() {
    const std::lock_guard lock(mutex_);
    open_ = false;
}

void ActionQueue::seal() {
    const std::lock_guard lock(mutex_);
    sealed_ = true;
    open_ = false;
}

void ActionQueue::set_taken(TakenNames taken) {
    const std::lock_guard lock(mutex_);
    taken_ = std::move(taken);
}

xsm_status ActionQueue::push(Action action) {
    const std::lock_guard lock(mutex_);
    if (!open_ || actions_.size() >= actions_max) return XSM_ERROR;
    actions_.push_back(std::move(action));
    return XSM_OK;
}

xsm_status ActionQueue::add_service(std::string domain, std::string name) {
    {
        const std::lock_guard lock(mutex_);
        if (!open_) return XSM_ERROR;
        if (taken_.domains.contains(domain)) return XSM_INVALID;
        if (!own_.domains.insert(domain).second) return XSM_INVALID;
    }
    return push(AddService{std::move(domain), std::move(name)});
}

xsm_status ActionQueue::add_command(std::string node, std::string name, xsm_adhoc_access access) {
    {
        const std::lock_guard lock(mutex_);
        if (!open_) return XSM_ERROR;
        if (taken_.nodes.contains(node)) return XSM_INVALID;
        if (!own_.nodes.insert(node).second) return XSM_INVALID;
    }
    const bool on_every_node = access == XSM_ADHOC_ADMIN_EVERYWHERE;
    return push(AddCommand{std::move(node), std::move(name),
                           on_every_node ? XSM_ADHOC_ADMIN : access, on_every_node});
}

void ActionQueue::remove_service(std::string_view domain) {
    {
        const std::lock_guard lock(mutex_);
        const auto found = own_.domains.find(domain);
        if (found == own_.domains.end()) return;
        own_.domains.erase(found);
    }
    push(RemoveService{std::string(domain)});
}

void ActionQueue::remove_command(std::string_view node) {
    {
        const std::lock_guard lock(mutex_);
        const auto found = own_.nodes.find(node);
        if (found == own_.nodes.end()) return;
        own_.nodes.erase(found);
    }
    push(RemoveCommand{std::string(node)});
}

xsm_status ActionQueue::set_room_config_fields(RoomConfigFields fields) {
    const std::lock_guard lock(mutex_);
    if (!open_) return XSM_ERROR;
    room_config_fields_ = std::move(fields);
    return XSM_OK;
}

RoomConfigFields ActionQueue::room_config_fields() const {
    const std::lock_guard lock(mutex_);
    return room_config_fields_;
}

bool ActionQueue::owns_domain(std::string_view domain) const {
    const std::lock_guard lock(mutex_);
    return own_.domains.contains(domain);
}

void ActionQueue::log(xsm_log_level level, std::string_view line) {
    {
        const std::lock_guard lock(mutex_);
        if (log_lines_.size() >= log_lines_max) {
            ++log_lines_lost_;
            return;
        }
        log_lines_.push_back(Log{level, std::string(line)});
    }
    wake_();
}

void ActionQueue::wake() {
    {
        const std::lock_guard lock(mutex_);
        woken_ = true;
    }
    wake_();
}

bool ActionQueue::take_wake() {
    const std::lock_guard lock(mutex_);
    return std::exchange(woken_, false);
}

std::vector<Action> ActionQueue::take() {
    const std::lock_guard lock(mutex_);
    std::vector<Action> taken = std::exchange(log_lines_, {});
    if (log_lines_lost_ > 0) {
        taken.push_back(Log{XSM_LOG_WARNING, std::to_string(std::exchange(log_lines_lost_, 0)) +
                                                 " log lines of the module were lost: they came "
                                                 "faster than the server could write them"});
    }
    taken.insert(taken.end(), std::make_move_iterator(actions_.begin()),
                 std::make_move_iterator(actions_.end()));
    actions_.clear();
    return taken;
}

}  // namespace parley::binding
