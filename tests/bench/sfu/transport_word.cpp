#include "tests/bench/sfu/transport_word.hpp"

#include <sstream>
#include <stdexcept>

namespace parley::sfu::bench {

namespace {

constexpr size_t kParts = 5;

}  // namespace

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);)
        parts.push_back(part);
    return parts;
}

std::string word_of(const Transport& transport) {
    const Candidate& candidate = transport.candidates.at(0);
    return transport.ufrag + ',' + transport.pwd + ',' + transport.fingerprint.value().value + ',' +
           candidate.address + ',' + std::to_string(candidate.port);
}

Transport transport_of(const std::string& word, Fingerprint::Setup setup) {
    const auto parts = split(word, ',');
    if (parts.size() != kParts) throw std::runtime_error("not a transport: " + word);
    const Candidate candidate{.foundation = "1",
                              .priority = 2'130'706'431,  // RFC 8445 s5.1.2.1: a host's
                              .address = parts[3],
                              .port = static_cast<uint16_t>(std::stoul(parts[4])),
                              .related_address = {}};
    return {.ufrag = parts[0],
            .pwd = parts[1],
            .fingerprint = Fingerprint{.hash = "sha-256", .value = parts[2], .setup = setup},
            .candidates = {candidate}};
}

}  // namespace parley::sfu::bench
