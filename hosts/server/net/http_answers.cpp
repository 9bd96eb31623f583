#include "hosts/server/net/http_answers.hpp"

#include <algorithm>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

namespace parley::server {

namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

constexpr std::string_view websocket_path = "/xmpp-websocket";

std::string_view view(beast::string_view text) {
    return {text.data(), text.size()};
}

std::string_view path_of(const HttpRequest& request) {
    const std::string_view target = view(request.target());
    return target.substr(0, target.find('?'));
}

/// The Host header where it is one: it goes into headers and documents.
std::string host_of(const HttpRequest& request) {
    const std::string_view host = view(request[http::field::host]);
    const bool clean = std::all_of(host.begin(), host.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
    });
    return clean && host.size() <= 255 ? std::string(host) : std::string();
}

/// Firefox does not count its own origin's ws: as 'self', so it is named.
std::string content_security_policy(const std::string& host, bool encrypted) {
    std::string connect = "'self'";
    if (!host.empty()) connect += std::string(encrypted ? " wss://" : " ws://") + host;
    return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
           "font-src 'self'; media-src 'self' blob: mediastream:; worker-src 'self'; "
           "manifest-src 'self'; connect-src " +
           connect + "; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
}

template <class Response>
void set_common(Response& response, const std::string& host, bool encrypted, bool keep_alive) {
    response.set("Content-Security-Policy", content_security_policy(host, encrypted));
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Referrer-Policy", "no-referrer");
    response.set("Cross-Origin-Opener-Policy", "same-origin");
    response.set("Permissions-Policy",
                 "camera=(self), microphone=(self), display-capture=(self), geolocation=()");
    response.keep_alive(keep_alive);
}

http::response<http::string_body> text_answer(http::status status, unsigned version,
                                              bool keep_alive, std::string_view type,
                                              std::string body) {
    http::response<http::string_body> response(status, version);
    response.set(http::field::content_type, beast::string_view(type.data(), type.size()));
    response.body() = std::move(body);
    set_common(response, "", false, keep_alive);
    response.prepare_payload();
    return response;
}

std::string host_meta_xml(const std::string& url) {
    return "<?xml version='1.0' encoding='utf-8'?>\n"
           "<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>\n"
           "  <Link rel='urn:xmpp:alt-connections:websocket' href='" +
           url + "'/>\n</XRD>\n";
}

std::string host_meta_json(const std::string& url) {
    return "{\"links\":[{\"rel\":\"urn:xmpp:alt-connections:websocket\",\"href\":\"" + url +
           "\"}]}\n";
}

/// HEAD is GET without the body, and with its length.
HttpAnswer without_body(const HttpAnswer& answer) {
    return std::visit(
        [](const auto& message) -> HttpAnswer {
            http::response<http::empty_body> head(message.base());
            return head;
        },
        answer);
}

HttpAnswer file_answer(const HttpRequest& request, const StaticFiles::File& file,
                       const HttpSite& site) {
    const auto fill = [&](auto& response) {
        const auto set = [&](auto field, std::string_view value) {
            response.set(field, beast::string_view(value.data(), value.size()));
        };
        set(http::field::content_type, file.content_type);
        set(http::field::cache_control, file.cache_control);
        set(http::field::etag, file.etag);
        set_common(response, host_of(request), site.encrypted, request.keep_alive());
    };
    if (view(request[http::field::if_none_match]) == file.etag) {
        http::response<http::empty_body> unchanged(http::status::not_modified, request.version());
        fill(unchanged);
        return unchanged;
    }
    if (request.method() == http::verb::head) {
        http::response<http::empty_body> head(http::status::ok, request.version());
        fill(head);
        head.content_length(file.size);
        return head;
    }
    http::file_body::value_type body;
    beast::error_code error;
    body.open(file.path.c_str(), beast::file_mode::scan, error);
    if (error)
        return http_failure(http::status::not_found, request.version(), request.keep_alive());
    http::response<http::file_body> response(http::status::ok, request.version());
    response.body() = std::move(body);
    fill(response);
    response.prepare_payload();
    return response;
}

HttpAnswer get(const HttpRequest& request, const StaticFiles& files, const HttpSite& site) {
    const std::string_view path = path_of(request);
    const bool json = path == "/.well-known/host-meta.json";
    if (json || path == "/.well-known/host-meta") {
        const std::string host = host_of(request);
        if (host.empty()) {
            return http_failure(http::status::bad_request, request.version(), request.keep_alive());
        }
        const std::string url =
            (site.encrypted ? "wss://" : "ws://") + host + std::string(websocket_path);
        auto response = text_answer(http::status::ok, request.version(), request.keep_alive(),
                                    json ? "application/json" : "application/xrd+xml",
                                    json ? host_meta_json(url) : host_meta_xml(url));
        response.set(http::field::access_control_allow_origin, "*");
        return response;
    }
    if (path == websocket_path) {
        return text_answer(http::status::upgrade_required, request.version(), request.keep_alive(),
                           "text/plain; charset=utf-8",
                           "This is an XMPP WebSocket (RFC 7395), subprotocol xmpp.\n");
    }
    if (const auto file = files.find(view(request.target()))) {
        return file_answer(request, *file, site);
    }
    return http_failure(http::status::not_found, request.version(), request.keep_alive());
}

}  // namespace

bool is_xmpp_websocket(const HttpRequest& request) {
    return path_of(request) == websocket_path && beast::websocket::is_upgrade(request) &&
           http::token_list(request[http::field::sec_websocket_protocol]).exists("xmpp");
}

HttpAnswer http_failure(http::status status, unsigned version, bool keep_alive) {
    const std::string text = std::to_string(static_cast<unsigned>(status)) + " " +
                             std::string(http::obsolete_reason(status));
    return text_answer(status, version, keep_alive, "text/plain; charset=utf-8", text + "\n");
}

HttpAnswer http_answer(const HttpRequest& request, const StaticFiles& files, const HttpSite& site) {
    if (request.method() == http::verb::get) return get(request, files, site);
    if (request.method() == http::verb::head) {
        return without_body(get(request, files, site));
    }
    auto refused =
        text_answer(http::status::method_not_allowed, request.version(), request.keep_alive(),
                    "text/plain; charset=utf-8", "405 Only GET and HEAD are served here.\n");
    refused.set(http::field::allow, "GET, HEAD");
    return refused;
}

}  // namespace parley::server
