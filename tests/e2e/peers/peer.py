#!/usr/bin/python3
"""A participant of calls through the SFU that is no browser. Reads commands from its standard input, a line each
(`start SERVICE`, `join`, `stats`, `leave`), and answers each with a line of JSON when it is done."""

import argparse
import asyncio
import importlib
import json
import pathlib
import sys
from types import SimpleNamespace

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "clients")]

import stanzas  # noqa: E402
from participant import Participant  # noqa: E402

BACKENDS = {"aiortc": "aiortc_media", "webrtcbin": "webrtcbin_media"}


async def commands():
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield line.decode().split()


async def obey(participant):
    actions = {"start": participant.start, "join": participant.join, "stats": participant.stats,
               "leave": participant.hang_up}
    async for action, *arguments in commands():
        print(json.dumps(await actions[action](*arguments)), flush=True)


async def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", choices=BACKENDS, required=True)
    parser.add_argument("--c2s", type=int, required=True, help="port of the server on 127.0.0.1")
    parser.add_argument("--ca-file", required=True)
    parser.add_argument("--domain", required=True)
    parser.add_argument("--room", required=True)
    parser.add_argument("--video-codec", default="VP8", help="VP8, or with aiortc H264")
    parser.add_argument("user")
    parser.add_argument("password")
    options = parser.parse_args()
    stanzas.register()
    media = importlib.import_module(BACKENDS[options.backend])
    address = SimpleNamespace(domain=options.domain, host="127.0.0.1", c2s=options.c2s, ca_file=options.ca_file)
    participant = Participant(SimpleNamespace(address=address), (options.user, options.password), options.room,
                              lambda: media.Connection(options.video_codec))
    await participant.log_in()
    await participant.enter(options.room)
    print(json.dumps(None), flush=True)
    tasks = [asyncio.ensure_future(participant.run()), asyncio.ensure_future(obey(participant))]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.gather(*done)  # raises what went wrong
    await participant.leave()


if __name__ == "__main__":
    asyncio.run(main())
