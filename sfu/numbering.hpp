#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sfu/session_description.hpp"

namespace parley::sfu {

/// What numbers mean on one BUNDLEd transport (RFC 9143 s8): one payload type is one format and one
/// header-extension id one URI, whichever content they are in. Grows with what either side offers,
/// never changes. Pure.
class Numbering {
  public:
    /// What the client offered, whether the SFU takes it or not.
    void learn(const Content& offered);

    /// The payload type that the client is to get `codec` with. A format that the client named
    /// keeps the client's number; of a kind of media that it named no format of, any is given a
    /// free number, the codec's own where that is free. Nothing where the client named formats of
    /// that kind and not this one, or no number is free.
    std::optional<uint8_t> payload_type(MediaKind kind, const Codec& codec);
    /// The same for the RTX format of `associated`, a payload type of this transport.
    std::optional<uint8_t> rtx_payload_type(const Codec& rtx, uint8_t associated);

    /// Likewise for a header extension; 1 to 14.
    std::optional<uint8_t> extension_id(std::string_view uri, uint8_t preferred);

  private:
    struct Format {
        MediaKind kind;
        Codec codec;
    };

    std::optional<uint8_t> take(MediaKind kind, Codec codec);
    bool is_free(uint8_t payload_type) const;

    std::vector<Format> formats_;
    std::array<bool, 2> named_{};               ///< by MediaKind: the client named formats of it
    std::array<std::string, 15> extensions_{};  ///< by id; empty: free
};

}  // namespace parley::sfu
