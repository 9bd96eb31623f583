#pragma once

#include <vector>

#include "module/focus/conference.hpp"
#include "module/jingle/jingle.hpp"

/// Contents of a session, and what the focus says of them. Pure.
namespace parley::module {

/// What the client offers of its own.
SessionContent own_content(const MediaContent& offered);

/// A <jingle/> of this action with the session's sid.
jingle::Jingle outgoing(const Session& session, jingle::Action action);

/// A content by creator and name alone.
jingle::Content named(const SessionContent& content);
jingle::Content named(const jingle::Content& content);

/// XEP-0338: every content of the session that both sides know.
void add_bundle(jingle::Jingle& jingle, const Session& session);

/// Contents of the session with their descriptions, and the transport: in full in each, candidates
/// in the first.
void add_contents(jingle::Jingle& jingle, const Conference& conference, const Session& session,
                  const std::vector<MediaContent>& contents, const jingle::IceTransport& transport);

/// Takes what the media plane offers of the source into the session.
void take_offered(Session& session, const FullJid& source,
                  const std::vector<MediaContent>& contents);

/// Contents that the media plane offers of the source, BUNDLE group, and whose they are (XEP-0298).
void add_offered(jingle::Jingle& jingle, const Conference& conference, const Session& session,
                 const FullJid& source, const std::vector<MediaContent>& contents,
                 const jingle::IceTransport& transport);

}  // namespace parley::module
