#pragma once

#include <string>
#include <tl/expected.hpp>

#include "module/focus/media_port.hpp"
#include "module/jingle/jingle.hpp"

/// Between Jingle contents and the one description the media plane works with. Pure.
namespace parley::module {

/// Why a well-formed offer or answer cannot be used: for session-terminate, after the
/// acknowledgement (XEP-0166 s6.5).
struct Incompatible {
    Reason reason;
    std::string text;
};

/// The contents of a client's session-initiate, which send to us, or of its session-accept to our
/// offer, which receive from us (XEP-0521 s5, s6: senders is 'initiator' either way).
tl::expected<MediaDescription, Incompatible> media_description_of(const jingle::Jingle& jingle);

/// Writes contents, BUNDLE group and the transport: in full in each content, candidates in the
/// first.
void put_media_description(jingle::Jingle& jingle, const MediaDescription& media);

/// The candidates of every content, in order.
std::vector<jingle::Candidate> candidates_of(const jingle::Jingle& jingle);

}  // namespace parley::module
