#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hosts/server/sasl/credentials.hpp"
#include "hosts/server/storage/database.hpp"

namespace parley::server {

/// The accounts of the server's domain, by prepared local part. Nothing is cached: what parleyctl
/// changes is seen by the next login. The Database outlives it. Throws DatabaseError.
class AccountStore : public CredentialSource {
  public:
    explicit AccountStore(Database& database);

    /// False: there is one of that name already.
    bool create(std::string_view local, const Credentials& credentials);
    /// With its roster. False: there is none of that name.
    bool remove(std::string_view local);
    bool set_credentials(std::string_view local, const Credentials& credentials);
    bool exists(std::string_view local);
    /// In alphabetical order.
    std::vector<std::string> list();

    std::optional<Credentials> find(std::string_view local) override;
    Credentials decoy(std::string_view local) override;

  private:
    void write_keys(std::string_view local, const Credentials& credentials);
    std::optional<ScramKey> read_key(std::string_view local, std::string_view hash);

    Database& database_;
    Statement exists_;
    Statement read_key_;
    std::string decoy_secret_;
};

}  // namespace parley::server
