#include "hosts/server/storage/account_store.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>

namespace parley::server {
namespace {

constexpr size_t secret_bytes = 32;
constexpr size_t salt_bytes = 16;
constexpr const char* decoy_secret_name = "login-decoy";

/// The secret of that name; made at random where there is none.
std::string load_secret(Database& database, std::string_view name) {
    Database::Transaction transaction(database);
    Statement read = database.prepare("SELECT value FROM secret WHERE name = ?");
    read.bind(1, name);
    if (read.step()) {
        std::string value = read.text(0);
        read.reset();
        transaction.commit();
        return value;
    }
    std::string value(secret_bytes, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(value.data()),
                   static_cast<int>(secret_bytes)) != 1) {
        throw DatabaseError("OpenSSL has no random numbers");
    }
    database.prepare("INSERT INTO secret (name, value) VALUES (?, ?)")
        .bind(1, name)
        .bind_blob(2, value)
        .run();
    transaction.commit();
    return value;
}

std::string hmac(const EVP_MD* digest, std::string_view key, std::string_view data) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    HMAC(digest, key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(data.data()), data.size(), bytes.data(), &size);
    return {reinterpret_cast<const char*>(bytes.data()), size};
}

}  // namespace

AccountStore::AccountStore(Database& database)
    : database_(database),
      exists_(database.prepare("SELECT 1 FROM account WHERE local = ?")),
      read_key_(database.prepare("SELECT iterations, salt, stored_key, server_key FROM scram_key "
                                 "WHERE local = ? AND hash = ?")),
      decoy_secret_(load_secret(database, decoy_secret_name)) {}

bool AccountStore::create(std::string_view local, const Credentials& credentials) {
    Database::Transaction transaction(database_);
    database_.prepare("INSERT OR IGNORE INTO account (local, created_at) VALUES (?, unixepoch())")
        .bind(1, local)
        .run();
    if (database_.changes() == 0) return false;
    write_keys(local, credentials);
    transaction.commit();
    return true;
}

bool AccountStore::remove(std::string_view local) {
    database_.prepare("DELETE FROM account WHERE local = ?").bind(1, local).run();
    return database_.changes() > 0;
}

bool AccountStore::set_credentials(std::string_view local, const Credentials& credentials) {
    Database::Transaction transaction(database_);
    if (!exists(local)) return false;
    write_keys(local, credentials);
    transaction.commit();
    return true;
}

bool AccountStore::exists(std::string_view local) {
    const bool found = exists_.bind(1, local).step();
    exists_.reset();
    return found;
}

std::vector<std::string> AccountStore::list() {
    std::vector<std::string> names;
    Statement read = database_.prepare("SELECT local FROM account ORDER BY local");
    while (read.step())
        names.push_back(read.text(0));
    return names;
}

void AccountStore::write_keys(std::string_view local, const Credentials& credentials) {
    Statement write = database_.prepare(
        "INSERT OR REPLACE INTO scram_key (local, hash, iterations, salt, stored_key, server_key) "
        "VALUES (?, ?, ?, ?, ?, ?)");
    for (const auto& [hash, key] :
         {std::pair{"SHA-1", &credentials.sha1}, std::pair{"SHA-256", &credentials.sha256}}) {
        write.bind(1, local)
            .bind(2, std::string_view(hash))
            .bind(3, static_cast<int64_t>(key->iterations))
            .bind_blob(4, key->salt)
            .bind_blob(5, key->stored_key)
            .bind_blob(6, key->server_key)
            .run();
    }
}

std::optional<ScramKey> AccountStore::read_key(std::string_view local, std::string_view hash) {
    std::optional<ScramKey> key;
    if (read_key_.bind(1, local).bind(2, hash).step()) {
        key = ScramKey{static_cast<unsigned>(read_key_.integer(0)), read_key_.text(1),
                       read_key_.text(2), read_key_.text(3)};
    }
    read_key_.reset();
    return key;
}

std::optional<Credentials> AccountStore::find(std::string_view local) {
    auto sha1 = read_key(local, "SHA-1");
    auto sha256 = read_key(local, "SHA-256");
    if (!sha1 || !sha256) return std::nullopt;
    return Credentials{std::move(*sha1), std::move(*sha256)};
}

Credentials AccountStore::decoy(std::string_view local) {
    const auto derive = [&](const EVP_MD* digest, std::string_view purpose) {
        return hmac(digest, decoy_secret_, std::string(purpose) + '\0' + std::string(local));
    };
    return {{scram_iterations, derive(EVP_sha1(), "salt-1").substr(0, salt_bytes),
             derive(EVP_sha1(), "stored"), derive(EVP_sha1(), "server")},
            {scram_iterations, derive(EVP_sha256(), "salt-256").substr(0, salt_bytes),
             derive(EVP_sha256(), "stored"), derive(EVP_sha256(), "server")}};
}

}  // namespace parley::server
