#!/usr/bin/python3
"""What the module costs ordinary chat: Prosody's own processor time for groupchat messages, with and
without mod_parley, in turn. Prints the cost per message and the difference in percent."""

import argparse
import asyncio
import pathlib
import shutil
import sys
import tempfile

SCENARIOS = pathlib.Path(__file__).resolve().parent.parent / "scenarios"
sys.path.insert(0, str(SCENARIOS))

from hosts.prosody import Prosody  # noqa: E402
from runner.client import Client  # noqa: E402

ROOM = "bench@conference.localhost"


class WithoutModule(Prosody):
    @classmethod
    def has_calls(cls):
        return False


def processor_seconds(pid):
    """Of all threads, to the nanosecond."""
    tasks = pathlib.Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


async def listening(port):
    async with asyncio.timeout(10):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                return writer.close()
            except OSError:
                await asyncio.sleep(0.02)


async def enter(host, number):
    client = Client(f"c{number}", host.address, host.fresh_account("c"), {"transport": "websocket"}, lambda *_: None)
    await client.connect()
    await client.send(f"<presence xmlns='jabber:client' to='{ROOM}/c{number}'>"
                      "<x xmlns='http://jabber.org/protocol/muc'/></presence>")
    await receive(client, lambda element: element.find("{jabber:client}subject") is not None)
    return client


async def receive(client, is_last):
    while not is_last(await client.next_stanza(60)):
        pass


async def measure(kind, work, occupants, messages):
    """Microseconds of the server's processor time for one message."""
    host = kind(work, occupants + 1)
    host.start()
    await listening(host.address.http)
    try:
        clients = [await enter(host, 0)]
        await clients[0].send(
            f"<iq xmlns='jabber:client' type='set' id='i' to='{ROOM}'><query xmlns='http://jabber.org/protocol/muc#owner'>"
            "<x xmlns='jabber:x:data' type='submit'/></query></iq>")
        clients += [await enter(host, number) for number in range(1, occupants)]
        before = processor_seconds(host.process.pid)
        for number in range(messages):
            await clients[0].send(f"<message xmlns='jabber:client' to='{ROOM}' type='groupchat' id='m{number}'>"
                                  "<body>Shall we have lunch at noon, or is one o'clock better for you?</body>"
                                  "<active xmlns='http://jabber.org/protocol/chatstates'/></message>")
        last = f"m{messages - 1}"
        await asyncio.gather(*(receive(client, lambda element: element.get("id") == last) for client in clients))
        return (processor_seconds(host.process.pid) - before) / messages * 1e6
    finally:
        host.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--occupants", type=int, nargs="+", default=[2, 20])
    options = parser.parse_args()
    Prosody.build = options.build.resolve()
    work = pathlib.Path(tempfile.mkdtemp())
    for occupants in options.occupants:
        costs = {WithoutModule: [], Prosody: []}
        for number in range(options.rounds):
            for kind, cost in costs.items():
                folder = work / f"{occupants}-{kind.__name__}-{number}"
                cost.append(asyncio.run(measure(kind, folder, occupants, options.messages)))
        without, with_module = min(costs[WithoutModule]), min(costs[Prosody])
        print(f"{occupants} occupants: {without:.1f} us a message without, {with_module:.1f} us with mod_parley: "
              f"{(with_module / without - 1) * 100:+.1f} % (best of {options.rounds} rounds of {options.messages})")
    shutil.rmtree(work)


if __name__ == "__main__":
    main()
