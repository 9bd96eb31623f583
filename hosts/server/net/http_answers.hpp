#pragma once

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/file_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>
#include <variant>

#include "hosts/server/net/static_files.hpp"

namespace parley::server {

using HttpRequest = boost::beast::http::request<boost::beast::http::string_body>;
using HttpAnswer = std::variant<boost::beast::http::response<boost::beast::http::empty_body>,
                                boost::beast::http::response<boost::beast::http::string_body>,
                                boost::beast::http::response<boost::beast::http::file_body>>;

struct HttpSite {
    std::string domain;
    bool encrypted;
};

/// Whether it asks for the WebSocket of RFC 7395, subprotocol included.
bool is_xmpp_websocket(const HttpRequest& request);

/// GET and HEAD of a file or of host-meta (XEP-0156), or the status that says what is wrong. Every
/// answer forbids the page to load or to connect to anything but its own origin.
HttpAnswer http_answer(const HttpRequest& request, const StaticFiles& files, const HttpSite& site);

/// A page that only says its status. `version` is HTTP's, 10 or 11.
HttpAnswer http_failure(boost::beast::http::status status, unsigned version, bool keep_alive);

}  // namespace parley::server
