#pragma once

#include <optional>
#include <set>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "module/focus/media_port.hpp"
#include "module/jingle/jingle.hpp"

/// Between Jingle contents and the one description the media plane works with. Pure.
namespace parley::module {

/// Why a well-formed offer or answer cannot be used: for session-terminate or content-reject, after
/// the acknowledgement (XEP-0166 s6.5).
struct Incompatible {
    Reason reason;
    std::string text;
};

/// The contents of a client's session-initiate, which send to us or are inactive, or of its
/// session-accept to our offer, which receive from us (XEP-0521 s5, s6). In one session for all no
/// content needs to send.
tl::expected<MediaDescription, Incompatible> media_description_of(const jingle::Jingle& jingle);

/// What is wrong with a content that a client adds to its session; its transport may be left out.
std::optional<Incompatible> fault_of_added(const jingle::Content& content);

/// A content that the client offers: it sends, or is inactive.
MediaContent offered_content(const jingle::Content& content);

/// RFC 9143: one transport for all. Some clients write it into one content only, others into each.
jingle::IceTransport common_transport(const std::vector<jingle::Content>& contents);

/// The candidates of every content, in order, but for those with one of these ufrags.
std::vector<jingle::Candidate> candidates_of(const jingle::Jingle& jingle,
                                             const std::set<std::string>& without_ufrags);

}  // namespace parley::module
