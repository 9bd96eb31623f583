#pragma once

#include <string_view>
#include <vector>

/// Which messages of rooms the module wants to see.
namespace parley::module {

/// The namespaces of their children, for the host (xsm/muc.h).
std::vector<std::string_view> message_interest();

/// Whether a message may have a child in one of them: what a host passes on without need is told
/// from the others without being parsed. True for what spells characters as references.
bool may_be_of_interest(std::string_view message_xml);

}  // namespace parley::module
