// A module for the tests of the module host: it does what messages in urn:probe tell it, and writes
// down every event.
// `<iq to=ROOM><events xmlns='urn:probe'/></iq>` is answered with what it has seen, and forgets it.

#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "xsm/abi.h"
#include "xsm/adhoc.h"
#include "xsm/disco.h"
#include "xsm/muc.h"
#include "xsm/room_config.h"
#include "xsm/route.h"
#include "xsm/service.h"
#include "xsm/stanza.h"
#include "xsm/timer.h"

namespace {

constexpr std::string_view ns = "urn:probe";

xsm_view view(std::string_view text) {
    return {text.data(), text.size()};
}

std::string text(xsm_view v) {
    return std::string(v.data, v.size);
}

xsm_buf buffer(std::string_view content) {
    xsm_buf out{static_cast<char*>(std::malloc(content.size())), content.size()};
    std::memcpy(out.data, content.data(), content.size());
    return out;
}

struct Probe {
    xsm_module module{};
    const xsm_host* host = nullptr;
    const xsm_host_stanza* stanza = nullptr;
    const xsm_host_timer* timer = nullptr;
    const xsm_host_service* service = nullptr;
    const xsm_host_muc* muc = nullptr;
    const xsm_host_disco* disco = nullptr;
    const xsm_host_adhoc* adhoc = nullptr;
    const xsm_host_route* route = nullptr;
    const xsm_host_room_config* room_config = nullptr;
    std::string domain;
    std::string fail;
    std::string events;
    std::string last_room;

    void saw(const std::string& event) { events += "<event>" + event + "</event>"; }

    void room_event(const char* what, const xsm_muc_room* room) {
        saw(std::string(what) + " flags=" + std::to_string(room->flags) +
            " generation=" + std::to_string(room->generation));
        last_room = text(room->jid);
    }

    void say(const std::string& words) {
        const std::string message = "<message type='groupchat' from='" + last_room +
                                    "'><said xmlns='urn:probe'>" + words + "</said></message>";
        muc->broadcast(host, view(last_room), view(message));
    }
};

Probe& self(xsm_module* module) {
    return *static_cast<Probe*>(module->self);
}

std::string attribute(const std::string& xml, const std::string& name) {
    const std::string mark = " " + name + "=";
    const size_t at = xml.find(mark);
    if (at == std::string::npos) return {};
    const size_t begin = at + mark.size() + 1;
    return xml.substr(begin, xml.find(xml[begin - 1], begin) - begin);
}

xsm_status start(xsm_module* module, xsm_buf* error) {
    Probe& probe = self(module);
    if (probe.fail == "start") {
        *error = buffer("told to fail; take the option 'fail' out");
        return XSM_ERROR;
    }
    const xsm_view interest[] = {view(ns)};
    probe.muc->set_interest(probe.host, interest, 1);
    probe.route->set_interest(probe.host, interest, 1);
    const std::string field = "<field xmlns='jabber:x:data' type='text-single' var='urn:probe#" +
                              probe.domain + "'><value>as it was</value></field>";
    probe.room_config->set_fields(probe.host, view(field));
    const xsm_view features[] = {view("urn:probe:feature")};
    probe.disco->set_muc_features(probe.host, features, 1);
    if (!probe.domain.empty() &&
        probe.service->add(probe.host, view(probe.domain), view("Probe")) != XSM_OK) {
        *error = buffer("the domain is taken");
        return XSM_ERROR;
    }
    probe.adhoc->add(probe.host, view("urn:probe#run"), view("Run the probe"), XSM_ADHOC_ADMIN);
    return XSM_OK;
}

void stop(xsm_module* module) {
    Probe& probe = self(module);
    if (!probe.last_room.empty()) probe.say("goodbye");
}

void destroy(xsm_module* module) {
    delete &self(module);
}

void on_wake(xsm_module* module) {
    self(module).saw("wake");
    self(module).say("awake");
}

void free_buf(xsm_module*, xsm_buf b) {
    std::free(b.data);
}

void on_timer(xsm_module* module, uint64_t id) {
    self(module).saw("timer " + std::to_string(id));
    self(module).say("timer " + std::to_string(id));
}

void on_stanza(xsm_module* module, xsm_view xml) {
    Probe& probe = self(module);
    const std::string stanza = text(xml);
    if (stanza.find("<throw") != std::string::npos) throw std::runtime_error("told to throw");
    const std::string reply = "<iq type='result' id='" + attribute(stanza, "id") + "' from='" +
                              attribute(stanza, "to") + "' to='" + attribute(stanza, "from") +
                              "'/>";
    probe.stanza->route(probe.host, view(reply));
}

void on_snapshot(xsm_module* module, const xsm_muc_room* room, const xsm_muc_occupant* occupants,
                 size_t count) {
    Probe& probe = self(module);
    probe.room_event("snapshot", room);
    for (size_t i = 0; i < count; ++i)
        probe.saw("occupant " + text(occupants[i].nick) + " " + text(occupants[i].real_jid));
}

void on_configured(xsm_module* module, const xsm_muc_room* room) {
    self(module).room_event("configured", room);
}

void on_destroyed(xsm_module* module, const xsm_muc_room* room) {
    self(module).room_event("destroyed", room);
}

void on_joined(xsm_module* module, const xsm_muc_room* room, const xsm_muc_occupant* who) {
    Probe& probe = self(module);
    probe.room_event("joined", room);
    const std::string real = text(who->real_jid);
    const std::string hello = "<message type='groupchat' from='" + probe.last_room +
                              "'><welcome xmlns='urn:probe'/></message>";
    probe.muc->send_to_occupant(probe.host, room->jid, who->real_jid, view(hello));
}

void on_changed(xsm_module* module, const xsm_muc_room* room, xsm_view old_nick,
                const xsm_muc_occupant* who) {
    Probe& probe = self(module);
    probe.room_event("changed", room);
    probe.saw(text(old_nick) + "-" + text(who->nick) + " affiliation=" +
              std::to_string(who->affiliation) + " role=" + std::to_string(who->role));
}

void on_left(xsm_module* module, const xsm_muc_room* room, const xsm_muc_occupant* who,
             xsm_muc_leave_reason reason) {
    Probe& probe = self(module);
    probe.room_event("left", room);
    probe.saw(text(who->nick) + " reason=" + std::to_string(reason));
    probe.say("left " + text(who->nick));
}

void bad_calls(Probe& probe) {
    const auto status = [&](xsm_status result) { probe.saw("status " + std::to_string(result)); };
    const xsm_view room = view(probe.last_room);
    status(probe.muc->broadcast(probe.host, room, view("<message from='elsewhere@x'/>")));
    status(probe.muc->broadcast(probe.host, view("no-room"), view("<message/>")));
    status(probe.muc->broadcast(probe.host, room, view("<message")));
    status(probe.stanza->route(probe.host, view("<message from='alice@example.org' to='b@c'/>")));
    status(probe.stanza->route(probe.host, view("<message from='probe.example.org'/>")));
    status(probe.service->add(probe.host, view("example.org"), view("")));
    status(probe.service->add(probe.host, view("a@b"), view("")));
    status(probe.adhoc->add(probe.host, view("urn:probe#run"), view(""), XSM_ADHOC_ADMIN));
}

void on_message(xsm_module* module, const xsm_muc_message* message, xsm_muc_verdict* verdict) {
    Probe& probe = self(module);
    probe.last_room = text(message->room->jid);
    const std::string what = attribute(text(message->stanza_xml), "what");
    probe.saw("message " + what + " by " + text(message->sender->nick));
    if (what == "throw") throw 7;
    if (what == "broadcast") probe.say("after");
    if (what == "wake")
        std::thread([host = probe.host] { host->wake(host), host->wake(host); }).join();
    if (what == "timer") probe.timer->set(probe.host, 5, 1);
    if (what == "no-timer") {
        probe.timer->set(probe.host, 6, 1);
        probe.timer->cancel(probe.host, 6);
    }
    if (what == "snapshot") probe.muc->request_snapshot(probe.host, message->room->jid);
    if (what == "bad-calls") bad_calls(probe);
    if (what == "drop" || what == "drop-silently" || what == "bad-drop")
        verdict->kind = XSM_MUC_DROP;
    if (what == "drop")
        verdict->xml = buffer(
            "<error type='cancel'><conflict "
            "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>");
    if (what == "bad-drop") verdict->xml = buffer("<nonsense");
    if (what == "replace") {
        verdict->kind = XSM_MUC_REPLACE;
        verdict->xml = buffer("<message type='groupchat'><done xmlns='urn:probe'/></message>");
    }
}

int32_t on_room_iq(xsm_module* module, const xsm_muc_room* room, const xsm_muc_occupant* sender,
                   xsm_view xml) {
    Probe& probe = self(module);
    const std::string stanza = text(xml);
    if (stanza.find("<events") == std::string::npos) return 0;
    const std::string reply = "<iq type='result' id='" + attribute(stanza, "id") + "' from='" +
                              text(room->jid) + "' to='" + attribute(stanza, "from") +
                              "'><events xmlns='urn:probe' sender='" +
                              (sender == nullptr ? "stranger" : text(sender->nick)) + "'>" +
                              probe.events + "</events></iq>";
    probe.events.clear();
    probe.stanza->route(probe.host, view(reply));
    return 1;
}

void on_iq(xsm_module* module, xsm_view xml, xsm_buf* error) {
    Probe& probe = self(module);
    const std::string what = attribute(text(xml), "what");
    probe.saw("iq " + what);
    if (what == "throw") throw 7;
    if (what == "broadcast") probe.say("after");
    if (what == "refuse")
        *error = buffer(
            "<error type='cancel'><conflict "
            "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>");
}

void on_room_submitted(xsm_module* module, const xsm_muc_room* room, xsm_view values,
                       xsm_buf* error) {
    self(module).room_event("submitted", room);
    if (text(values).find(">refuse<") != std::string::npos)
        *error = buffer(
            "<error type='cancel'><conflict "
            "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>");
}

void on_room_values(xsm_module* module, xsm_view room_jid, xsm_view values) {
    const std::string xml = text(values);
    const size_t begin = xml.find("<value>") + std::strlen("<value>");
    self(module).saw("values of " + text(room_jid) + ": " +
                     xml.substr(begin, xml.find('<', begin) - begin));
}

void on_room_info(xsm_module*, xsm_view, xsm_buf* out) {
    *out = buffer(
        "<feature xmlns='http://jabber.org/protocol/disco#info' var='urn:probe:room'/>"
        "<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE'><value>urn:probe"
        "</value></field></x>");
}

void on_command(xsm_module*, xsm_view xml, xsm_buf* out) {
    const std::string stanza = text(xml);
    *out = stanza.find("action='cancel'") != std::string::npos
               ? buffer(
                     "<error type='modify' xmlns='jabber:client'><bad-request "
                     "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>")
               : buffer(
                     "<command xmlns='http://jabber.org/protocol/commands' status='completed' "
                     "node='urn:probe#run'/>");
}

const void* get_extension(xsm_module*, const char* id) {
    static const xsm_module_muc muc = {sizeof muc,   on_snapshot, on_configured,
                                       on_destroyed, on_joined,   on_changed,
                                       on_left,      on_message,  on_room_iq};
    static const xsm_module_timer timer = {sizeof timer, on_timer};
    static const xsm_module_service service = {sizeof service, on_stanza};
    static const xsm_module_disco disco = {sizeof disco, on_room_info};
    static const xsm_module_adhoc adhoc = {sizeof adhoc, on_command};
    static const xsm_module_route route = {sizeof route, on_iq};
    static const xsm_module_room_config room_config = {sizeof room_config, on_room_submitted,
                                                       on_room_values};
    const std::string_view name = id;
    if (name == XSM_EXT_MUC) return &muc;
    if (name == XSM_EXT_TIMER) return &timer;
    if (name == XSM_EXT_SERVICE) return &service;
    if (name == XSM_EXT_DISCO) return &disco;
    if (name == XSM_EXT_ADHOC) return &adhoc;
    if (name == XSM_EXT_ROUTE) return &route;
    if (name == XSM_EXT_ROOM_CONFIG) return &room_config;
    return nullptr;
}

template <class Extension>
const Extension* extension(const xsm_host* host, const char* id) {
    return static_cast<const Extension*>(host->get_extension(host, id));
}

xsm_status create(const xsm_host* host, const xsm_option* options, size_t count, xsm_module** out,
                  xsm_buf*) {
    auto* probe = new Probe;
    probe->host = host;
    for (size_t i = 0; i < count; ++i) {
        if (text(options[i].key) == "domain") probe->domain = text(options[i].value);
        if (text(options[i].key) == "fail") probe->fail = text(options[i].value);
    }
    probe->stanza = extension<xsm_host_stanza>(host, XSM_EXT_STANZA);
    probe->timer = extension<xsm_host_timer>(host, XSM_EXT_TIMER);
    probe->service = extension<xsm_host_service>(host, XSM_EXT_SERVICE);
    probe->muc = extension<xsm_host_muc>(host, XSM_EXT_MUC);
    probe->disco = extension<xsm_host_disco>(host, XSM_EXT_DISCO);
    probe->adhoc = extension<xsm_host_adhoc>(host, XSM_EXT_ADHOC);
    probe->route = extension<xsm_host_route>(host, XSM_EXT_ROUTE);
    probe->room_config = extension<xsm_host_room_config>(host, XSM_EXT_ROOM_CONFIG);
    probe->module = {sizeof(xsm_module), probe,        start, stop, destroy, on_wake,
                     free_buf,           get_extension};
    *out = &probe->module;
    return XSM_OK;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const xsm_entry* xsm_get_entry(uint32_t) {
    static const xsm_entry entry = {
        sizeof entry, 1, "probe", "1", "For tests of the module host", create, [](xsm_buf b) {
            std::free(b.data);
        }};
    return &entry;
}
