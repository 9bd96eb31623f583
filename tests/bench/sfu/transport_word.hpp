#pragma once

#include <string>
#include <vector>

#include "sfu/session_description.hpp"

namespace parley::sfu::bench {

/// A transport with its first candidate as one word:
/// ufrag, password, sha-256 fingerprint, address and port with commas between.
std::string word_of(const Transport& transport);

/// Throws std::runtime_error where it is none.
Transport transport_of(const std::string& word, Fingerprint::Setup setup);

std::vector<std::string> split(const std::string& text, char separator);

}  // namespace parley::sfu::bench
