#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace parley::server {

/// The database refused: disk full, file damaged, locked too long. The text names the SQL and says
/// why.
class DatabaseError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// A prepared statement. Parameters count from 1, columns from 0. It must not outlive its Database.
class Statement {
  public:
    Statement& bind(int parameter, int64_t value);
    Statement& bind(int parameter, std::string_view text);  ///< copied
    Statement& bind_blob(int parameter, std::string_view bytes);
    Statement& bind_null(int parameter);

    /// Runs to the next row; false: there is none, and the statement is reset. Throws
    /// DatabaseError.
    bool step();
    /// Runs a statement that yields no rows, then resets it and clears the parameters.
    void run();
    /// Ready for the next execution; parameters cleared.
    void reset();

    int64_t integer(int column) const;
    std::string text(int column) const;  ///< also of a blob; NULL is the empty string
    bool is_null(int column) const;

  private:
    friend class Database;

    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };

    explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// parleyd's one database file (SQLite, write-ahead log, foreign keys on). This header's .cpp is
/// the only file that includes sqlite3.h. One thread.
class Database {
  public:
    /// Opens or creates the file, and brings its schema (schema.cpp) to the newest version. The
    /// name ":memory:" makes one that is gone with this object. Throws DatabaseError.
    explicit Database(const std::filesystem::path& file);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    Statement prepare(std::string_view sql);
    /// Runs one or more statements without parameters or results.
    void execute(const char* sql);
    /// Rows the last INSERT, UPDATE or DELETE touched.
    int64_t changes() const;

    /// BEGIN IMMEDIATE; rolled back by the destructor unless committed. Transactions do not nest.
    class Transaction {
      public:
        explicit Transaction(Database& database);
        ~Transaction();
        Transaction(const Transaction&) = delete;
        Transaction& operator=(const Transaction&) = delete;
        void commit();

      private:
        Database* database_;
    };

  private:
    void migrate();

    struct Close {
        void operator()(sqlite3* database) const;
    };

    std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace parley::server
