// What messages tell the witness to do.
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <utility>
#include <vector>

#include "tests/scenarios/abi/witness/witness.hpp"
#include "xmpp/stanza_error.hpp"
#include "xmpp/xml.hpp"

namespace witness {

namespace {

Element message(std::string_view from, Element child) {
    Element stanza("message", ns::client);
    stanza.set_attr("type", "groupchat");
    stanza.set_attr("from", from);
    stanza.add(std::move(child));
    return stanza;
}

Element did(std::string_view what) {
    Element element("did", ours);
    element.set_attr("what", what);
    return element;
}

void say(Witness& self, std::string_view room, const Element& child) {
    const std::string xml = to_xml(message(room, child));
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

using Answers = std::vector<std::pair<std::string, xsm_status>>;

void misuse_stanzas(Witness& self, std::string_view room, Answers& answers) {
    const xsm_host* host = self.host;
    const std::string valid = to_xml(message(room, did("misuse")));
    const std::string foreign = to_xml(message("other@example.org", did("misuse")));
    const auto broadcast = [&](std::string_view to, std::string_view xml) {
        return self.muc->broadcast(host, view(to), view(xml));
    };
    answers.emplace_back("broadcast rubbish", broadcast(room, "<message"));
    answers.emplace_back("broadcast two", broadcast(room, "<message/><message/>"));
    answers.emplace_back("broadcast an iq", broadcast(room, "<iq/>"));
    answers.emplace_back("broadcast as a stranger", broadcast(room, foreign));
    answers.emplace_back("broadcast elsewhere", broadcast("r@elsewhere.example", valid));
    answers.emplace_back(
        "send to a bare JID",
        self.muc->send_to_occupant(host, view(room), view("a@example.org"), view(valid)));
    answers.emplace_back("route as a stranger", self.stanza->route(host, view(foreign)));
    answers.emplace_back("route to nobody", self.stanza->route(host, view(valid)));
}

void misuse_names(Witness& self, Answers& answers) {
    const xsm_host* host = self.host;
    const auto add_service = [&](std::string_view domain) {
        return self.service->add(host, view(domain), view("x"));
    };
    answers.emplace_back("snapshot of no room",
                         self.muc->request_snapshot(host, view("nothing@@")));
    answers.emplace_back("a service that is none", add_service("user@sfu.example"));
    answers.emplace_back("a service that is taken", add_service("localhost"));
    answers.emplace_back("its own service twice", add_service(self.sfu_jid));
    answers.emplace_back(
        "its own command twice",
        self.adhoc->add(host, view("urn:parley:witness:0#hello"), view("x"), XSM_ADHOC_ADMIN));
    if (self.route != nullptr) {
        const xsm_view nameless = view("");
        answers.emplace_back("interest in a namespace without a name",
                             self.route->set_interest(host, &nameless, 1));
        answers.emplace_back("interest in no list", self.route->set_interest(host, nullptr, 1));
    }
    answers.emplace_back(
        "a command of rooms that is taken",
        self.adhoc->add(host, view("urn:parley:witness:0#hello"), view("x"), XSM_ADHOC_ROOM_OWNER));
    if (self.presence != nullptr)
        answers.emplace_back("interest in no list of presence",
                             self.presence->set_interest(host, nullptr, 1));
}

void misuse_fields(Witness& self, Answers& answers) {
    if (self.room_config == nullptr) return;
    const std::string field = "<field xmlns='jabber:x:data' ";
    for (const std::string& fields : {
             std::string("<field"),
             std::string("<rubbish xmlns='urn:parley:witness:0'/>"),
             field + "type='list-multi' var='a'><value>1</value></field>",
             field + "type='boolean' var='a'/>",
             field + "type='boolean' var='a'><value>perhaps</value></field>",
             field + "type='list-single' var='a'><value>1</value></field>",
             field + "type='boolean'><value>1</value></field>",
             field + "type='boolean' var='FORM_TYPE'><value>1</value></field>",
             field + "type='fixed' var='FORM_TYPE'><value>1</value></field>",
             field + "type='boolean' var='muc#roomconfig_x'><value>1</value></field>",
             field + "type='boolean' var='a'><value>1</value></field>" + field +
                 "type='text-single' var='a'><value/></field>",
         })
        answers.emplace_back("the fields " + fields,
                             self.room_config->set_fields(self.host, view(fields)));
}

void misuse_records(Witness& self, Answers& answers) {
    if (self.cluster == nullptr) return;
    const auto publish = [&](const std::string& key, const std::string& value) {
        return self.cluster->publish(self.host, view(key), view(value));
    };
    answers.emplace_back("publish without a key", publish("", "x"));
    answers.emplace_back("publish a long key", publish(std::string(256, 'k'), "x"));
    answers.emplace_back("publish a long value", publish("k", std::string(65'537, 'x')));
}

/// Every host function with an argument that the contract rules out; "ok" if each says so.
std::string misuse(Witness& self, std::string_view room) {
    Answers answers;
    misuse_stanzas(self, room, answers);
    misuse_names(self, answers);
    misuse_fields(self, answers);
    misuse_records(self, answers);
    for (const auto& [what, status] : answers) {
        if (status != XSM_INVALID) return what + ": " + std::to_string(status);
    }
    return "ok";
}

void publish(Witness& self, std::string_view room, const Element& order) {
    if (self.cluster == nullptr) return say(self, room, did("no cluster"));
    const xsm_status status =
        self.cluster->publish(self.host, view(order.attr("key")), view(order.attr("value")));
    say(self, room, did("publish " + std::to_string(status)));
}

void drop(xsm_muc_verdict& verdict, std::string_view xml) {
    verdict.kind = XSM_MUC_DROP;
    verdict.xml = copy(xml);
}

void replace(xsm_muc_verdict& verdict, std::string_view xml) {
    verdict.kind = XSM_MUC_REPLACE;
    verdict.xml = copy(xml);
}

/// Whether it was an order about the verdict.
bool judge(std::string_view what, xsm_muc_verdict& verdict) {
    if (what == "drop") {
        drop(verdict, refusal());
    } else if (what == "drop-silently") {
        verdict.kind = XSM_MUC_DROP;
    } else if (what == "replace") {
        Element replacement("message", ns::client);
        replacement.set_attr("from", "forged@example.org");
        replacement.add("body").add_text("replaced & sent");
        replacement.add(did("replace")).set_attr_ns("lang", ns::xml, "de");
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
    } else {
        return false;
    }
    return true;
}

void act(Witness& self, const Element& order, const xsm_muc_message& about) {
    const std::string_view what = order.attr("what");
    const std::string_view room = text_of(about.room->jid);
    if (what == "speak") {
        // Queued before the verdict is given, sent after the message.
        say(self, room, did("first"));
        const std::string xml = to_xml(message(room, did("only you")));
        self.muc->send_to_occupant(self.host, about.room->jid, about.sender->real_jid, view(xml));
        say(self, room, did("last"));
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
        say(self, room, did(misuse(self, room)));
    } else if (what == "publish") {
        publish(self, room, order);
    } else if (what == "withdraw") {
        if (self.cluster != nullptr) self.cluster->withdraw(self.host, view(order.attr("key")));
    } else if (what == "keep") {
        say(self, room, did(keep(self, order.attr("value")) ? "keep" : "cannot keep"));
    } else if (what == "show") {
        say(self, room, kept(self));
    } else if (what == "reload") {
        if (self.options != nullptr) self.options->reload(self.host);
    } else if (what == "overrun") {
        usleep(5'000);
    } else if (what == "throw") {
        throw std::runtime_error("as ordered");
    }
}

void on_timer(xsm_module* module, uint64_t id) {
    Witness& self = self_of(module);
    say(self, self.room_of_timer, did("timer " + std::to_string(id)));
}

}  // namespace

std::string refusal() {
    return to_xml(parley::xmpp::StanzaError{parley::xmpp::ErrorType::wait,
                                            parley::xmpp::Condition::policy_violation, "dropped",
                                            Element("on-demand", ours)}
                      .to_element());
}

void say_everywhere(Witness& self, const Element& child) {
    for (const auto& [jid, room] : self.rooms) {
        if (!room.is_gone) say(self, jid, child);
    }
}

void on_message(xsm_module* module, const xsm_muc_message* about, xsm_muc_verdict* verdict) {
    const auto stanza = parley::xmpp::parse_xml(text_of(about->stanza_xml));
    if (!stanza) return;
    const Element* order = stanza->child("do", ours);
    if (order == nullptr || judge(order->attr("what"), *verdict)) return;
    act(self_of(module), *order, *about);
}

void on_wake(xsm_module* module) {
    Witness& self = self_of(module);
    if (!self.room_to_wake_for.empty())
        say(self, std::exchange(self.room_to_wake_for, {}), did("woken"));
}

const xsm_module_timer timer_half = {sizeof timer_half, on_timer};

}  // namespace witness
