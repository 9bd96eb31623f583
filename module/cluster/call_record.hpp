#pragma once

#include <string>
#include <vector>

#include "module/calls/call.hpp"
#include "xmpp/element.hpp"
#include "xmpp/result.hpp"

/// What the other nodes of a cluster know of a call, for the day on which its node is lost. Pure.
namespace parley::module {

/// Of the participants' JIDs in one record; who comes after it is not in the record. Escaped as XML
/// they stay below what the ABI allows (xsm/cluster.h).
inline constexpr size_t record_jid_octets_max = 10'000;

struct CallRecord {
    CallId id;
    RoomJid room;
    Mode mode;
    std::vector<FullJid> participants;
};

/// The record's key: the same for as long as the call lives.
std::string record_key(const CallId& id);

/// <call xmlns='urn:xmpp:jingle-muc-message:0' id room mode><participant jid/>…</call>
xmpp::Element record_of(const Call& call);

/// Reads what record_of has written, on a node that may be of another version.
xmpp::Result<CallRecord> read_record(const xmpp::Element& record);

}  // namespace parley::module
