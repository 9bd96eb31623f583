#pragma once

#include "module/focus/focus.hpp"

namespace parley::module {

struct Focus::Request {
    const xmpp::Element& iq;
    const FullJid client;
    const CallId conference;
    const jingle::Jingle jingle;
    const Now now;
};

}  // namespace parley::module
