// A module that does what a message tells it to, and says what its host told it: a host of the
// module ABI is tested with it by dialogues of literal stanzas. Protocol, all of it in
// urn:parley:witness:0:
//
// - <do what='...'/> in a message to a room or occupant: on_message does it (see act()).
// - <events/> in an IQ get to a room: answered with what happened in the room since the last time,
//   one element for each event. <unanswered/> is left to the host.
// - every stanza to its service is reported to the sender in a message with <seen/>.
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "xmpp/element.hpp"
#include "xmpp/jid.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/stanza_error.hpp"
#include "xmpp/xml.hpp"
#include "xsm/abi.h"
#include "xsm/adhoc.h"
#include "xsm/disco.h"
#include "xsm/muc.h"
#include "xsm/service.h"
#include "xsm/stanza.h"
#include "xsm/timer.h"

namespace {

using parley::xmpp::Element;
using parley::xmpp::Jid;
namespace ns = parley::xmpp::ns;

constexpr std::string_view ours = "urn:parley:witness:0";

xsm_view view(std::string_view text) {
    return {text.data(), text.size()};
}

std::string_view text_of(xsm_view text) {
    return {text.data, text.size};
}

xsm_buf copy(std::string_view text) {
    auto* data = static_cast<char*>(std::malloc(text.size() + 1));
    std::memcpy(data, text.data(), text.size());
    return {data, text.size()};
}

struct Witness {
    xsm_module module{};
    const xsm_host* host = nullptr;
    const xsm_host_muc* muc = nullptr;
    const xsm_host_stanza* stanza = nullptr;
    const xsm_host_service* service = nullptr;
    const xsm_host_disco* disco = nullptr;
    const xsm_host_adhoc* adhoc = nullptr;
    const xsm_host_timer* timer = nullptr;
    std::string sfu_jid;
    std::map<std::string, Element, std::less<>> events;  // by room
    std::string room_of_timer;
    std::string room_to_wake_for;
    std::thread waker;
};

Witness& self_of(xsm_module* module) {
    return *static_cast<Witness*>(module->self);
}

// --- what happened

Element& note(Witness& self, std::string_view name, const xsm_muc_room& room) {
    const auto [at, is_new] =
        self.events.try_emplace(std::string(text_of(room.jid)), Element("events", ours));
    Element& event = at->second.add(name);
    event.set_attr("generation", std::to_string(room.generation));
    constexpr std::array flags = {
        std::pair{XSM_MUC_ROOM_MEMBERS_ONLY, "members-only"},
        std::pair{XSM_MUC_ROOM_NON_ANONYMOUS, "non-anonymous"},
        std::pair{XSM_MUC_ROOM_PERSISTENT, "persistent"},
        std::pair{XSM_MUC_ROOM_MODERATED, "moderated"},
        std::pair{XSM_MUC_ROOM_PUBLIC, "public"},
    };
    std::string set;
    for (const auto& [flag, word] : flags) {
        if ((room.flags & flag) != 0) set += (set.empty() ? "" : " ") + std::string(word);
    }
    event.set_attr("flags", set);
    return event;
}

void describe(Element& event, const xsm_muc_occupant& occupant) {
    constexpr const char* affiliations[] = {"outcast", "none", "member", "admin", "owner"};
    constexpr const char* roles[] = {"none", "visitor", "participant", "moderator"};
    event.set_attr("nick", text_of(occupant.nick));
    event.set_attr("jid", text_of(occupant.real_jid));
    event.set_attr("affiliation", affiliations[occupant.affiliation]);
    event.set_attr("role", roles[occupant.role]);
}

void on_room_snapshot(xsm_module* module, const xsm_muc_room* room,
                      const xsm_muc_occupant* occupants, size_t count) {
    Element& event = note(self_of(module), "snapshot", *room);
    for (size_t i = 0; i < count; ++i)
        describe(event.add("occupant"), occupants[i]);
}

void on_room_configured(xsm_module* module, const xsm_muc_room* room) {
    note(self_of(module), "configured", *room);
}

void on_room_destroyed(xsm_module* module, const xsm_muc_room* room) {
    note(self_of(module), "destroyed", *room);
}

void on_occupant_joined(xsm_module* module, const xsm_muc_room* room,
                        const xsm_muc_occupant* occupant) {
    describe(note(self_of(module), "joined", *room), *occupant);
}

void on_occupant_changed(xsm_module* module, const xsm_muc_room* room, xsm_view old_nick,
                         const xsm_muc_occupant* occupant) {
    Element& event = note(self_of(module), "changed", *room);
    describe(event, *occupant);
    event.set_attr("old-nick", text_of(old_nick));
}

void on_occupant_left(xsm_module* module, const xsm_muc_room* room,
                      const xsm_muc_occupant* occupant, xsm_muc_leave_reason reason) {
    constexpr const char* reasons[] = {
        "left", "kicked", "banned", "affiliation-lost", "connection-lost", "shutdown"};
    Witness& self = self_of(module);
    Element& event = note(self, "left", *room);
    describe(event, *occupant);
    event.set_attr("reason", reasons[reason]);
    Element farewell("message", ns::client);
    farewell.set_attr("type", "groupchat");
    farewell.set_attr("from",
                      std::string(text_of(room->jid)) + "/" + std::string(text_of(occupant->nick)));
    farewell.add("farewell", ours);
    const std::string xml = to_xml(farewell);
    self.muc->broadcast(self.host, room->jid, view(xml));
}

// --- what it is told to do

Element message(std::string_view from, std::string_view what) {
    Element stanza("message", ns::client);
    stanza.set_attr("type", "groupchat");
    stanza.set_attr("from", from);
    stanza.add("did", ours).set_attr("what", what);
    return stanza;
}

void say(Witness& self, std::string_view room, std::string_view what) {
    const std::string xml = to_xml(message(room, what));
    self.muc->broadcast(self.host, view(room), view(xml));
}

void wake_from_own_thread(Witness& self) {
    if (self.waker.joinable()) self.waker.join();
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    self.waker = std::thread([host = self.host] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        host->log(host, XSM_LOG_INFO, view("the witness wakes its host"));
        host->wake(host);
    });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

/// Every host function with an argument that the contract rules out; "ok" if each says so.
std::string misuse(Witness& self, std::string_view room) {
    const xsm_host* host = self.host;
    const std::string valid = to_xml(message(room, "misuse"));
    const std::string foreign = to_xml(message("other@example.org", "misuse"));
    const std::pair<const char*, xsm_status> answers[] = {
        {"broadcast rubbish", self.muc->broadcast(host, view(room), view("<message"))},
        {"broadcast two", self.muc->broadcast(host, view(room), view("<message/><message/>"))},
        {"broadcast an iq", self.muc->broadcast(host, view(room), view("<iq/>"))},
        {"broadcast as a stranger", self.muc->broadcast(host, view(room), view(foreign))},
        {"broadcast elsewhere",
         self.muc->broadcast(host, view("r@elsewhere.example"), view(valid))},
        {"send to a bare JID",
         self.muc->send_to_occupant(host, view(room), view("a@example.org"), view(valid))},
        {"route as a stranger", self.stanza->route(host, view(foreign))},
        {"route to nobody", self.stanza->route(host, view(valid))},
        {"snapshot of no room", self.muc->request_snapshot(host, view("nothing@@"))},
        {"a service that is none", self.service->add(host, view("user@sfu.example"), view("x"))},
        {"a service that is taken", self.service->add(host, view("localhost"), view("x"))},
        {"its own service twice", self.service->add(host, view(self.sfu_jid), view("x"))},
        {"its own command twice",
         self.adhoc->add(host, view("urn:parley:witness:0#hello"), view("x"), XSM_ADHOC_ADMIN)},
    };
    for (const auto& [what, status] : answers) {
        if (status != XSM_INVALID) return std::string(what) + ": " + std::to_string(status);
    }
    return "ok";
}

void drop(xsm_muc_verdict& verdict, std::string_view xml) {
    verdict.kind = XSM_MUC_DROP;
    verdict.xml = copy(xml);
}

void replace(xsm_muc_verdict& verdict, std::string_view xml) {
    verdict.kind = XSM_MUC_REPLACE;
    verdict.xml = copy(xml);
}

void act(Witness& self, std::string_view what, const xsm_muc_message& about,
         xsm_muc_verdict& verdict) {
    const std::string_view room = text_of(about.room->jid);
    const std::string sender(text_of(about.sender->real_jid));
    if (what == "drop") {
        drop(verdict, to_xml(parley::xmpp::StanzaError{parley::xmpp::ErrorType::wait,
                                                       parley::xmpp::Condition::policy_violation,
                                                       "dropped", Element("on-demand", ours)}
                                 .to_element()));
    } else if (what == "drop-silently") {
        verdict.kind = XSM_MUC_DROP;
    } else if (what == "replace") {
        Element replacement("message", ns::client);
        replacement.set_attr("from", "forged@example.org");
        replacement.add("body").add_text("replaced & sent");
        Element& did = replacement.add("did", ours);
        did.set_attr("what", "replace").set_attr_ns("lang", ns::xml, "de");
        replace(verdict, to_xml(replacement));
    } else if (what == "drop-rubbish") {
        drop(verdict, "<error");
    } else if (what == "replace-rubbish") {
        replace(verdict, "<message><iq></message>");
    } else if (what == "replace-by-presence") {
        replace(verdict, "<presence xmlns='jabber:client'/>");
    } else if (what == "unknown-verdict") {
        verdict.kind = 77;
    } else if (what == "huge") {
        drop(verdict, std::string(8'000'000, 'x'));
    } else if (what == "speak") {
        // Queued before the verdict is given, sent after the message.
        say(self, room, "first");
        const std::string xml = to_xml(message(room, "only you"));
        self.muc->send_to_occupant(self.host, about.room->jid, view(sender), view(xml));
        say(self, room, "last");
    } else if (what == "timer") {
        self.room_of_timer = room;
        self.timer->set(self.host, 7, 3'600'000);
        self.timer->set(self.host, 7, 10);  // replaces the first
        self.timer->set(self.host, UINT64_MAX, 20);
        self.timer->cancel(self.host, UINT64_MAX);
        self.timer->cancel(self.host, 99);
    } else if (what == "wake") {
        self.room_to_wake_for = room;
        wake_from_own_thread(self);
    } else if (what == "snapshot") {
        self.muc->request_snapshot(self.host, about.room->jid);
    } else if (what == "misuse") {
        say(self, room, misuse(self, room));
    } else if (what == "overrun") {
        usleep(5'000);
    } else if (what == "throw") {
        throw std::runtime_error("as ordered");
    }
}

void on_message(xsm_module* module, const xsm_muc_message* about, xsm_muc_verdict* verdict) {
    const auto stanza = parley::xmpp::parse_xml(text_of(about->stanza_xml));
    if (!stanza) return;
    const Element* order = stanza->child("do", ours);
    if (order != nullptr) act(self_of(module), order->attr("what"), *about, *verdict);
}

int32_t on_room_iq(xsm_module* module, const xsm_muc_room* room, const xsm_muc_occupant* sender,
                   xsm_view stanza_xml) {
    Witness& self = self_of(module);
    const auto iq = parley::xmpp::parse_xml(text_of(stanza_xml));
    if (!iq || iq->child("events", ours) == nullptr) return 0;
    Element result = iq_result(*iq);
    auto node = self.events.extract(std::string(text_of(room->jid)));
    Element& events = result.add(node ? std::move(node.mapped()) : Element("events", ours));
    if (sender == nullptr) events.set_attr("outsider", "yes");
    const std::string xml = to_xml(result);
    self.stanza->route(self.host, view(xml));
    return 1;
}

void on_stanza(xsm_module* module, xsm_view stanza_xml) {
    Witness& self = self_of(module);
    const auto stanza = parley::xmpp::parse_xml(text_of(stanza_xml));
    if (!stanza || stanza->attr("from").empty()) return;
    Element report("message", ns::client);
    report.set_attr("from", self.sfu_jid);
    report.set_attr("to", stanza->attr("from"));
    report.set_attr("type", "headline");  // never bounced: reports about reports would not end
    Element& seen = report.add("seen", ours);
    for (const char* attribute : {"type", "to", "id"})
        seen.set_attr(attribute, stanza->attr(attribute));
    seen.set_attr("kind", stanza->name());
    if (const Element* first = stanza->first_child()) seen.add(*first);
    const std::string xml = to_xml(report);
    self.stanza->route(self.host, view(xml));
    if (stanza->child("ask-me", ours) != nullptr) {
        const std::string question = "<iq xmlns='jabber:client' type='get' id='asked' from='" +
                                     std::string(stanza->attr("to")) + "' to='" +
                                     std::string(stanza->attr("from")) +
                                     "'><question xmlns='urn:parley:witness:0'/></iq>";
        self.stanza->route(self.host, view(question));
    }
}

void on_room_info(xsm_module*, xsm_view, xsm_buf* out) {
    *out = copy(
        "<feature xmlns='http://jabber.org/protocol/disco#info' var='urn:parley:witness:0#room'/>"
        "<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'>"
        "<value>urn:parley:witness:0</value></field></x>"
        "<rubbish xmlns='urn:parley:witness:0'/>");
}

void on_command(xsm_module*, xsm_view stanza_xml, xsm_buf* out) {
    const auto iq = parley::xmpp::parse_xml(text_of(stanza_xml));
    const Element* command = iq ? iq->child("command", ns::commands) : nullptr;
    const std::string_view action = command == nullptr ? "" : command->attr("action");
    if (action == "prev") {
        *out = copy(
            "<error xmlns='jabber:client' type='modify'><bad-request "
            "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>");
    } else if (action == "next") {
        *out = copy("<rubbish/>");
    } else {
        *out = copy(
            "<command xmlns='http://jabber.org/protocol/commands' "
            "node='urn:parley:witness:0#hello' status='completed'><note "
            "type='info'>hello</note></command>");
    }
}

void on_timer(xsm_module* module, uint64_t id) {
    Witness& self = self_of(module);
    say(self, self.room_of_timer, "timer " + std::to_string(id));
}

void on_wake(xsm_module* module) {
    Witness& self = self_of(module);
    if (!self.room_to_wake_for.empty())
        say(self, std::exchange(self.room_to_wake_for, {}), "woken");
}

// --- its life

xsm_status start(xsm_module* module, xsm_buf* error) {
    Witness& self = self_of(module);
    const xsm_view name = view(ours);
    self.muc->set_interest(self.host, &name, 1);
    self.disco->set_muc_features(self.host, &name, 1);
    self.adhoc->add(self.host, view("urn:parley:witness:0#hello"), view("Hello"), XSM_ADHOC_ADMIN);
    if (self.service->add(self.host, view(self.sfu_jid), view("Witness")) != XSM_OK) {
        *error = copy("somebody has " + self.sfu_jid);
        return XSM_ERROR;
    }
    return XSM_OK;
}

void stop(xsm_module* module) {
    Witness& self = self_of(module);
    if (self.waker.joinable()) self.waker.join();
    for (const auto& [room, events] : self.events)
        say(self, room, "stop");
}

const void* get_extension(xsm_module*, const char* id) {
    static constexpr xsm_module_muc muc = {
        sizeof muc,        on_room_snapshot,   on_room_configured,
        on_room_destroyed, on_occupant_joined, on_occupant_changed,
        on_occupant_left,  on_message,         on_room_iq};
    static constexpr xsm_module_service service = {sizeof service, on_stanza};
    static constexpr xsm_module_disco disco = {sizeof disco, on_room_info};
    static constexpr xsm_module_adhoc adhoc = {sizeof adhoc, on_command};
    static constexpr xsm_module_timer timer = {sizeof timer, on_timer};
    const std::string_view name(id);
    if (name == XSM_EXT_MUC) return &muc;
    if (name == XSM_EXT_SERVICE) return &service;
    if (name == XSM_EXT_DISCO) return &disco;
    if (name == XSM_EXT_ADHOC) return &adhoc;
    if (name == XSM_EXT_TIMER) return &timer;
    return nullptr;
}

template <class Half>
const Half* half(const xsm_host* host, const char* id) {
    return static_cast<const Half*>(host->get_extension(host, id));
}

xsm_status create(const xsm_host* host, const xsm_option* options, size_t count,
                  xsm_module** module, xsm_buf* error) {
    auto* self = new Witness;
    for (size_t i = 0; i < count; ++i) {
        if (text_of(options[i].key) == "sfu_jid") self->sfu_jid = text_of(options[i].value);
    }
    self->host = host;
    self->muc = half<xsm_host_muc>(host, XSM_EXT_MUC);
    self->stanza = half<xsm_host_stanza>(host, XSM_EXT_STANZA);
    self->service = half<xsm_host_service>(host, XSM_EXT_SERVICE);
    self->disco = half<xsm_host_disco>(host, XSM_EXT_DISCO);
    self->adhoc = half<xsm_host_adhoc>(host, XSM_EXT_ADHOC);
    self->timer = half<xsm_host_timer>(host, XSM_EXT_TIMER);
    if (host->get_extension(host, "xsm.no-such-thing/1") != nullptr || !self->muc ||
        !self->stanza || !self->service || !self->disco || !self->adhoc || !self->timer) {
        *error = copy("the host lacks an extension, or has one that does not exist");
        delete self;
        return XSM_UNSUPPORTED;
    }
    self->module = {sizeof(xsm_module),
                    self,
                    start,
                    stop,
                    [](xsm_module* made) { delete &self_of(made); },
                    on_wake,
                    [](xsm_module*, xsm_buf buffer) { std::free(buffer.data); },
                    get_extension};
    *module = &self->module;
    return XSM_OK;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const xsm_entry* xsm_get_entry(uint32_t);

const xsm_entry* xsm_get_entry(uint32_t) {
    static constexpr xsm_entry entry = {sizeof entry,
                                        1,
                                        "witness",
                                        "1.0",
                                        "does as it is told, and tells what it saw",
                                        create,
                                        [](xsm_buf buffer) { std::free(buffer.data); }};
    return &entry;
}
