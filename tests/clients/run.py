#!/usr/bin/python3
"""Runs the tests of this folder: slixmpp, Debian's XMPP client library, against parleyd."""

import argparse
import logging
import pathlib
import shutil
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "scenarios")]

from hosts.host import HostError  # noqa: E402
from hosts.parleyd import Parleyd  # noqa: E402
import stanzas  # noqa: E402
from test_calls import CallsTest  # noqa: E402
from test_limits import LimitsTest, RingTimeoutTest  # noqa: E402
from test_restart import RestartTest  # noqa: E402

PEOPLE = 3  # of a test, in accounts of their own


class Result(unittest.TextTestResult):
    """Counts tests, not subtests."""

    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        self.failed_tests = set()

    def addSubTest(self, test, subtest, outcome):
        super().addSubTest(test, subtest, outcome)
        if outcome is not None:
            self.failed_tests.add(test.id())

    def addFailure(self, test, outcome):
        super().addFailure(test, outcome)
        self.failed_tests.add(test.id())

    def addError(self, test, outcome):
        super().addError(test, outcome)
        self.failed_tests.add(test.id())


def play(test_class, options):
    """Runs a class's tests on an instance of their own; returns (passed, failed)."""
    tests = unittest.defaultTestLoader.loadTestsFromTestCase(test_class)
    if options.only:
        tests = unittest.TestSuite(test for test in tests if options.only in test.id())
    if not tests.countTestCases():
        return 0, 0
    host = Parleyd(options.work / test_class.__name__, PEOPLE * tests.countTestCases(), test_class.module_options)
    test_class.host, test_class.patience = host, options.patience
    failed = 0
    try:
        host.start()
        result = unittest.TextTestRunner(sys.stdout, verbosity=2, resultclass=Result).run(tests)
        failed = len(result.failed_tests)
        passed = result.testsRun - failed
    except HostError as error:
        print(f"FAILED to start: {error}")
        return 0, tests.countTestCases()
    try:
        host.stop()
    except HostError as error:
        print(f"FAILED at the end: {error}")
        failed += 1
    return passed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent.parent / "build" / "dev")
    parser.add_argument("--work", type=pathlib.Path, help="where data and logs go (default: BUILD/clients)")
    parser.add_argument("--patience", type=float, default=1.0, help="multiplies every time limit")
    parser.add_argument("--only", help="part of a test's name")
    options = parser.parse_args()
    options.build = options.build.resolve()
    options.work = (options.work or options.build / "clients").resolve()
    shutil.rmtree(options.work, ignore_errors=True)
    Parleyd.build = options.build
    logging.basicConfig(level=logging.CRITICAL)
    stanzas.register()
    totals = [play(test_class, options) for test_class in (CallsTest, LimitsTest, RingTimeoutTest, RestartTest)]
    passed, failed = (sum(column) for column in zip(*totals))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
