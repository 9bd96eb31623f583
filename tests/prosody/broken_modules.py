#!/usr/bin/python3
"""Hosts every deliberately broken module, and none at all, in Prosody or ejabberd: the server starts, refuses calls,
lets chat through, says in its log what is wrong, and ends when told to."""

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


def host(kind, module, scenario, work, patience):
    """Raises HostError or play.Failed."""
    kind.module_file = module
    server = kind(work / module.stem, len(scenario.clients))
    server.start()
    try:
        asyncio.run(asyncio.wait_for(play.Player(scenario, server, patience).run(), 300 * patience))
    finally:
        server.stop()
    log = server.log.read_text(errors="replace")
    if "traceback" in log.lower() or "crash" in log.lower():
        raise HostError(f"an error of mod_parley in {server.log}")
    if module.stem not in START_WELL and f"{module.name}: " not in log:
        raise HostError(f"{server.log} does not say what is wrong with {module.name}")


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
    passed = failed = 0
    for module in modules:
        try:
            host(kind, module, scenario, options.work, options.patience)
            passed += 1
            print(f"ok     {module.stem}")
        except (HostError, play.Failed, TimeoutError) as error:
            failed += 1
            print(f"FAILED {module.stem}: {error}")
        sys.stdout.flush()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or passed < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
