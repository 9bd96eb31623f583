#include "hosts/server/config/config_changes.hpp"

namespace parley::server {

std::vector<std::string_view> changes_for_a_restart(const Config& before, const Config& now) {
    std::vector<std::string_view> changes;
    const auto compare = [&](std::string_view name, auto... members) {
        if (((before.*members != now.*members) || ...)) changes.push_back(name);
    };
    compare("domain", &Config::domain);
    compare("data_dir", &Config::data_dir);
    compare("admins", &Config::admins);
    compare("http_root", &Config::http_root);
    compare("[c2s]", &Config::c2s_listen, &Config::c2s_require_tls);
    compare("[http]", &Config::http_listen, &Config::http_allow_unencrypted_login);
    compare("[https]", &Config::https_listen);
    compare("[tls]", &Config::tls);
    compare("[limits]", &Config::limits);
    compare("[ice]", &Config::ice);
    auto muc = now.muc;
    if (muc && before.muc) muc->admins = before.muc->admins;  // named above
    if (muc != before.muc) changes.push_back("[muc]");
    return changes;
}

}  // namespace parley::server
