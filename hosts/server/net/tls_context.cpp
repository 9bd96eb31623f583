#include "hosts/server/net/tls_context.hpp"

#include "hosts/server/net/tls_check.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>

namespace parley::server {
namespace {

constexpr std::string_view exporter_label = "EXPORTER-Channel-Binding";
constexpr size_t exporter_bytes = 32;

}  // namespace

xmpp::Result<boost::asio::ssl::context> make_tls_context(const TlsConfig& config) {
    namespace ssl = boost::asio::ssl;
    ssl::context context(ssl::context::tls_server);
    SSL_CTX* native = context.native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_options(native, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                    SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_num_tickets(native, 0);
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    boost::system::error_code error;
    context.use_certificate_chain_file(config.certificate.string(), error);
    if (error) {
        return tl::unexpected(xmpp::Error{"tls.certificate: " + config.certificate.string() + ": " +
                                          error.message()});
    }
    context.use_private_key_file(config.key.string(), ssl::context::pem, error);
    if (error) {
        return tl::unexpected(
            xmpp::Error{"tls.key: " + config.key.string() + ": " + error.message()});
    }
    if (SSL_CTX_check_private_key(native) != 1) {
        return tl::unexpected(xmpp::Error{"tls.key: " + config.key.string() +
                                          ": not the key of the certificate " +
                                          config.certificate.string()});
    }
    return context;
}

xmpp::Result<void> check_tls(const TlsConfig& config) {
    if (!config.enabled()) return {};
    return make_tls_context(config).map([](const auto&) {});
}

ChannelBinding channel_binding(SSL* connection) {
    ChannelBinding binding;
    const bool tls13 = SSL_version(connection) >= TLS1_3_VERSION;
    std::array<unsigned char, 64> bytes{};
    const size_t size = SSL_get_peer_finished(connection, bytes.data(), bytes.size());
    binding.tls_unique.assign(reinterpret_cast<const char*>(bytes.data()),
                              std::min(size, bytes.size()));
    binding.tls_unique_defined = !tls13;
    // RFC 9266 s4: below TLS 1.3 only with extended master secret.
    if ((tls13 || SSL_get_extms_support(connection) == 1) &&
        SSL_export_keying_material(connection, bytes.data(), exporter_bytes, exporter_label.data(),
                                   exporter_label.size(), nullptr, 0, 1) == 1) {
        binding.tls_exporter.assign(reinterpret_cast<const char*>(bytes.data()), exporter_bytes);
    }
    return binding;
}

}  // namespace parley::server
