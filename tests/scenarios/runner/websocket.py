"""The client's half of RFC 6455, as far as RFC 7395 needs it: text messages, ping, close."""

import asyncio
import base64
import hashlib
import os
import struct

_MESSAGE_BYTES_MAX = 16 * 1024 * 1024


class WebSocketError(Exception):
    pass


async def handshake(reader, writer, host, path, origin=None):
    """Upgrades the connection to a WebSocket with the subprotocol xmpp."""
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade",
             f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Protocol: xmpp"]
    if origin:
        lines.append(f"Origin: {origin}")
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    if " 101 " not in head[0] + " ":
        raise WebSocketError(f"no upgrade: {head[0]}")
    fields = {line.split(":", 1)[0].strip().lower(): line.split(":", 1)[1].strip() for line in head[1:] if ":" in line}
    digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
    if fields.get("sec-websocket-accept") != base64.b64encode(digest).decode():
        raise WebSocketError("wrong Sec-WebSocket-Accept")
    if fields.get("sec-websocket-protocol") != "xmpp":
        raise WebSocketError("the server did not choose the subprotocol xmpp")


def frame(payload, opcode=1):
    """One masked, final frame."""
    size, mask = len(payload), os.urandom(4)
    if size < 126:
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | size)
    elif size < 65536:
        head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, size)
    whole = int.from_bytes(payload, "big") ^ int.from_bytes((mask * (size // 4 + 1))[:size], "big")
    return head + mask + whole.to_bytes(size, "big")


async def messages(reader, writer):
    """Yields each text message; returns when the server closes."""
    parts = []
    while True:
        try:
            first, second = await reader.readexactly(2)
            size = second & 0x7F
            if size >= 126:
                width = 2 if size == 126 else 8
                size = int.from_bytes(await reader.readexactly(width), "big")
            if size > _MESSAGE_BYTES_MAX:
                raise WebSocketError(f"a frame of {size} bytes")
            payload = await reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        opcode = first & 0x0F
        if opcode == 8:
            writer.write(frame(payload[:2], opcode=8))
            return
        if opcode == 9:
            writer.write(frame(payload, opcode=10))
        elif opcode in (0, 1):
            parts.append(payload)
            if first & 0x80:
                yield b"".join(parts).decode("utf-8")
                parts = []
        elif opcode != 10:
            raise WebSocketError(f"unexpected opcode {opcode}")
