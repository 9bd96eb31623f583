#include "hosts/server/storage/database.hpp"

#include <sqlite3.h>

#include <string>

#include "hosts/server/storage/schema.hpp"

namespace parley::server {
namespace {

/// How long a write waits for another process (parleyctl) to finish its own, in milliseconds.
constexpr int busy_timeout_ms = 5000;

[[noreturn]] void fail(sqlite3* database, std::string_view what) {
    throw DatabaseError("database: " + std::string(what) + ": " +
                        (database ? sqlite3_errmsg(database) : "out of memory"));
}

void check(int status, sqlite3_stmt* statement) {
    if (status != SQLITE_OK) fail(sqlite3_db_handle(statement), sqlite3_sql(statement));
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

Statement& Statement::bind(int parameter, int64_t value) {
    check(sqlite3_bind_int64(statement_.get(), parameter, value), statement_.get());
    return *this;
}

Statement& Statement::bind(int parameter, std::string_view text) {
    check(sqlite3_bind_text64(statement_.get(), parameter, text.data() ? text.data() : "",
                              text.size(), SQLITE_TRANSIENT, SQLITE_UTF8),
          statement_.get());
    return *this;
}

Statement& Statement::bind_blob(int parameter, std::string_view bytes) {
    check(sqlite3_bind_blob64(statement_.get(), parameter, bytes.data() ? bytes.data() : "",
                              bytes.size(), SQLITE_TRANSIENT),
          statement_.get());
    return *this;
}

Statement& Statement::bind_null(int parameter) {
    check(sqlite3_bind_null(statement_.get(), parameter), statement_.get());
    return *this;
}

bool Statement::step() {
    const int status = sqlite3_step(statement_.get());
    if (status == SQLITE_ROW) return true;
    if (status != SQLITE_DONE) {
        sqlite3* database = sqlite3_db_handle(statement_.get());
        const std::string text =
            std::string(sqlite3_sql(statement_.get())) + ": " + sqlite3_errmsg(database);
        sqlite3_reset(statement_.get());
        throw DatabaseError("database: " + text);
    }
    reset();
    return false;
}

void Statement::run() {
    while (step()) {
    }
}

void Statement::reset() {
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
}

int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
    const auto size = static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column));
    return bytes ? std::string(bytes, size) : std::string();
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

void Database::Close::operator()(sqlite3* database) const {
    sqlite3_close_v2(database);
}

Database::Database(const std::filesystem::path& file) {
    sqlite3* opened = nullptr;
    const int status =
        sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    database_.reset(opened);
    if (status != SQLITE_OK) fail(opened, "cannot open " + file.string());
    sqlite3_busy_timeout(opened, busy_timeout_ms);
    execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;");
    migrate();
}

Database::~Database() = default;

Statement Database::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
        fail(database_.get(), sql);
    }
    return Statement(statement);
}

void Database::execute(const char* sql) {
    if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
        fail(database_.get(), sql);
    }
}

int64_t Database::changes() const {
    return sqlite3_changes64(database_.get());
}

void Database::migrate() {
    Transaction transaction(*this);
    Statement version_query = prepare("PRAGMA user_version");
    version_query.step();
    const auto version = static_cast<size_t>(version_query.integer(0));
    version_query.reset();
    const auto migrations = schema_migrations();
    if (version > migrations.size()) {
        throw DatabaseError("database: its schema has version " + std::to_string(version) +
                            ", this program knows versions up to " +
                            std::to_string(migrations.size()) +
                            ": it was written by a newer parleyd; install that one again");
    }
    for (size_t next = version; next < migrations.size(); ++next)
        execute(migrations[next]);
    execute(("PRAGMA user_version = " + std::to_string(migrations.size())).c_str());
    transaction.commit();
}

Database::Transaction::Transaction(Database& database) : database_(&database) {
    database_->execute("BEGIN IMMEDIATE");
}

Database::Transaction::~Transaction() {
    if (database_) sqlite3_exec(database_->database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Database::Transaction::commit() {
    database_->execute("COMMIT");
    database_ = nullptr;
}

}  // namespace parley::server
