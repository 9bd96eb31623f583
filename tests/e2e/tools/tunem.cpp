// tunem: a network impairment relay in user space, for kernels without the netem qdisc.
//
// Two network namespaces are joined by TUN devices named em0; this process copies packets between
// them, each direction with its own delay, jitter, loss, rate limit and tail-drop queue.
// Deterministic losses (fixed seed).
//
//   ip netns add a; ip netns add b
//   g++ -O2 -std=c++20 -o tunem tunem.cpp && ./tunem a b DELAY_MS JITTER_MS LOSS_PERCENT RATE_KBIT
//   QUEUE_MS & ip -n a addr add 10.99.0.1/24 dev em0; ip -n a link set em0 up; ip -n a link set lo
//   up; ip -n a route add default dev em0 ip -n b addr add 10.99.0.2/24 dev em0; ip -n b link set
//   em0 up; ip -n b link set lo up; ip -n b route add default dev em0
//
// SIGUSR1 cuts the link, SIGUSR2 joins it again: what is sent meanwhile is lost.
// RATE_KBIT 0 means no limit. Firefox gathers no ICE candidates without the default route.
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <random>
#include <string>

using Clock = std::chrono::steady_clock;

static volatile sig_atomic_t link_is_cut = 0;

struct Queued {
    Clock::time_point due;
    std::string packet;
};

struct Direction {
    std::deque<Queued> queue;
    Clock::time_point link_busy_until{};
    long seen = 0, lost = 0, dropped_by_queue = 0;
};

static int open_tun_in(const char* netns, const char* device) {
    const int ns = open((std::string("/run/netns/") + netns).c_str(), O_RDONLY);
    if (ns < 0 || setns(ns, CLONE_NEWNET) != 0) {
        perror("setns");
        exit(1);
    }
    close(ns);
    const int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
    ifreq request{};
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    strncpy(request.ifr_name, device, IFNAMSIZ - 1);
    if (fd < 0 || ioctl(fd, TUNSETIFF, &request) != 0) {
        perror("tun");
        exit(1);
    }
    return fd;
}

static Clock::duration milliseconds(double ms) {
    return std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double, std::milli>(ms));
}

int main(int argc, char** argv) {
    if (argc != 8) {
        fprintf(stderr,
                "usage: tunem NS_A NS_B DELAY_MS JITTER_MS LOSS_PERCENT RATE_KBIT QUEUE_MS\n");
        return 2;
    }
    const double delay_ms = atof(argv[3]), jitter_ms = atof(argv[4]), loss_percent = atof(argv[5]);
    const double rate_kbit = atof(argv[6]), queue_ms = atof(argv[7]);
    const std::array<int, 2> fd{open_tun_in(argv[1], "em0"), open_tun_in(argv[2], "em0")};
    signal(SIGUSR1, [](int) { link_is_cut = 1; });
    signal(SIGUSR2, [](int) { link_is_cut = 0; });
    std::array<Direction, 2> from;
    std::mt19937 generator(42);
    std::uniform_real_distribution<> uniform(0, 1);
    printf("up\n");
    fflush(stdout);
    auto last_report = Clock::now();
    char buffer[70000];
    for (;;) {
        const auto now = Clock::now();
        int wait_ms = 1000;
        for (size_t i : {size_t{0}, size_t{1}}) {
            auto& queue = from[i].queue;
            while (!queue.empty() && queue.front().due <= now) {
                (void)!write(fd[1 - i], queue.front().packet.data(), queue.front().packet.size());
                queue.pop_front();
            }
            if (!queue.empty())
                wait_ms = std::min<int>(wait_ms,
                                        int(std::chrono::duration_cast<std::chrono::milliseconds>(
                                                queue.front().due - now)
                                                .count()));
        }
        pollfd polled[2] = {{fd[0], POLLIN, 0}, {fd[1], POLLIN, 0}};
        poll(polled, 2, std::max(0, wait_ms));
        for (size_t i : {size_t{0}, size_t{1}}) {
            ssize_t size;
            while ((size = read(fd[i], buffer, sizeof buffer)) > 0) {
                const auto arrived = Clock::now();
                auto& link = from[i];
                link.seen++;
                if (link_is_cut != 0 || uniform(generator) * 100 < loss_percent) {
                    link.lost++;
                    continue;
                }
                auto sent = std::max(arrived, link.link_busy_until);
                if (rate_kbit > 0) {
                    if (sent - arrived > milliseconds(queue_ms)) {
                        link.dropped_by_queue++;
                        continue;
                    }
                    sent += milliseconds(double(size) * 8 / rate_kbit);
                    link.link_busy_until = sent;
                }
                auto due =
                    sent +
                    milliseconds(delay_ms +
                                 (jitter_ms > 0 ? jitter_ms * (2 * uniform(generator) - 1) : 0));
                if (!link.queue.empty())
                    due = std::max(due, link.queue.back().due);  // no reordering
                link.queue.push_back({due, std::string(buffer, size_t(size))});
            }
        }
        if (now - last_report > std::chrono::seconds(5)) {
            last_report = now;
            fprintf(stderr, "a>b seen %ld lost %ld queue-dropped %ld | b>a %ld %ld %ld\n",
                    from[0].seen, from[0].lost, from[0].dropped_by_queue, from[1].seen,
                    from[1].lost, from[1].dropped_by_queue);
        }
    }
}
