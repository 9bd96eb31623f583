#pragma once

#include <string>

#include "xmpp/element.hpp"
#include "xmpp/jid.hpp"

/// parleyd's inside: everything here lives on the one thread of the server's event loop.
namespace parley::server {

/// Where a part of the server hands a stanza that is complete, with valid `from` and `to`.
class StanzaSink {
  public:
    virtual ~StanzaSink() = default;
    /// Delivers, or answers the sender with the error RFC 6120 s8 and RFC 6121 s8 name. Safe to
    /// call from within StanzaService::handle: delivery is queued, never nested.
    virtual void route(xmpp::Element stanza) = 0;
};

/// A part of the server that owns a domain: the MUC service, or a service of a module.
class StanzaService {
  public:
    virtual ~StanzaService() = default;
    /// A stanza to the domain or any JID at it. `from` and `to` are the stanza's own addresses,
    /// parsed; a client's `from` is its full JID, stamped by the server.
    virtual void handle(xmpp::Element stanza, const xmpp::Jid& from, const xmpp::Jid& to) = 0;
    /// A client's session has ended (stream closed, or connection lost: `lost`); whatever it was
    /// in, it left. Its directed presence (RFC 6121 s4.6.3) is cleaned up by this call, not by
    /// stanzas.
    virtual void session_ended(const xmpp::Jid& full_jid, bool lost) = 0;
    /// For disco#items of the server (XEP-0030): a name for people.
    virtual std::string name() const = 0;
};

}  // namespace parley::server
