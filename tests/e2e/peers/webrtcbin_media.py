"""Media by GStreamer's webrtcbin: what it sends is made here, what it gets is decoded and counted."""

import asyncio
import os
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import Gst, GstSdp, GstWebRTC  # noqa: E402

import jingle_sdp  # noqa: E402

Gst.init(None)

SENDER = """
    webrtcbin name=rtc bundle-policy=max-bundle
    audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay
        ! application/x-rtp,media=audio,encoding-name=OPUS,payload=111 ! rtc.
    videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=180,framerate=30/1
        ! vp8enc deadline=1 target-bitrate=300000 ! rtpvp8pay picture-id-mode=15-bit
        ! application/x-rtp,media=video,encoding-name=VP8,payload=100 ! rtc."""
RECEIVER = "webrtcbin name=rtc bundle-policy=max-bundle"
DECODERS = {
    "audio": "rtpopusdepay ! opusdec ! fakesink name=sink signal-handoffs=true sync=false",
    "video": "rtpvp8depay request-keyframe=true ! vp8dec ! fakesink name=sink signal-handoffs=true sync=false",
}


def on_bus(_bus, message, *_):
    if message.type == Gst.MessageType.ERROR:
        print(message.parse_error(), file=sys.stderr, flush=True)
        os._exit(1)
    return Gst.BusSyncReply.DROP


class Connection:
    """One webrtcbin: it sends a picture and a tone (`offer`, `answered`), or receives (`answer`)."""

    def __init__(self, video_codec):
        assert video_codec == "VP8", "GStreamer's encoders of H.264 are in packages that the tests do not install"
        self.received = []
        self.mids = []
        self.loop = asyncio.get_running_loop()
        self.gathered = asyncio.Event()

    async def offer(self):
        self._start(SENDER)
        for index in range(2):
            transceiver = self.rtc.emit("get-transceiver", index)
            transceiver.set_property("direction", GstWebRTC.WebRTCRTPTransceiverDirection.SENDONLY)
        transceiver.set_property("do-nack", True)  # of the video
        return await self._describe("offer")

    async def answered(self, sdp):
        await self._set("set-remote-description", GstWebRTC.WebRTCSDPType.ANSWER, sdp)

    async def answer(self, sdp):
        self._start(RECEIVER)
        await self._set("set-remote-description", GstWebRTC.WebRTCSDPType.OFFER, sdp)
        return await self._describe("answer")

    async def add_candidate(self, mid, line):
        self.rtc.emit("add-ice-candidate", self.mids.index(mid), f"candidate:{line}")

    async def inbound(self):
        """Of each track what was decoded of it; an audio packet is one buffer."""
        return self.received

    async def close(self):
        await asyncio.to_thread(self.pipeline.set_state, Gst.State.NULL)

    def _start(self, description):
        self.pipeline = Gst.parse_launch(description)
        if not isinstance(self.pipeline, Gst.Pipeline):  # a single element
            element, self.pipeline = self.pipeline, Gst.Pipeline()
            self.pipeline.add(element)
        self.pipeline.get_bus().set_sync_handler(on_bus)
        self.rtc = self.pipeline.get_by_name("rtc")
        # libnice leaves loopback out, where the tests' servers are. The agent's only reference is a floating one,
        # which Python takes: it is gone when this one is.
        self.ice = self.rtc.get_property("ice-agent")
        self.ice.emit("add-local-ip-address", "127.0.0.1")
        self.rtc.connect("notify::ice-gathering-state", self._on_gathering)
        self.rtc.connect("pad-added", self._receive)
        self.pipeline.set_state(Gst.State.PLAYING)

    async def _describe(self, kind):
        """Makes an offer or an answer and gathers candidates; returns the SDP with them."""
        reply = await self._ask(f"create-{kind}", None)
        description = reply.get_value(kind)
        await self._ask("set-local-description", description)
        await self.gathered.wait()
        sdp = self.rtc.get_property("local-description").sdp.as_text()
        self.mids = [lines.one("mid") for lines in jingle_sdp.sections(sdp)[1]]
        return sdp

    async def _set(self, action, kind, sdp):
        _, message = GstSdp.SDPMessage.new_from_text(sdp)
        await self._ask(action, GstWebRTC.WebRTCSessionDescription.new(kind, message))

    async def _ask(self, action, argument):
        promise = Gst.Promise.new()
        self.rtc.emit(action, argument, promise)
        result = await asyncio.to_thread(promise.wait)
        assert result == Gst.PromiseResult.REPLIED, f"{action}: {result}"
        reply = promise.get_reply()
        assert reply is None or not reply.has_field("error"), f"{action}: {reply.get_value('error')}"
        return reply

    # --- on threads of GStreamer's

    def _on_gathering(self, rtc, _property):
        if rtc.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            self.loop.call_soon_threadsafe(self.gathered.set)

    def _receive(self, _rtc, pad):
        if pad.get_direction() != Gst.PadDirection.SRC:
            return
        kind = pad.get_current_caps().get_structure(0).get_string("media")
        stream = {"kind": kind, "packets": 0, "framesDecoded": 0, "frameWidth": 0}
        self.received.append(stream)
        decoder = Gst.parse_bin_from_description(DECODERS[kind], True)
        decoder.get_by_name("sink").connect("handoff", self._count, stream)
        self.pipeline.add(decoder)
        decoder.sync_state_with_parent()
        pad.link(decoder.get_static_pad("sink"))

    def _count(self, _sink, _buffer, pad, stream):
        stream["packets"] += 1
        if stream["kind"] == "video":
            stream["framesDecoded"] += 1
            stream["frameWidth"] = pad.get_current_caps().get_structure(0).get_int("width")[1]
