/// What the call coordinator costs, behind the functions of the ABI (README.md).
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <charconv>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "tests/bench/coordinator/silent_host.hpp"
#include "xmpp/xml.hpp"

namespace parley::module::bench {

namespace {

constexpr uint32_t calls_per_room = 5;
constexpr uint32_t participants_per_call = 4;
uint32_t calls_total = 100'000;

std::string call_id(uint32_t number) {
    char text[37];
    std::snprintf(text, sizeof text, "%08x-0000-4000-8000-%012x", number * 2654435761u, number);
    return text;
}

std::string room_jid(uint32_t room) {
    return "room-" + std::to_string(room) + "@conference.example.org";
}

Client client(uint32_t room, uint32_t number) {
    const std::string name = "user-" + std::to_string(room) + '-' + std::to_string(number);
    return {name, name + "@example.org/a-resource"};
}

std::string call_message(std::string_view room, const Client& from, std::string_view action,
                         const std::string& id) {
    const bool proposes = action == "propose";
    std::string xml = "<message xmlns='jabber:client' type='groupchat' id='m1' from='" + from.jid +
                      "' to='" + std::string(room) + "'><" + std::string(action) +
                      " xmlns='urn:xmpp:jingle-muc-message:0' id='" + id + "'>";
    if (proposes) xml += "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/>";
    return xml + "</" + std::string(action) + "></message>";
}

void must_pass(xsm_muc_verdict_kind verdict) {
    if (verdict == XSM_MUC_DROP) throw std::runtime_error("the module refused a valid message");
}

size_t allocated() {
    return mallinfo2().uordblks;
}

/// Rooms with as many calls as were asked for, and what they cost.
class Population {
  public:
    Population() : host_(calls_per_room + 1) {
        const uint32_t rooms = (calls_total + calls_per_room - 1) / calls_per_room;
        for (uint32_t room = 0; room < rooms; ++room)
            fill_room(room);
        const size_t before_calls = allocated();
        for (uint32_t call = 0; call < calls_total; ++call)
            say(call, 0, "propose");
        const size_t before_participants = allocated();
        for (uint32_t call = 0; call < calls_total; ++call) {
            for (uint32_t number = 1; number < participants_per_call; ++number)
                say(call, number, "accept");
        }
        const double participants = double(calls_total) * (participants_per_call - 1);
        octets_per_call = double(before_participants - before_calls) / calls_total;
        octets_per_participant = double(allocated() - before_participants) / participants;
    }

    SilentHost& host() { return host_; }

    double octets_per_call = 0;         ///< with its initiator
    double octets_per_participant = 0;  ///< of the others

  private:
    void fill_room(uint32_t room) {
        const std::string jid = room_jid(room);
        host_.configured(jid);
        for (uint32_t number = 0; number < participants_per_call; ++number)
            host_.joined(jid, number + 2, client(room, number));
    }

    void say(uint32_t call, uint32_t number, std::string_view action) {
        const uint32_t room = call / calls_per_room;
        const Client who = client(room, number);
        const std::string jid = room_jid(room);
        must_pass(host_.says(jid, participants_per_call + 1, who,
                             call_message(jid, who, action, call_id(call))));
    }

    SilentHost host_;
};

Population& population() {
    static Population everybody;
    return everybody;
}

/// A message of chat that a host passes on to the module.
void ordinary_message(benchmark::State& state) {
    SilentHost& host = population().host();
    const Client who = client(0, 0);
    const std::string room = room_jid(0);
    const std::string message =
        "<message xmlns='jabber:client' type='groupchat' id='m1' from='" + who.jid + "' to='" +
        room +
        "'><body>Shall we meet at noon? The usual place, I should think.</body>"
        "<origin-id xmlns='urn:xmpp:sid:0' id='7f4d1f0e'/><markable "
        "xmlns='urn:xmpp:chat-markers:0'/></message>";
    for ([[maybe_unused]] auto _ : state)
        benchmark::DoNotOptimize(host.says(room, participants_per_call + 1, who, message));
}

/// The peer of the next ones: the message read and written, and nothing else.
void parse_and_write(benchmark::State& state) {
    const Client who = client(0, 0);
    const std::string message = call_message(room_jid(0), who, "accept", call_id(0));
    for ([[maybe_unused]] auto _ : state) {
        const auto parsed = xmpp::parse_xml(message);
        benchmark::DoNotOptimize(xmpp::to_xml(*parsed));
    }
}

/// Rooms of two, each with its own rates, so that what is measured is not refused.
class Pairs {
  public:
    explicit Pairs(SilentHost& host) : host_(host) {
        for (uint32_t number = 0; number < count; ++number) {
            host_.configured(room(number));
            host_.joined(room(number), 2, alice(number));
        }
    }

    static std::string room(uint32_t number) { return room_jid(1'000'000 + number % count); }

    static Client alice(uint32_t number) { return client(1'000'000 + number % count, 0); }

    xsm_muc_verdict_kind say(uint32_t number, std::string_view action, const std::string& id) {
        const Client who = alice(number);
        return host_.says(room(number), 2, who, call_message(room(number), who, action, id));
    }

  private:
    static constexpr uint32_t count = 2'000;
    SilentHost& host_;
};

Pairs& pairs() {
    static Pairs everybody(population().host());
    return everybody;
}

uint32_t next_number() {
    static uint32_t number = 1'000'000;
    return ++number;
}

/// Calls that are proposed and taken back.
void call_messages(benchmark::State& state) {
    Pairs& everybody = pairs();
    for ([[maybe_unused]] auto _ : state) {
        const uint32_t number = next_number();
        must_pass(everybody.say(number, "propose", call_id(number)));
        must_pass(everybody.say(number, "retract", call_id(number)));
    }
    state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * 2);
}

/// There is no such call.
void refused_message(benchmark::State& state) {
    Pairs& everybody = pairs();
    const std::string id = call_id(999'999);
    for ([[maybe_unused]] auto _ : state)
        benchmark::DoNotOptimize(everybody.say(next_number(), "accept", id));
}

void admin_page(benchmark::State& state) {
    SilentHost& host = population().host();
    const std::string request =
        "<iq xmlns='jabber:client' type='set' from='admin@example.org/1' to='example.org'><command "
        "xmlns='http://jabber.org/protocol/commands' node='urn:parley:admin:0#active-calls'><set "
        "xmlns='http://jabber.org/protocol/rsm'><max>100</max><after>" +
        call_id(calls_total / 2) + "</after></set></command></iq>";
    for ([[maybe_unused]] auto _ : state)
        benchmark::DoNotOptimize(host.command(request));
}

/// Not timed: what stays allocated for each of the population's calls.
void memory(benchmark::State& state) {
    const Population& everybody = population();
    for ([[maybe_unused]] auto _ : state) {
    }
    state.counters["octets_per_call"] = everybody.octets_per_call;
    state.counters["octets_per_participant"] = everybody.octets_per_participant;
    state.counters["calls"] = calls_total;
}

BENCHMARK(memory)->Iterations(1);
BENCHMARK(parse_and_write)->Unit(benchmark::kMicrosecond);
BENCHMARK(ordinary_message)->Unit(benchmark::kNanosecond);
BENCHMARK(call_messages)->Unit(benchmark::kMicrosecond);
BENCHMARK(refused_message)->Unit(benchmark::kMicrosecond);
BENCHMARK(admin_page)->Unit(benchmark::kMicrosecond);

/// Takes --calls=NUMBER out of the arguments; false where it is no number.
bool read_calls(int& argc, char** argv) {
    constexpr std::string_view option = "--calls=";
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument(argv[i]);
        if (!argument.starts_with(option)) continue;
        const std::string_view value = argument.substr(option.size());
        const auto [end, error] =
            std::from_chars(value.data(), value.data() + value.size(), calls_total);
        for (int k = i; k + 1 < argc; ++k)
            argv[k] = argv[k + 1];
        --argc;
        return error == std::errc{} && end == value.data() + value.size() && calls_total > 0;
    }
    return true;
}

}  // namespace

}  // namespace parley::module::bench

int main(int argc, char** argv) {
    if (!parley::module::bench::read_calls(argc, argv)) {
        std::cerr << "--calls=NUMBER: how many calls there are, 100000 unless given\n";
        return 2;
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
