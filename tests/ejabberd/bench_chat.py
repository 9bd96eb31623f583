#!/usr/bin/python3
"""What the module costs ordinary chat: ejabberd's processor time for a groupchat message, with and without
mod_parley, in turn on instances of one processor's worth of schedulers. Prints both and the difference in
percent; fails above --limit."""

import argparse
import asyncio
import pathlib
import shutil
import sys
import tempfile

SCENARIOS = pathlib.Path(__file__).resolve().parent.parent / "scenarios"
sys.path.insert(0, str(SCENARIOS))

from hosts.ejabberd import Ejabberd  # noqa: E402
from runner.client import Client  # noqa: E402

ROOM = "bench@conference.localhost"


class OneScheduler(Ejabberd):
    def command(self):
        command = super().command()
        at = command.index("erl") + 1
        return [*command[:at], "+S", "1:1", *command[at:]]


class WithoutModule(OneScheduler):
    @classmethod
    def has_calls(cls):
        return False


def processor_seconds(pid):
    """Of all threads, to the nanosecond."""
    tasks = pathlib.Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


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


async def chat(clients, count, label):
    for number in range(count):
        await clients[0].send(f"<message xmlns='jabber:client' to='{ROOM}' type='groupchat' id='{label}{number}'>"
                              "<body>Shall we have lunch at noon, or is one o'clock better for you?</body>"
                              "<active xmlns='http://jabber.org/protocol/chatstates'/></message>")
    last = f"{label}{count - 1}"
    await asyncio.gather(*(receive(client, lambda element: element.get("id") == last) for client in clients))


async def measure(kind, work, occupants, messages):
    """Microseconds of the server's processor time for one message."""
    host = kind(work, occupants + 1)
    host.start()
    try:
        clients = [await enter(host, number) for number in range(occupants)]
        await chat(clients, messages // 4, "warm")
        before = processor_seconds(host.process.pid)
        await chat(clients, messages, "m")
        return (processor_seconds(host.process.pid) - before) / messages * 1e6
    finally:
        host.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=7, help="of which the cheapest counts")
    parser.add_argument("--occupants", type=int, nargs="+", default=[2, 20])
    parser.add_argument("--limit", type=float, default=3.0, help="percent")
    options = parser.parse_args()
    if Ejabberd.unavailable():
        print(f"skip: {Ejabberd.unavailable()}")
        return 77
    Ejabberd.build = options.build.resolve()
    work = pathlib.Path(tempfile.mkdtemp())
    dear = False
    for occupants in options.occupants:
        costs = {WithoutModule: [], OneScheduler: []}
        for number in range(options.rounds):
            for kind, cost in costs.items():
                folder = work / f"{occupants}-{kind.__name__}-{number}"
                cost.append(asyncio.run(measure(kind, folder, occupants, options.messages)))
        without, with_module = min(costs[WithoutModule]), min(costs[OneScheduler])
        percent = (with_module / without - 1) * 100
        dear = dear or percent > options.limit
        print(f"{occupants} occupants: {without:.1f} us a message without, {with_module:.1f} us with mod_parley: "
              f"{percent:+.1f} % (best of {options.rounds} rounds of {options.messages})", flush=True)
    shutil.rmtree(work)
    return 1 if dear else 0


if __name__ == "__main__":
    sys.exit(main())
