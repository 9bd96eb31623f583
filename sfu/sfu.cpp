#include "sfu/sfu.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "sfu/candidate_filter.hpp"
#include "sfu/media_worker.hpp"

namespace parley::sfu {

class Sfu::Impl {
  public:
    Impl(Config config, std::function<void(Event)> on_event)
        : config_(std::move(config)), on_event_(std::move(on_event)) {
        ice_.addresses =
            config_.addresses.empty() ? interface_addresses() : written(config_.addresses);
        ice_.public_addresses = written(config_.public_addresses);
        set_servers();
        ice_.tcp = config_.tcp ? IceConfig::Tcp::passive : IceConfig::Tcp::off;
        ice_.consent_timeout = config_.consent_timeout_ms_max;
        ice_.port_min = config_.port_min;
        ice_.port_max = config_.port_max != 0 ? config_.port_max : UINT16_MAX;
        if (ice_.port_min > ice_.port_max) {
            throw std::invalid_argument("the lowest media port is above the highest");
        }
        size_t count = config_.workers;
        if (count == 0) count = std::max(1U, std::thread::hardware_concurrency());
        for (size_t i = 0; i < count; ++i) {
            workers_.push_back(std::make_unique<MediaWorker>(config_, ice_, identity_, on_event_));
        }
    }

    /// The conference's worker, or nullptr. Signalling threads only: packets never come here.
    MediaWorker* find(const ConferenceId& conference) const {
        const std::lock_guard lock(mutex_);
        const auto found = placed_.find(conference);
        return found == placed_.end() ? nullptr : workers_[found->second].get();
    }

    /// The same; a new conference goes where the fewest are.
    MediaWorker& place(const ConferenceId& conference) {
        if (auto* worker = find(conference)) return *worker;
        const std::lock_guard lock(mutex_);
        std::vector<size_t> load(workers_.size(), 0);
        for (const auto& [id, index] : placed_)
            ++load[index];
        const auto least = std::min_element(load.begin(), load.end()) - load.begin();
        return *workers_[placed_.try_emplace(conference, static_cast<size_t>(least)).first->second];
    }

    void post(const ConferenceId& conference, std::function<void(Conference&)> task) {
        if (auto* worker = find(conference)) worker->post(conference, false, std::move(task));
    }

    void end(const ConferenceId& conference) {
        const std::lock_guard lock(mutex_);
        const auto node = placed_.extract(conference);
        if (!node.empty()) workers_[node.mapped()]->end(conference);
    }

  private:
    /// As the ICE agent writes them, for comparison.
    static std::vector<std::string> written(const std::vector<std::string>& addresses) {
        std::vector<std::string> result;
        for (const auto& text : addresses) {
            auto address = ip_address(text);
            if (!address)
                throw std::invalid_argument(
                    text + " is not a unicast IP address; an empty list means every interface");
            result.push_back(std::move(*address));
        }
        return result;
    }

    void set_servers() {
        const auto& stun = config_.stun_server;
        const auto& turn = config_.turn_server;
        if (stun && (!ip_address(stun->address) || stun->port == 0))
            throw std::invalid_argument("the STUN server needs a unicast IP address and a port");
        if (turn && (!ip_address(turn->address) || turn->port == 0))
            throw std::invalid_argument("the TURN server needs a unicast IP address and a port");
        if (turn && turn->secret.empty() == (turn->user.empty() || turn->password.empty()))
            throw std::invalid_argument(
                "the TURN server needs either a secret or a user and a password");
        ice_.stun_server = stun;
        ice_.turn_server = turn;
    }

    Config config_;
    std::function<void(Event)> on_event_;
    IceConfig ice_;
    DtlsIdentity identity_;
    mutable std::mutex mutex_;
    std::map<ConferenceId, size_t> placed_;  ///< guarded by mutex_
    std::vector<std::unique_ptr<MediaWorker>> workers_;
};

Sfu::Sfu(Config config, std::function<void(Event)> on_event)
    : impl_(std::make_unique<Impl>(std::move(config), std::move(on_event))) {}

Sfu::~Sfu() = default;

void Sfu::end_conference(const ConferenceId& conference) {
    impl_->end(conference);
}

void Sfu::publish(const ConferenceId& conference, const ParticipantId& participant,
                  SessionId session, SessionDescription offer) {
    impl_->place(conference)
        .post(conference, true, [participant, session, offer = std::move(offer)](Conference& each) {
            each.publish(participant, session, offer);
        });
}

void Sfu::subscribe(const ConferenceId& conference, const ParticipantId& receiver,
                    const ParticipantId& source, SessionId session) {
    impl_->place(conference).post(conference, true, [receiver, source, session](Conference& each) {
        each.subscribe(receiver, source, session);
    });
}

void Sfu::set_answer(const ConferenceId& conference, SessionId session, SessionDescription answer) {
    impl_->post(conference, [session, answer = std::move(answer)](Conference& each) {
        each.set_answer(session, answer);
    });
}

void Sfu::add_remote_candidates(const ConferenceId& conference, SessionId session,
                                std::vector<Candidate> candidates) {
    impl_->post(conference, [session, candidates = std::move(candidates)](Conference& each) {
        each.add_remote_candidates(session, candidates);
    });
}

void Sfu::offer_media(const ConferenceId& conference, SessionId session,
                      const ParticipantId& source) {
    impl_->post(conference,
                [session, source](Conference& each) { each.offer_media(session, source); });
}

void Sfu::add_contents(const ConferenceId& conference, SessionId session,
                       std::vector<Content> contents) {
    impl_->post(conference, [session, contents = std::move(contents)](Conference& each) {
        each.add_contents(session, contents);
    });
}

void Sfu::remove_contents(const ConferenceId& conference, SessionId session,
                          std::vector<std::string> names) {
    impl_->post(conference, [session, names = std::move(names)](Conference& each) {
        each.remove_contents(session, names);
    });
}

void Sfu::set_active(const ConferenceId& conference, SessionId session, std::string content,
                     bool active) {
    impl_->post(conference, [session, content = std::move(content), active](Conference& each) {
        each.set_active(session, content, active);
    });
}

void Sfu::restart_ice(const ConferenceId& conference, SessionId session, Transport remote) {
    impl_->post(conference, [session, remote = std::move(remote)](Conference& each) {
        each.restart_ice(session, remote);
    });
}

void Sfu::set_subscription(const ConferenceId& conference, const ParticipantId& receiver,
                           Subscription subscription) {
    impl_->post(conference, [receiver, subscription = std::move(subscription)](Conference& each) {
        each.set_subscription(receiver, subscription);
    });
}

void Sfu::close_session(const ConferenceId& conference, SessionId session) {
    impl_->post(conference, [session](Conference& each) { each.close_session(session); });
}

void Sfu::remove_participant(const ConferenceId& conference, const ParticipantId& participant) {
    impl_->post(conference,
                [participant](Conference& each) { each.remove_participant(participant); });
}

std::shared_ptr<const ConferenceStatistics> Sfu::statistics(const ConferenceId& conference) const {
    const auto* worker = impl_->find(conference);
    return worker != nullptr ? worker->statistics(conference) : nullptr;
}

}  // namespace parley::sfu
