#!/usr/bin/python3
"""Runs a command that turns itself into a daemon, and stays its parent: passes SIGTERM on, and ends with
the daemon's status. Usage: as_daemon.py PIDFILE COMMAND..."""

import ctypes
import os
import pathlib
import signal
import subprocess
import sys
import time

PR_SET_CHILD_SUBREAPER = 36


def main():
    pid_file = pathlib.Path(sys.argv[1])
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    status = subprocess.run(sys.argv[2:], timeout=120).returncode
    if status != 0:
        return status
    deadline = time.monotonic() + 120
    while not (pid_file.exists() and pid_file.read_text().strip()):
        if time.monotonic() > deadline:
            print(f"no {pid_file}", file=sys.stderr)
            return 1
        time.sleep(0.02)
    daemon = int(pid_file.read_text())

    def end(*_):
        os.kill(daemon, signal.SIGTERM)
        signal.signal(signal.SIGALRM, lambda *_: os.kill(daemon, signal.SIGKILL))
        signal.alarm(50)

    signal.signal(signal.SIGTERM, end)
    # The daemon is nobody else's child only when the one between, which forked it, has ended.
    ended = None
    while ended != daemon:
        ended, status = os.waitpid(-1, 0)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
