#include "tests/unit/server/local_server.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <spdlog/spdlog.h>
#include <stdlib.h>

#include <fstream>
#include <memory>
#include <stdexcept>

#include "hosts/server/storage/data_dir.hpp"

namespace parley::server::test {

namespace fs = std::filesystem;

namespace {

/// A self-signed certificate for localhost, valid for an hour.
void write_certificate(const fs::path& certificate_file, const fs::path& key_file) {
    const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const std::unique_ptr<X509, void (*)(X509*)> certificate(X509_new(), X509_free);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME* name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    const auto close = [](FILE* file) { fclose(file); };
    const std::unique_ptr<FILE, decltype(close)> out(fopen(certificate_file.c_str(), "w"), close);
    PEM_write_X509(out.get(), certificate.get());
    const std::unique_ptr<FILE, decltype(close)> key_out(fopen(key_file.c_str(), "w"), close);
    PEM_write_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
}

}  // namespace

LocalServer::LocalServer(std::function<void(Config&)> adapt) {
    spdlog::set_level(spdlog::level::off);
    write_certificate(folder_.path / "cert.pem", folder_.path / "key.pem");
    fs::create_directory(folder_.path / "www");
    std::ofstream(folder_.path / "www/index.html") << "<title>calls</title>";
    Config config;
    config.domain = "localhost";
    config.data_dir = folder_.path / "data";
    config.http_root = folder_.path / "www";
    config.tls = {folder_.path / "cert.pem", folder_.path / "key.pem"};
    config.c2s_listen = config.http_listen = config.https_listen = {{"127.0.0.1", 0}};
    config.limits.login_failure_delay = std::chrono::milliseconds(10);
    if (adapt) adapt(config);
    {
        Database database(database_file(config.data_dir));
        AccountStore accounts(database);
        for (const char* account : {"alice", "bob"}) {
            accounts.create(account, *make_credentials(std::string("pw-") + account, 4096));
        }
    }
    server_ = std::make_unique<Server>(std::move(config), loop_);
    const auto opened = server_->open();
    if (!opened) throw std::runtime_error(opened.error().text);
    addresses_ = *opened;
    thread_ = std::thread([this] { loop_.run(); });
}

LocalServer::~LocalServer() {
    stop();
    server_.reset();
}

uint16_t LocalServer::port(const std::string& kind) const {
    const size_t begin = addresses_.find(':', addresses_.find(kind + " ")) + 1;
    return static_cast<uint16_t>(std::stoi(addresses_.substr(begin)));
}

void LocalServer::stop() {
    if (!thread_.joinable()) return;
    loop_.post([this] { server_->close([this] { loop_.stop(); }); });
    thread_.join();
}

}  // namespace parley::server::test
