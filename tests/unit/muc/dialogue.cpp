#include "tests/unit/muc/dialogue.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "xmpp/xml.hpp"

namespace parley::server::muc::test {
namespace {

MucConfig default_config() {
    return MucConfig{.domain = *xmpp::Jid::parse("chat.example.org"),
                     .name = "Chatrooms",
                     .restrict_creation = false,
                     .admins = {*xmpp::Jid::parse("boss@example.org")},
                     .defaults = {},
                     .limits = {}};
}

std::string trim(std::string_view text) {
    const size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return {};
    return std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1));
}

struct Step {
    size_t line;
    std::string text;
};

std::vector<Step> read_steps(const std::filesystem::path& file) {
    std::ifstream input(file);
    if (!input) throw std::runtime_error("cannot read " + file.string());
    std::vector<Step> steps;
    std::string line;
    for (size_t number = 1; std::getline(input, line); ++number) {
        if (trim(line).empty() || line.front() == '#') continue;
        if (line.front() == ' ' && !steps.empty())
            steps.back().text += "\n" + line;
        else
            steps.push_back({number, line});
    }
    return steps;
}

void set(Bench& bench, const std::string& key, const std::string& value) {
    const std::map<std::string, size_t*> numbers = {
        {"occupants_per_room_max", &bench.config.limits.occupants_per_room_max},
        {"sessions_per_occupant_max", &bench.config.limits.sessions_per_occupant_max},
        {"nick_octets_max", &bench.config.limits.nick_octets_max},
        {"presence_octets_max", &bench.config.limits.presence_octets_max},
        {"rooms_max", &bench.config.limits.rooms_max},
        {"rooms_per_owner_max", &bench.config.limits.rooms_per_owner_max},
        {"affiliations_per_room_max", &bench.config.limits.affiliations_per_room_max},
        {"items_per_request_max", &bench.config.limits.items_per_request_max},
        {"subject_octets_max", &bench.config.limits.subject_octets_max},
        {"pending_iqs_max", &bench.config.limits.pending_iqs_max},
        {"history_messages", &bench.config.defaults.history_messages},
    };
    if (key == "restrict_creation")
        bench.config.restrict_creation = value == "true";
    else
        *numbers.at(key) = std::stoul(value);
}

/// One expectation; returns what is wrong, or nothing.
std::string expect(Bench& bench, const std::string& client, const std::string& pattern) {
    const auto actual = bench.receive(client);
    if (pattern == "nothing")
        return actual ? client + " got " + xmpp::to_xml(*actual, "jabber:client") : std::string();
    if (!actual) return client + " got nothing, not " + pattern;
    std::string why;
    if (matches(stanza(pattern), *actual, why)) return {};
    return client + ": " + why + "\n  got " + xmpp::to_xml(*actual, "jabber:client");
}

std::string run_step(Bench& bench, const std::string& text) {
    std::istringstream words(text);
    std::string first;
    std::string second;
    std::string third;
    words >> first >> second;
    if (first == "drain") {
        bench.drain();
    } else if (first == "restart") {
        bench.restart();
    } else if (first == "shutdown") {
        bench.service->shut_down();
    } else if (first == "wait") {
        bench.now += std::chrono::seconds(std::stol(second));
    } else if (first == "set") {
        words >> third;
        set(bench, second, third);
    } else if (second == "closes" || second == "lost") {
        bench.service->session_ended(Bench::jid(first), second == "lost");
    } else if (second == ">") {
        bench.send(first, stanza(trim(text.substr(text.find('>') + 1))));
    } else if (second == "<") {
        return expect(bench, first, trim(text.substr(text.find('<') + 1)));
    } else {
        return "no such step: " + text;
    }
    return {};
}

std::string text_of(const xmpp::Element& element) {
    return trim(element.text());
}

bool match_children(const xmpp::Element& pattern, const xmpp::Element& actual, std::string& why) {
    const auto children = actual.elements();
    size_t next = 0;
    for (const xmpp::Element* wanted : pattern.elements()) {
        std::string ignored;
        if (wanted->is("not", "urn:test")) {
            for (const xmpp::Element* child : children) {
                if (!matches(*wanted->first_child(), *child, ignored)) continue;
                why = "there is " + xmpp::to_xml(*child, actual.ns());
                return false;
            }
            continue;
        }
        while (next < children.size() && !matches(*wanted, *children[next], ignored))
            ++next;
        if (next == children.size()) {
            why = "missing in <" + actual.name() + "/>: " + xmpp::to_xml(*wanted, actual.ns());
            return false;
        }
        ++next;
    }
    return true;
}

}  // namespace

Bench::Bench(MucHooks& used) : config(default_config()), hooks(used) {
    restart();
}

void Bench::restart() {
    service = std::make_unique<MucService>(
        Context{config, *this, store, hooks, [this] { return now; },
                [this] { return "room-id-" + std::to_string(++ids_); }});
    if (const auto loaded = service->load_rooms(); !loaded)
        throw std::runtime_error(loaded.error().text);
}

void Bench::route(xmpp::Element stanza) {
    const auto to = xmpp::Jid::parse(stanza.attr("to"));
    const auto from = xmpp::Jid::parse(stanza.attr("from"));
    if (!to || !from)
        throw std::logic_error("sent without valid addresses: " + xmpp::to_xml(stanza));
    queues[*to].push_back(std::move(stanza));
}

void Bench::send(const std::string& client, xmpp::Element stanza) {
    const xmpp::Jid from = jid(client);
    const xmpp::Jid to = *xmpp::Jid::parse(stanza.attr("to"));
    stanza.set_attr("from", from.to_string());
    service->handle(std::move(stanza), from, to);
}

std::optional<xmpp::Element> Bench::receive(const std::string& client) {
    auto& queue = queues[jid(client)];
    if (queue.empty()) return std::nullopt;
    xmpp::Element stanza = std::move(queue.front());
    queue.pop_front();
    return stanza;
}

void Bench::drain() {
    queues.clear();
}

xmpp::Jid Bench::jid(const std::string& client) {
    if (client.find('@') != std::string::npos) return *xmpp::Jid::parse(client);
    const bool numbered = client.back() >= '0' && client.back() <= '9';
    const std::string user = numbered ? client.substr(0, client.size() - 1) : client;
    return *xmpp::Jid::make(user, "example.org", numbered ? client.substr(client.size() - 1) : "1");
}

xmpp::Element stanza(std::string_view xml) {
    auto parsed = xmpp::parse_xml(xml);
    if (!parsed) throw std::runtime_error("the test's XML is wrong: " + std::string(xml));
    return std::move(*parsed);
}

bool matches(const xmpp::Element& pattern, const xmpp::Element& actual, std::string& why) {
    if (!actual.is(pattern.name(), pattern.ns())) {
        why = "<" + pattern.name() + " xmlns='" + pattern.ns() + "'/> was expected";
        return false;
    }
    for (const xmpp::Attribute& attribute : pattern.attributes()) {
        const bool present = actual.has_attr(attribute.name);
        const bool good = attribute.value == "*" ? present
                          : attribute.value == "-"
                              ? !present
                              : present && actual.attr(attribute.name) == attribute.value;
        if (good) continue;
        why = "attribute " + attribute.name + " of <" + actual.name() + "/> is '" +
              std::string(actual.attr(attribute.name)) + "', not '" + attribute.value + "'";
        return false;
    }
    const std::string text = text_of(pattern);
    if (!text.empty() && text != text_of(actual)) {
        why = "the text of <" + actual.name() + "/> is '" + text_of(actual) + "'";
        return false;
    }
    return match_children(pattern, actual, why);
}

std::vector<std::string> run_dialogue(const std::filesystem::path& file) {
    MucHooks no_hooks;
    Bench bench(no_hooks);
    std::vector<std::string> faults;
    for (const Step& step : read_steps(file)) {
        const std::string fault = run_step(bench, step.text);
        if (!fault.empty())
            faults.push_back(file.filename().string() + ":" + std::to_string(step.line) + ": " +
                             fault);
        if (faults.size() >= 3) return faults;
    }
    for (const auto& [jid, queue] : bench.queues)
        if (!queue.empty())
            faults.push_back(file.filename().string() + ": " + jid.to_string() + " also got " +
                             xmpp::to_xml(queue.front(), "jabber:client"));
    return faults;
}

}  // namespace parley::server::muc::test
