#pragma once

#include <functional>
#include <string>

#include "sfu/inbound_track.hpp"
#include "sfu/media_loop.hpp"
#include "sfu/media_transport.hpp"
#include "sfu/packet_out.hpp"
#include "sfu/sfu.hpp"

namespace parley::sfu {

/// What every session of one media thread shares. All outlive the sessions.
struct MediaContext {
    MediaLoop& loop;
    PacketOut& out;
    ForwardBatch& batch;
    const Config& config;
    const IceConfig& ice;
    const DtlsIdentity& identity;
    const std::function<void(Event)>& emit;
    const std::string& cname;  ///< the SFU's own (RFC 7022)
};

}  // namespace parley::sfu
