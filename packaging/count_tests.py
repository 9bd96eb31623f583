#!/usr/bin/python3
"""Counts the tests in a JUnit file of ctest and shows what failed.

Usage: count_tests.py JUNIT-FILE. Prints "PASSED FAILED SKIPPED" on stdout, failures on stderr.

A ctest test that runs many tests says so in its output: Boost.Test by its short report, others by a
line "N passed, N failed[, N skipped]". Any other counts as one.
"""

import re
import sys
import xml.etree.ElementTree as ET

_LINES_SHOWN = 60
_OWN_COUNT = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$", re.MULTILINE)
_BOOST = re.compile(r"^\s*(\d+) test cases? out of \d+ (passed|failed|aborted|skipped)", re.MULTILINE)


def count(output, succeeded):
    """(passed, failed, skipped) of one ctest test."""
    own = _OWN_COUNT.findall(output)
    if own:
        passed, failed, skipped = (int(number or 0) for number in own[-1])
    else:
        boost = dict.fromkeys(("passed", "failed", "aborted", "skipped"), 0)
        for number, kind in _BOOST.findall(output):
            boost[kind] += int(number)
        passed, failed, skipped = boost["passed"], boost["failed"] + boost["aborted"], boost["skipped"]
        if passed + failed == 0 and succeeded:
            passed = 1
    if not succeeded and failed == 0:
        failed = 1
    return passed, failed, skipped


def main():
    totals = [0, 0, 0]
    for case in ET.parse(sys.argv[1]).getroot().iter("testcase"):
        output = case.findtext("system-out") or ""
        status = case.get("status")
        if status in ("disabled", "notrun") and case.find("skipped") is not None:
            numbers = (0, 0, 1)
        else:
            numbers = count(output, succeeded=status == "run")
        totals = [total + number for total, number in zip(totals, numbers)]
        if numbers[1]:
            failure = case.find("failure")
            reason = failure.get("message") if failure is not None else ""
            lines = output.rstrip().splitlines()
            if len(lines) > _LINES_SHOWN:
                lines = ["(...)"] + lines[-_LINES_SHOWN:]
            print(f"FAILED {case.get('name')} {reason}\n  " + "\n  ".join(lines), file=sys.stderr)
    print(*totals)


if __name__ == "__main__":
    main()
