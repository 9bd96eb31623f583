#pragma once

#include <span>

namespace parley::server {

/// The steps from an empty database to the newest schema; step n makes version n+1. A released step
/// never changes: new tables and columns are new steps at the end.
std::span<const char* const> schema_migrations();

}  // namespace parley::server
