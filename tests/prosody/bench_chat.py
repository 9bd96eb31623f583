#!/usr/bin/python3
"""What the module costs ordinary chat: the instructions that Prosody executes for a groupchat message,
with and without mod_parley, as valgrind counts them. Instructions, not seconds: the figures are the same on a
busy machine. Prints both and the difference in percent; fails above --limit."""

import argparse
import asyncio
import pathlib
import re
import shutil
import sys
import tempfile

SCENARIOS = pathlib.Path(__file__).resolve().parent.parent / "scenarios"
sys.path.insert(0, str(SCENARIOS))

from hosts.prosody import Prosody  # noqa: E402
from runner.client import Client  # noqa: E402

SKIPPED = 77
ROOM = "bench@conference.localhost"
MESSAGES_FEW = 50  # what start, logins and joins cost is in both runs, and drops out


class Counted(Prosody):
    start_seconds_max = 120

    def command(self):
        return ["valgrind", "--tool=callgrind", f"--callgrind-out-file={self.folder}/callgrind.out",
                "lua5.4", "/usr/bin/prosody", *super().command()[1:]]

    def instructions(self):
        return int(re.search(r"Collected : (\d+)", self.log.read_text(errors="replace")).group(1))


class WithoutModule(Counted):
    @classmethod
    def has_calls(cls):
        return False


async def listening(port):
    async with asyncio.timeout(120):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                return writer.close()
            except OSError:
                await asyncio.sleep(0.1)


async def enter(host, number):
    client = Client(f"c{number}", host.address, host.fresh_account("c"), {"transport": "websocket"}, lambda *_: None)
    await client.connect()
    await client.send(f"<presence xmlns='jabber:client' to='{ROOM}/c{number}'>"
                      "<x xmlns='http://jabber.org/protocol/muc'/></presence>")
    await receive(client, lambda element: element.find("{jabber:client}subject") is not None)
    return client


async def receive(client, is_last):
    while not is_last(await client.next_stanza(120)):
        pass


async def chat(host, occupants, messages):
    await listening(host.address.http)
    clients = [await enter(host, 0)]
    await clients[0].send(
        f"<iq xmlns='jabber:client' type='set' id='i' to='{ROOM}'><query xmlns='http://jabber.org/protocol/muc#owner'>"
        "<x xmlns='jabber:x:data' type='submit'/></query></iq>")
    clients += [await enter(host, number) for number in range(1, occupants)]
    for number in range(messages):
        await clients[0].send(f"<message xmlns='jabber:client' to='{ROOM}' type='groupchat' id='m{number}'>"
                              "<body>Shall we have lunch at noon, or is one o'clock better for you?</body>"
                              "<active xmlns='http://jabber.org/protocol/chatstates'/></message>")
    last = f"m{messages - 1}"
    await asyncio.gather(*(receive(client, lambda element: element.get("id") == last) for client in clients))


def count(kind, folder, occupants, messages):
    host = kind(folder, occupants)
    host.start()
    try:
        asyncio.run(chat(host, occupants, messages))
    finally:
        host.stop()
    return host.instructions()


def cost(kind, work, occupants, messages):
    """Instructions for one message."""
    few, many = (count(kind, work / f"{occupants}-{kind.__name__}-{number}", occupants, number)
                 for number in (MESSAGES_FEW, messages))
    return (many - few) / (messages - MESSAGES_FEW)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--occupants", type=int, nargs="+", default=[2, 20])
    parser.add_argument("--rounds", type=int, default=3, help="of which the cheapest counts")
    parser.add_argument("--limit", type=float, default=3.0, help="percent")
    options = parser.parse_args()
    missing = Prosody.unavailable() or (None if shutil.which("valgrind") else "valgrind is not installed")
    if missing:
        print(f"skip: {missing}")
        return SKIPPED
    Prosody.build = options.build.resolve()
    work = pathlib.Path(tempfile.mkdtemp())
    worst = 0.0
    for occupants in options.occupants:
        without, with_module = (
            min(cost(kind, work / str(number), occupants, options.messages) for number in range(options.rounds))
            for kind in (WithoutModule, Counted))
        percent = (with_module / without - 1) * 100
        worst = max(worst, percent)
        print(f"{occupants} occupants: {without:.0f} instructions a message without, {with_module:.0f} with "
              f"mod_parley: {percent:+.2f} %")
        sys.stdout.flush()
    shutil.rmtree(work)
    return 1 if worst > options.limit else 0


if __name__ == "__main__":
    sys.exit(main())
