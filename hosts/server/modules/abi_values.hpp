#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "hosts/server/muc/muc_hooks.hpp"
#include "hosts/server/muc/room.hpp"
#include "xsm/muc.h"

/// The host's values as the ABI has them. Views borrow from what they were made of.
namespace parley::server {

inline xsm_view view(std::string_view text) {
    return {text.data(), text.size()};
}

xsm_muc_affiliation to_abi(muc::Affiliation affiliation);
xsm_muc_role to_abi(muc::Role role);
xsm_muc_leave_reason to_abi(muc::LeaveReason reason);

/// Borrows the room's address.
xsm_muc_room to_abi(const muc::Room& room);

/// An occupant with the text its view needs.
class AbiOccupant {
  public:
    explicit AbiOccupant(const muc::OccupantInfo& info);
    AbiOccupant(const AbiOccupant&) = delete;
    AbiOccupant& operator=(const AbiOccupant&) = delete;

    const xsm_muc_occupant* get() const { return &occupant_; }

  private:
    std::string real_jid_;
    xsm_muc_occupant occupant_;
};

/// All clients of a room.
class AbiOccupants {
  public:
    explicit AbiOccupants(const muc::Room& room);

    const xsm_muc_occupant* data() const { return occupants_.data(); }

    size_t size() const { return occupants_.size(); }

  private:
    std::deque<std::string> real_jids_;
    std::vector<xsm_muc_occupant> occupants_;
};

}  // namespace parley::server
