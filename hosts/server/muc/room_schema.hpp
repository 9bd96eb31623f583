#pragma once

namespace parley::server::muc {

/// The tables of persistent rooms: a step of the database's schema (storage/schema.cpp).
inline constexpr const char* muc_rooms_schema = R"sql(
CREATE TABLE muc_room (
    name TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    password TEXT NOT NULL,
    publicly_listed INTEGER NOT NULL,
    moderated INTEGER NOT NULL,
    members_only INTEGER NOT NULL,
    non_anonymous INTEGER NOT NULL,
    allow_invites INTEGER NOT NULL,
    change_subject INTEGER NOT NULL,
    occupants_max INTEGER NOT NULL,
    history_messages INTEGER NOT NULL,
    private_messages INTEGER NOT NULL,
    subject TEXT NOT NULL,
    subject_nick TEXT NOT NULL,
    subject_changed_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE muc_affiliation (
    room TEXT NOT NULL REFERENCES muc_room (name) ON DELETE CASCADE,
    user TEXT NOT NULL,
    affiliation TEXT NOT NULL CHECK (affiliation IN ('outcast', 'member', 'admin', 'owner')),
    nick TEXT NOT NULL,
    PRIMARY KEY (room, user)
) WITHOUT ROWID;
)sql";

/// What modules keep with persistent rooms; a later step.
inline constexpr const char* muc_module_values_schema = R"sql(
CREATE TABLE muc_module_values (
    room TEXT NOT NULL REFERENCES muc_room (name) ON DELETE CASCADE,
    module TEXT NOT NULL,
    form TEXT NOT NULL,
    PRIMARY KEY (room, module)
) WITHOUT ROWID;
)sql";

}  // namespace parley::server::muc
