#pragma once

#include <string_view>

namespace parley::module::ns {

inline constexpr std::string_view jingle = "urn:xmpp:jingle:1";                ///< XEP-0166
inline constexpr std::string_view jingle_errors = "urn:xmpp:jingle:errors:1";  ///< XEP-0166
inline constexpr std::string_view jingle_rtp = "urn:xmpp:jingle:apps:rtp:1";   ///< XEP-0167
inline constexpr std::string_view jingle_rtp_audio = "urn:xmpp:jingle:apps:rtp:audio";
inline constexpr std::string_view jingle_rtp_video = "urn:xmpp:jingle:apps:rtp:video";
inline constexpr std::string_view jingle_ice_udp = "urn:xmpp:jingle:transports:ice-udp:1";
inline constexpr std::string_view rtcp_fb = "urn:xmpp:jingle:apps:rtp:rtcp-fb:0";  ///< XEP-0293
inline constexpr std::string_view rtp_hdrext = "urn:xmpp:jingle:apps:rtp:rtp-hdrext:0";
inline constexpr std::string_view jingle_dtls = "urn:xmpp:jingle:apps:dtls:0";   ///< XEP-0320
inline constexpr std::string_view grouping = "urn:xmpp:jingle:apps:grouping:0";  ///< XEP-0338
inline constexpr std::string_view ssma = "urn:xmpp:jingle:apps:rtp:ssma:0";      ///< XEP-0339
inline constexpr std::string_view muji = "urn:xmpp:jingle:muji:0";               ///< XEP-0272
inline constexpr std::string_view av_conferences = "urn:xmpp:jingle:av-conferences:0";
inline constexpr std::string_view rtp_info = "urn:xmpp:jingle:apps:rtp:info:1";  ///< XEP-0167 s8
inline constexpr std::string_view category = "urn:xmpp:jingle:apps:category:0";  ///< XEP-0507
inline constexpr std::string_view conference_info = "urn:ietf:params:xml:ns:conference-info";
inline constexpr std::string_view sfu = "urn:parley:sfu:0";  ///< docs/protocol.md s7
inline constexpr std::string_view coin = "urn:xmpp:coin:1";  ///< XEP-0298
inline constexpr std::string_view rfc5888 = "urn:ietf:rfc:5888";

}  // namespace parley::module::ns
