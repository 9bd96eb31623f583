#!/usr/bin/python3
"""What the module costs ordinary chat: what ejabberd does for a groupchat message, with and without mod_parley, in
turn on instances of one processor's worth of schedulers. Prints both and the difference in percent; fails
above --limit.

It counts reductions of the room and the clients' sessions, Erlang's own measure of work (a reduction is about a
function call), which does not depend on what else the machine does. Native code is in them only as far as it accounts for itself; for ordinary chat mod_parley
calls none. --time takes the processor's time instead: all that there is, on a quiet machine."""

import argparse
import asyncio
import pathlib
import shutil
import sys
import tempfile
import time

SCENARIOS = pathlib.Path(__file__).resolve().parent.parent / "scenarios"
sys.path.insert(0, str(SCENARIOS))

from hosts.ejabberd import Ejabberd  # noqa: E402
from hosts.host import HostError  # noqa: E402
from runner.client import Client  # noqa: E402

ROOM = "bench@conference.localhost"


# Writes how many reductions the room and the clients' sessions have had, whenever the file `ask` is there: all that
# a message passes through on its way, and no process of the background.
_COUNTER = """\
spawn(fun Wait() ->
    timer:sleep(500),
    case file:delete("{folder}/ask") of
        ok -> {{ok, Room}} = mod_muc:find_online_room(<<"bench">>, <<"conference.localhost">>),
              Total = lists:sum([N || Pid <- [Room | ejabberd_sm:get_all_pids()],
                                      {{reductions, N}} <- [process_info(Pid, reductions)]]),
              ok = file:write_file("{folder}/answer.new", integer_to_binary(Total)),
              ok = file:rename("{folder}/answer.new", "{folder}/answer");
        _ -> ok
    end,
    Wait()
end).
"""


class OneScheduler(Ejabberd):
    def command(self):
        command = super().command()
        at = command.index("erl") + 1
        counter = self.folder / "counter.erl"
        counter.write_text(_COUNTER.format(folder=self.folder))
        return [*command[:at], "+S", "1:1", *command[at:], "-eval", f'ok = file:eval("{counter}").']

    def reductions(self):
        """Of the room and the sessions since they began."""
        answer = self.folder / "answer"
        (self.folder / "ask").touch()
        deadline = time.monotonic() + 30
        while not answer.exists():
            if time.monotonic() > deadline:
                raise HostError("ejabberd does not say its reductions")
            time.sleep(0.01)
        count = int(answer.read_text())
        answer.unlink()
        return count

    def processor_us(self):
        """Of all threads, to the nanosecond."""
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e3


class WithoutModule(OneScheduler):
    @classmethod
    def has_calls(cls):
        return False


async def enter(host, number):
    client = Client(f"c{number}", host.address, host.fresh_account("c"), {"transport": "websocket"}, lambda *_: None)
    await client.connect()
    await client.send(f"<presence xmlns='jabber:client' to='{ROOM}/c{number}'>"
                      "<x xmlns='http://jabber.org/protocol/muc'/></presence>")
    while (await client.next_stanza(60)).find("{jabber:client}subject") is None:
        pass
    return client


async def receive(client, stanza_id):
    while (await client.next_stanza(60)).get("id") != stanza_id:
        pass


async def chat(clients, count, label):
    """One message after the other, each when all have the one before: how much the server does at once does not
    depend on how fast it is."""
    for number in range(count):
        await clients[0].send(f"<message xmlns='jabber:client' to='{ROOM}' type='groupchat' id='{label}{number}'>"
                              "<body>Shall we have lunch at noon, or is one o'clock better for you?</body>"
                              "<active xmlns='http://jabber.org/protocol/chatstates'/></message>")
        await asyncio.gather(*(receive(client, f"{label}{number}") for client in clients))


async def measure(kind, measure_of, work, occupants, messages):
    """What the server spends on one message."""
    host = kind(work, occupants + 1)
    host.start()
    try:
        clients = [await enter(host, number) for number in range(occupants)]
        await chat(clients, messages // 4, "warm")
        before = measure_of(host)
        await chat(clients, messages, "m")
        return (measure_of(host) - before) / messages
    finally:
        host.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--messages", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3, help="of which the cheapest counts")
    parser.add_argument("--time", action="store_true", help="measure the processor's time, not reductions")
    parser.add_argument("--occupants", type=int, nargs="+", default=[2, 20])
    parser.add_argument("--limit", type=float, default=3.0, help="percent")
    options = parser.parse_args()
    if Ejabberd.unavailable():
        print(f"skip: {Ejabberd.unavailable()}")
        return 77
    Ejabberd.build = options.build.resolve()
    work = pathlib.Path(tempfile.mkdtemp())
    measure_of, unit = (OneScheduler.processor_us, "us") if options.time else (OneScheduler.reductions, "reductions")
    dear = False
    for occupants in options.occupants:
        costs = {WithoutModule: [], OneScheduler: []}
        for number in range(options.rounds):
            for kind, cost in costs.items():
                folder = work / f"{occupants}-{kind.__name__}-{number}"
                cost.append(asyncio.run(measure(kind, measure_of, folder, occupants, options.messages)))
        without, with_module = min(costs[WithoutModule]), min(costs[OneScheduler])
        percent = (with_module / without - 1) * 100
        dear = dear or percent > options.limit
        print(f"{occupants} occupants: {without:.1f} {unit} a message without, {with_module:.1f} with mod_parley: "
              f"{percent:+.2f} % (best of {options.rounds} rounds of {options.messages})", flush=True)
    shutil.rmtree(work)
    return 1 if dear else 0


if __name__ == "__main__":
    sys.exit(main())
