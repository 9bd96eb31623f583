#include "hosts/server/storage/schema.hpp"

#include "hosts/server/muc/room_schema.hpp"

namespace parley::server {
namespace {

/// Salted keys only (RFC 5802 s3): a password is never stored.
constexpr const char* accounts_and_rosters = R"sql(
CREATE TABLE secret (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE account (
    local TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE scram_key (
    local TEXT NOT NULL REFERENCES account (local) ON DELETE CASCADE,
    hash TEXT NOT NULL CHECK (hash IN ('SHA-1', 'SHA-256')),
    iterations INTEGER NOT NULL,
    salt BLOB NOT NULL,
    stored_key BLOB NOT NULL,
    server_key BLOB NOT NULL,
    PRIMARY KEY (local, hash)
) WITHOUT ROWID;

CREATE TABLE roster_item (
    local TEXT NOT NULL REFERENCES account (local) ON DELETE CASCADE,
    contact TEXT NOT NULL,
    name TEXT NOT NULL,
    listed INTEGER NOT NULL,
    sub_to INTEGER NOT NULL,
    sub_from INTEGER NOT NULL,
    pending_out INTEGER NOT NULL,
    pending_in INTEGER NOT NULL,
    request TEXT NOT NULL,
    groups TEXT NOT NULL,
    PRIMARY KEY (local, contact)
) WITHOUT ROWID;
)sql";

constexpr const char* migrations[] = {accounts_and_rosters, muc::muc_rooms_schema,
                                      muc::muc_module_values_schema};

}  // namespace

std::span<const char* const> schema_migrations() {
    return migrations;
}

}  // namespace parley::server
