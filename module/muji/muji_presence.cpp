#include "module/muji/muji_presence.hpp"

#include "module/jingle/namespaces.hpp"

namespace parley::module {

MujiPresence muji_presence(const xmpp::Element& presence) {
    MujiPresence said;
    const xmpp::Element* muji = presence.child("muji", ns::muji);
    if (!muji) return said;
    said.is_preparing = muji->child("preparing", ns::muji) != nullptr;
    for (const xmpp::Element* content : muji->elements()) {
        if (!content->is("content", ns::muji) && !content->is("content", ns::jingle)) continue;
        said.has_contents = true;
        const xmpp::Element* description = content->child("description", ns::jingle_rtp);
        if (!description) continue;
        said.media.audio |= description->attr("media") == "audio";
        said.media.video |= description->attr("media") == "video";
    }
    return said;
}

}  // namespace parley::module
