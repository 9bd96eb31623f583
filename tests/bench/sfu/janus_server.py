#!/usr/bin/env python3
"""Runs Debian's janus with a VideoRoom and steers it by lines on standard input (README.md)."""

import argparse
import contextlib
import http.client
import json
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

PLUGINS = "/usr/lib/x86_64-linux-gnu/janus"
ROOM = 1
START_TIME = 20  # seconds
AUDIO_SSRC, VIDEO_SSRC = 1000, 1001  # of publisher 0; media.hpp

OFFER = """v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 127.0.0.1
a=mid:0
a={direction}
{transport}
a=rtcp-mux
a=rtpmap:111 opus/48000/2
{audio_source}m=video 9 UDP/TLS/RTP/SAVPF 96
c=IN IP4 127.0.0.1
a=mid:1
a={direction}
{transport}
a=rtcp-mux
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtcp-fb:96 goog-remb
{video_source}"""


def transport_lines(word):
    """What a transport's word says, as SDP; the peer is the DTLS client."""
    ufrag, password, fingerprint, address, port = word.split(",")
    return "\n".join(
        (
            f"a=ice-ufrag:{ufrag}",
            f"a=ice-pwd:{password}",
            f"a=fingerprint:sha-256 {fingerprint}",
            "a=setup:active",
            f"a=candidate:1 1 udp 2130706431 {address} {port} typ host",
            "a=end-of-candidates",
        )
    )


def transport_word(sdp):
    """The first transport of an SDP as a word."""

    def value(pattern):
        return re.search(pattern, sdp, re.MULTILINE).groups()

    (ufrag,) = value(r"^a=ice-ufrag:(\S+)")
    (password,) = value(r"^a=ice-pwd:(\S+)")
    (fingerprint,) = value(r"^a=fingerprint:sha-256 (\S+)")
    address, port = value(r"^a=candidate:\S+ 1 udp \d+ (\d+\.\d+\.\d+\.\d+) (\d+) typ host")
    return ",".join((ufrag, password, fingerprint, address, port))


def crlf(sdp):
    return sdp.rstrip("\n").replace("\n", "\r\n") + "\r\n"


def publisher_offer(number, word):
    def source(ssrc):
        return f"a=ssrc:{ssrc} cname:bench{number}\na=ssrc:{ssrc} msid:stream track{ssrc}\n"

    return crlf(
        OFFER.format(
            direction="sendonly",
            transport=transport_lines(word),
            audio_source=source(AUDIO_SSRC + 2 * number),
            video_source=source(VIDEO_SSRC + 2 * number),
        )
    )


def subscriber_answer(offer, word):
    """The offer itself, taken as it is, with the peer's transport."""
    lines = []
    for line in offer.splitlines():
        if line.startswith(("a=ice-", "a=fingerprint", "a=candidate", "a=end-of", "a=ssrc", "a=msid")):
            continue
        if line.startswith("a=setup:"):
            lines += transport_lines(word).split("\n")
        else:
            lines.append(line.replace("a=sendonly", "a=recvonly"))
    return crlf("\n".join(lines))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def own_address():
    """The machine's, not a loopback one: those Janus passes over. Packets to it take the loopback device."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing
        return probe.getsockname()[0]


def write_configuration(folder, port, event_loops):
    loops = f"event_loops = {event_loops}" if event_loops else ""
    files = {
        "janus.jcfg": f"""
general: {{
    configs_folder = "{folder}"
    plugins_folder = "{PLUGINS}/plugins"
    transports_folder = "{PLUGINS}/transports"
    debug_level = 2
    session_timeout = 0
    {loops}
}}
nat: {{ ice_enforce_list = "{own_address()}" }}
plugins: {{ disable = "{others('plugins', 'videoroom')}" }}
transports: {{ disable = "{others('transports', 'http')}" }}
""",
        "janus.transport.http.jcfg": f"""
general: {{ json = "compact", base_path = "/janus", http = true, port = {port}, ip = "127.0.0.1", https = false }}
admin: {{ admin_http = false }}
""",
        "janus.plugin.videoroom.jcfg": f"""
room-{ROOM}: {{ description = "bench", publishers = 1000, bitrate = 0, fir_freq = 0, record = false }}
""",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def others(kind, wanted):
    """The libraries of a kind that are not wanted."""
    names = {path.name for path in pathlib.Path(PLUGINS, kind).glob("libjanus_*.so")}
    return ",".join(sorted(names - {f"libjanus_{wanted}.so"}))


class Janus:
    """A process, and one session of its API."""

    def __init__(self, folder, event_loops):
        self.port = free_port()
        write_configuration(folder, self.port, event_loops)
        self.process = subprocess.Popen(
            ["janus", "-F", str(folder), "-C", str(folder / "janus.jcfg")],
            stdin=subprocess.DEVNULL,
            stdout=(folder / "log").open("w"),
            stderr=subprocess.STDOUT,
        )
        self.requests = self.events = None
        self.transactions = 0
        self.wait_until_ready()
        self.path = "/janus"
        self.path += f"/{self.post('', janus='create')['data']['id']}"

    def wait_until_ready(self):
        end = time.monotonic() + START_TIME
        while True:
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("janus does not start")
            with contextlib.suppress(OSError):
                self.requests = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
                self.events = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                self.requests.request("GET", "/janus/info")
                self.requests.getresponse().read()
                return
            time.sleep(0.05)

    def post(self, handle, **request):
        """What a request is answered at once."""
        self.transactions += 1
        request["transaction"] = str(self.transactions)
        self.requests.request("POST", self.path + handle, json.dumps(request))
        answer = json.loads(self.requests.getresponse().read())
        if answer["janus"] not in ("success", "ack"):
            raise RuntimeError(json.dumps(answer))
        return answer

    def attach(self):
        return f"/{self.post('', janus='attach', plugin='janus.plugin.videoroom')['data']['id']}"

    def message(self, handle, body, jsep=None):
        """The event that answers a message to the plugin."""
        request = {"janus": "message", "body": body}
        if jsep:
            request["jsep"] = jsep
        self.post(handle, **request)
        while True:
            self.events.request("GET", self.path)
            event = json.loads(self.events.getresponse().read())
            if event.get("transaction") == str(self.transactions) and event["janus"] == "event":
                if "error" in event["plugindata"]["data"]:
                    raise RuntimeError(json.dumps(event))
                return event

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Server:
    """The requests of the load."""

    def __init__(self, janus):
        self.janus = janus
        self.subscribers = {}  # handle and offer by participant

    def publish(self, number, word):
        body = {"request": "joinandconfigure", "room": ROOM, "ptype": "publisher", "id": number + 1}
        jsep = {"type": "offer", "sdp": publisher_offer(number, word)}
        answer = self.janus.message(self.janus.attach(), body, jsep)
        return transport_word(answer["jsep"]["sdp"])

    def subscribe(self, number, *sources):
        streams = [{"feed": int(source) + 1} for source in sources]
        body = {"request": "join", "room": ROOM, "ptype": "subscriber", "streams": streams}
        handle = self.janus.attach()
        offer = self.janus.message(handle, body)["jsep"]["sdp"]
        self.subscribers[number] = handle, offer
        return transport_word(offer)

    def answer(self, number, word):
        handle, offer = self.subscribers[number]
        jsep = {"type": "answer", "sdp": subscriber_answer(offer, word)}
        self.janus.message(handle, {"request": "start"}, jsep)
        return ""

    def handle(self, line):
        request, number, *words = line.split()
        functions = {"publish": self.publish, "subscribe": self.subscribe, "answer": self.answer}
        return functions[request](int(number), *words)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--event-loops", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-janus-") as name:
        janus = Janus(pathlib.Path(name), options.event_loops)
        try:
            server = Server(janus)
            print("ready", janus.process.pid, own_address(), flush=True)
            for line in sys.stdin:
                print("ok", server.handle(line), flush=True)
        finally:
            janus.close()


if __name__ == "__main__":
    main()
