#pragma once

#include <string_view>

/// The XML namespaces of the standards that more than one part of Parley speaks.
namespace parley::xmpp::ns {

inline constexpr std::string_view xml = "http://www.w3.org/XML/1998/namespace";  ///< of xml:lang
inline constexpr std::string_view client = "jabber:client";
inline constexpr std::string_view stream = "http://etherx.jabber.org/streams";
inline constexpr std::string_view stanza_errors = "urn:ietf:params:xml:ns:xmpp-stanzas";
inline constexpr std::string_view stream_errors = "urn:ietf:params:xml:ns:xmpp-streams";
inline constexpr std::string_view disco_info = "http://jabber.org/protocol/disco#info";
inline constexpr std::string_view disco_items = "http://jabber.org/protocol/disco#items";
inline constexpr std::string_view data_form = "jabber:x:data";
inline constexpr std::string_view result_set = "http://jabber.org/protocol/rsm";
inline constexpr std::string_view commands = "http://jabber.org/protocol/commands";
inline constexpr std::string_view delay = "urn:xmpp:delay";
inline constexpr std::string_view muc = "http://jabber.org/protocol/muc";
inline constexpr std::string_view muc_user = "http://jabber.org/protocol/muc#user";
inline constexpr std::string_view muc_admin = "http://jabber.org/protocol/muc#admin";
inline constexpr std::string_view muc_owner = "http://jabber.org/protocol/muc#owner";
inline constexpr std::string_view ping = "urn:xmpp:ping";

}  // namespace parley::xmpp::ns
