"""A process that has loaded the application once and forks workers on request, so that killing them is cheap.

A line ``start <threads>`` on its standard input is answered with the id of a new worker's process. Each is a
Dramatiq worker with the real broker, middleware and kinds, as the command starts it.
"""

from __future__ import annotations

import os
import signal
import sys
import time

import dramatiq

from tests.jobs.process_for_tests import broker


def _work(threads: int) -> None:
    # What it prints is no answer of the process that forked it.
    os.dup2(2, 1)
    # Threads that were made before a fork cannot be started after it: this process has a broker of its own.
    broker.connected.cache_clear()
    connected = broker.connected()
    connected.emit_after("process_boot")
    worker = dramatiq.Worker(connected, queues={"quick"}, worker_threads=threads, worker_timeout=100)
    worker.start()
    while True:
        time.sleep(60)


def main() -> None:
    # Dead workers are not waited for: the kernel takes them away.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _work(int(line.split()[1]))
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
