#!/usr/bin/python3
"""Plays scenario files against a private instance of an XMPP server. See README.md beside this file."""

import argparse
import asyncio
import collections
import pathlib
import shutil
import sys
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77  # exit status: the host is not on this machine
sys.path.insert(0, str(HERE))

from hosts import driver  # noqa: E402
from hosts.host import HostError  # noqa: E402
from runner import dialogue, play  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=pathlib.Path, help="files or folders; all by default")
    parser.add_argument("--host", default="parleyd", help="parleyd (default), prosody or ejabberd")
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent.parent / "build" / "dev",
                        help="build folder with parleyd and the module")
    parser.add_argument("--module", type=pathlib.Path,
                        help="a module to host in place of parley.so; its name is what scenarios may need")
    parser.add_argument("--work", type=pathlib.Path, help="where data and logs go (default: BUILD/scenarios/HOST)")
    parser.add_argument("--jobs", type=int, default=8, help="scenarios played at the same time on one instance")
    parser.add_argument("--patience", type=float, default=1.0, help="multiplies every time limit")
    parser.add_argument("--verbose", action="store_true", help="print what was said even where all went well")
    return parser.parse_args()


def find(paths):
    found = []
    for path in paths or [HERE]:
        found += sorted(path.rglob("*.scenario")) if path.is_dir() else [path]
    return found


def name_of(scenario):
    path = scenario.path.resolve()
    return str(path.relative_to(HERE).with_suffix("")) if path.is_relative_to(HERE) else path.name


async def play_one(scenario, host, options, gate, results):
    async with gate:
        started = time.monotonic()
        player = play.Player(scenario, host, options.patience)
        error = None
        try:
            async with asyncio.timeout(300 * options.patience):
                await player.run()
        except play.Failed as failure:
            error = str(failure)
        except TimeoutError:
            error = f"not over after {300 * options.patience:.0f} s"
        except Exception:  # a bug of the runner is a failure of the scenario, not the end of the run
            error = traceback.format_exc()
        seconds = time.monotonic() - started
        print(f"{'FAILED' if error else 'ok    '} {name_of(scenario)} ({seconds:.1f} s): {scenario.title}")
        log = options.work / "transcripts" / (name_of(scenario).replace("/", "-") + ".log")
        log.write_text("\n".join(player.transcript) + "\n")
        if error:
            print("  " + error.replace("\n", "\n  "))
            print("  what was said last:")
            for line in player.transcript[-12:]:
                print("    " + line[:600])
            print(f"  all of it: {log}")
        elif options.verbose:
            print("    " + "\n    ".join(player.transcript))
        sys.stdout.flush()
        results.append(error is None)


async def play_group(host, scenarios, options):
    gate, results = asyncio.Semaphore(options.jobs), []
    await asyncio.gather(*(play_one(scenario, host, options, gate, results) for scenario in scenarios))
    return results


def main():
    options = arguments()
    options.build = options.build.resolve()
    options.work = (options.work or options.build / "scenarios" / options.host).resolve()
    shutil.rmtree(options.work, ignore_errors=True)
    (options.work / "transcripts").mkdir(parents=True)
    make_host = driver(options.host)
    make_host.build = options.build
    make_host.module_file = options.module and options.module.resolve()
    try:
        scenarios = [dialogue.parse(path) for path in find(options.paths)]
    except dialogue.FormatError as error:
        print(f"{error}\n0 passed, 1 failed")
        return 1
    reason = make_host.unavailable()
    if reason:
        print(f"skip   all of {options.host}: {reason}\n0 passed, 0 failed, {len(scenarios)} skipped")
        return SKIPPED
    groups = collections.defaultdict(list)
    passed = failed = skipped = 0
    for scenario in scenarios:
        missing = scenario.missing(options.host, make_host.features)
        if missing is None:
            groups[scenario.instance].append(scenario)
        else:
            skipped += 1
            print(f"skip   {name_of(scenario)}: {missing}")
    for number, (settings, members) in enumerate(sorted(groups.items())):
        host = make_host(options.work / f"instance-{number}", sum(len(s.clients) for s in members), *settings)
        try:
            host.start()
            results = asyncio.run(play_group(host, members, options))
        except HostError as error:
            print(f"FAILED {options.host} ({' '.join(sum(settings, ())) or 'default options'}): {error}")
            failed += len(members)
            continue
        passed += sum(results)
        failed += len(results) - sum(results)
        try:
            host.stop()
        except HostError as error:
            print(f"FAILED {options.host}, at its end: {error}")
            failed += 1
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
