#pragma once

#include <cstdint>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace parley::sfu::test {

/// The octets of tests/packets/`path`.hex: hexadecimal pairs, `#` begins a comment.
inline std::vector<uint8_t> packet_fixture(const std::string& path) {
    std::ifstream file(std::string(PARLEY_TESTS_DIR) + "/packets/" + path + ".hex");
    if (!file) throw std::runtime_error("no packet fixture " + path);
    std::vector<uint8_t> bytes;
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line.substr(0, line.find('#')));
        for (std::string word; words >> word;) {
            bytes.push_back(static_cast<uint8_t>(std::stoul(word, nullptr, 16)));
        }
    }
    return bytes;
}

}  // namespace parley::sfu::test
