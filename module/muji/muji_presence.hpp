#pragma once

#include "module/calls/call_message.hpp"
#include "xmpp/element.hpp"

namespace parley::module {

/// What a client says of a Muji conference (XEP-0272) in its presence in the conference's room.
struct MujiPresence {
    bool has_contents = false;
    bool is_preparing = false;  ///< to take part, or to take part with other contents
    Media media;                ///< of the contents

    bool is_in() const { return has_contents && !is_preparing; }

    bool is_out() const { return !has_contents; }
};

/// Reads the <muji/> among the children of a <presence/>; without one the client is out. Movim
/// writes the contents in Muji's namespace, Dino in Jingle's.
MujiPresence muji_presence(const xmpp::Element& presence);

}  // namespace parley::module
