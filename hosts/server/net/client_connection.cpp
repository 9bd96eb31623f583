#include "hosts/server/net/client_connection.hpp"

#include <spdlog/spdlog.h>

#include "hosts/server/net/random_id.hpp"

namespace parley::server {
namespace {

/// How long a peer may take to read the stream's end before the connection is cut.
constexpr std::chrono::milliseconds linger{2000};

C2sOptions asking(Router& router, C2sOptions options) {
    options.may_bind = [&router](const xmpp::Jid& full_jid) { return router.may_start(full_jid); };
    options.capabilities = [&router] { return router.disco().capabilities(); };
    return options;
}

}  // namespace

ClientConnection::ClientConnection(ConnectionContext context, C2sOptions options,
                                   ConnectionTicket ticket)
    : context_(context),
      stream_(asking(context.router, std::move(options)), context.accounts, random_id,
              Clock::now()),
      ticket_(std::move(ticket)) {}

void ClientConnection::arm() {
    const auto due = stream_.deadline();
    if (!due || closing_ || (timer_ != 0 && timer_due_ <= *due)) return;
    if (timer_ != 0) context_.loop.cancel(timer_);
    timer_due_ = *due;
    const auto delay = std::chrono::ceil<std::chrono::milliseconds>(*due - Clock::now());
    timer_ = context_.loop.after(std::max(delay, std::chrono::milliseconds{0}),
                                 [self = shared_from_this()] { self->on_timer(); });
}

void ClientConnection::on_timer() {
    timer_ = 0;
    if (closing_) return;
    const bool read_before = may_read();
    apply(stream_.on_deadline(Clock::now()));
    arm();
    if (!read_before && may_read()) resume_reading();
}

void ClientConnection::received(std::string_view bytes) {
    if (closing_) return;
    apply(stream_.receive(bytes, Clock::now()));
    arm();
}

void ClientConnection::deliver(const xmpp::Element& stanza) {
    if (closing_ || !stream_.bound()) return;
    queue(stream_.serialise(stanza));
}

void ClientConnection::end(const StreamError& error) {
    if (!closing_) apply(stream_.end(error));
}

void ClientConnection::tls_established(ChannelBinding binding) {
    starting_tls_ = false;
    if (!closing_) apply(stream_.tls_established(std::move(binding)));
}

void ClientConnection::apply(C2sStream::Effects effects) {
    for (auto& effect : effects) {
        if (closing_) return;
        if (auto* send = std::get_if<C2sStream::Send>(&effect)) {
            queue(std::move(send->bytes));
        } else if (auto* stanza = std::get_if<C2sStream::Stanza>(&effect)) {
            context_.router.from_client(*bound_, std::move(stanza->element));
        } else if (auto* bound = std::get_if<C2sStream::Bound>(&effect)) {
            bound_ = bound->full_jid;
            spdlog::info("{} logged in from {}", bound_->to_string(), peer());
            if (!context_.router.session_started(*bound_, *this)) return;
        } else if (const auto* failed = std::get_if<C2sStream::LoginFailed>(&effect)) {
            spdlog::warn("a login from {} failed ({}): {}", peer(),
                         failed->mechanism.empty() ? "unknown mechanism" : failed->mechanism,
                         to_string(failed->reason));
        } else if (std::holds_alternative<C2sStream::StartTls>(effect)) {
            starting_tls_ = true;
            pump();
        } else {
            apply_close(std::get<C2sStream::Close>(effect));
        }
    }
}

void ClientConnection::apply_close(const C2sStream::Close& close) {
    closing_ = true;
    spdlog::info("{} {}: {}", bound_ ? bound_->to_string() : peer(),
                 bound_ ? "left" : "disconnected", close.reason);
    if (timer_ != 0) context_.loop.cancel(timer_);
    auto self = shared_from_this();
    // Posted, because the router may be in the middle of its own loop over sessions.
    if (bound_) {
        context_.loop.post([self, lost = close.lost] {
            self->context_.router.session_ended(*self->bound_, *self, lost);
        });
    }
    timer_ = context_.loop.after(linger, [self] {
        self->timer_ = 0;
        if (!std::exchange(self->closed_, true)) self->close();
    });
    pump();
}

void ClientConnection::lost(const std::string& reason) {
    if (std::exchange(closed_, true)) return;
    if (!closing_) apply_close({true, reason});
    if (timer_ != 0) context_.loop.cancel(timer_);
    timer_ = 0;
    finished_ = true;
    queue_.clear();
    close();
}

void ClientConnection::queue(std::string bytes) {
    const size_t bytes_max = context_.config.limits.outgoing_queue_bytes;
    if (queued_bytes_ + bytes.size() > bytes_max && !std::exchange(overflowing_, true)) {
        queue_.clear();
        queued_bytes_ = 0;
        return end({StreamCondition::resource_constraint, "This client reads too slowly."});
    }
    queued_bytes_ += bytes.size();
    queue_.push_back(std::move(bytes));
    pump();
}

std::string ClientConnection::take_unsent() {
    std::string bytes = std::move(queue_.front());
    queue_.pop_front();
    queued_bytes_ -= bytes.size();
    return bytes;
}

void ClientConnection::written() {
    writing_ = false;
    pump();
}

void ClientConnection::pump() {
    if (writing_ || closed_) return;
    if (!queue_.empty()) {
        writing_ = true;
        return start_write();
    }
    if (closing_) {
        if (!std::exchange(finished_, true)) finish();
    } else if (starting_tls_) {
        start_tls();
    }
}

}  // namespace parley::server
