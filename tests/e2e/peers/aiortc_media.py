"""Media by aiortc: what it sends is made here, what it gets is decoded and counted."""

import asyncio

import aioice.ice
import av
import numpy
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, VideoStreamTrack
from aiortc.sdp import candidate_from_sdp

WIDTH, HEIGHT, BAR = 320, 180, 32
TONE_HZ = 440

# aioice leaves loopback out, where the tests' servers are.
aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]


class Picture(VideoStreamTrack):
    """A bar that moves from frame to frame, 30 times a second."""

    async def recv(self):
        pts, time_base = await self.next_timestamp()
        picture = numpy.full((HEIGHT, WIDTH, 3), 96, numpy.uint8)
        left = int(pts * time_base * WIDTH / 2) % (WIDTH - BAR)
        picture[:, left:left + BAR] = (32, 160, 224)
        frame = av.VideoFrame.from_ndarray(picture, "rgb24")
        frame.pts, frame.time_base = pts, time_base
        return frame


class Tone(AudioStreamTrack):
    async def recv(self):
        silence = await super().recv()
        times = (silence.pts + numpy.arange(silence.samples)) / silence.sample_rate
        wave = (8000 * numpy.sin(2 * numpy.pi * TONE_HZ * times)).astype(numpy.int16)
        frame = av.AudioFrame.from_ndarray(wave.reshape(1, -1), "s16", "mono")
        frame.pts, frame.sample_rate, frame.time_base = silence.pts, silence.sample_rate, silence.time_base
        return frame


class Connection:
    """One RTCPeerConnection: it sends a picture and a tone (`offer`, `answered`), or receives (`answer`)."""

    def __init__(self, video_codec):
        self.video_codec = video_codec
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.pc.on("track", self._receive)
        self.received = []
        self.readers = []

    async def offer(self):
        self.pc.addTransceiver(Tone(), "sendonly")
        video = self.pc.addTransceiver(Picture(), "sendonly")
        codecs = RTCRtpSender.getCapabilities("video").codecs
        video.setCodecPreferences([c for c in codecs if c.mimeType in (f"video/{self.video_codec}", "video/rtx")])
        await self.pc.setLocalDescription(await self.pc.createOffer())
        return self.pc.localDescription.sdp

    async def answered(self, sdp):
        await self.pc.setRemoteDescription(RTCSessionDescription(sdp, "answer"))

    async def answer(self, sdp):
        await self.pc.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        await self.pc.setLocalDescription(await self.pc.createAnswer())
        return self.pc.localDescription.sdp

    async def add_candidate(self, mid, line):
        candidate = candidate_from_sdp(line)
        candidate.sdpMid = mid
        await self.pc.addIceCandidate(candidate)

    async def inbound(self):
        """Of each track what was decoded of it; an audio packet is one frame."""
        return self.received

    async def close(self):
        await self.pc.close()
        await asyncio.gather(*self.readers)

    def _receive(self, track):
        stream = {"kind": track.kind, "packets": 0, "framesDecoded": 0, "frameWidth": 0}
        self.received.append(stream)
        self.readers.append(asyncio.ensure_future(self._read(track, stream)))

    async def _read(self, track, stream):
        try:
            while True:
                frame = await track.recv()
                stream["packets"] += 1
                if track.kind == "video":
                    stream["framesDecoded"] += 1
                    stream["frameWidth"] = frame.width
        except MediaStreamError:
            pass  # It has ended.
