#!/usr/bin/python3
"""Hosts every deliberately broken module, and none at all, in Prosody or ejabberd: the server starts, refuses calls,
lets chat through, says in its log what is wrong, and ends when told to. Modules that do not start share one server,
which is told of one after the other."""

import argparse
import asyncio
import pathlib
import shutil
import sys

SCENARIOS = pathlib.Path(__file__).resolve().parent.parent / "scenarios"
sys.path.insert(0, str(SCENARIOS))

from hosts import driver  # noqa: E402
from hosts.host import HostError  # noqa: E402
from runner import dialogue, play  # noqa: E402

SKIPPED = 77
# These load and start; what they get wrong comes later or never.
START_WELL = {"slow", "callback_throws", "stop_times_out", "well_behaved"}


def host(kind, modules, scenario, work, patience):
    """What is wrong with each of the modules on one server, or None, by name."""
    kind.module_file = modules[0]
    server = kind(work / modules[0].stem, len(modules) * len(scenario.clients))
    wrong = {}
    try:
        server.start()
        try:
            for module in modules:
                wrong[module.stem] = play_with(module, server, scenario, patience)
        finally:
            server.stop()
    except HostError as error:
        return {module.stem: error for module in modules}
    log = server.log.read_text(errors="replace")
    for module in modules:
        if "traceback" in log.lower() or "crash" in log.lower():
            wrong[module.stem] = f"an error of mod_parley in {server.log}"
        elif module.stem not in START_WELL and f"{module.name}: " not in log:
            wrong[module.stem] = f"{server.log} does not say what is wrong with it"
    return wrong


def play_with(module, server, scenario, patience):
    try:
        if module != server.module_file:
            server.change_module(module)
        asyncio.run(asyncio.wait_for(play.Player(scenario, server, patience).run(), 300 * patience))
    except (play.Failed, TimeoutError) as error:
        return error
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="prosody", help="prosody (default) or ejabberd")
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--modules", type=pathlib.Path, required=True, help="the folder of broken modules")
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--patience", type=float, default=1.0)
    options = parser.parse_args()
    kind = driver(options.host)
    if kind.unavailable():
        print(f"skip: {kind.unavailable()}\n0 passed, 0 failed, 1 skipped")
        return SKIPPED
    shutil.rmtree(options.work, ignore_errors=True)
    kind.build = options.build.resolve()
    scenario = dialogue.parse(SCENARIOS / "prosody" / "broken-module.scenario")
    modules = sorted(options.modules.resolve().glob("*.so")) + [options.modules.resolve() / "not_there.so"]
    alone = [[module] for module in modules if module.stem in START_WELL]
    passed = failed = 0
    for group in [*alone, [module for module in modules if module.stem not in START_WELL]]:
        for name, wrong in host(kind, group, scenario, options.work, options.patience).items():
            passed, failed = (passed, failed + 1) if wrong else (passed + 1, failed)
            print(f"FAILED {name}: {wrong}" if wrong else f"ok     {name}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or passed < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
