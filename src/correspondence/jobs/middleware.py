"""What the project adds to Dramatiq's handling of a message."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, Any

import structlog
from dramatiq.middleware import Middleware

from correspondence.jobs import alive, connections, kinds

if TYPE_CHECKING:
    from dramatiq import Broker, MessageProxy

log = structlog.get_logger(__name__)

OVER_ITS_LIMIT_SECONDS = 10
EXIT_OVERDUE = 70
"""The exit code of a process that ended itself: EX_SOFTWARE."""


class JobConnections(Middleware):
    """Keeps database connections fresh around each message, and closes them with their thread."""

    def before_process_message(self, broker: Broker, message: MessageProxy) -> None:
        connections.tidy()

    def after_process_message(
        self,
        broker: Broker,
        message: MessageProxy,
        *,
        result: Any = None,
        exception: BaseException | None = None,
    ) -> None:
        connections.renew()

    def before_worker_thread_shutdown(self, broker: Broker, thread: Any) -> None:
        connections.close()


class JobMetrics(Middleware):
    """Knows what each thread works on and since when, and ends a process that hangs.

    A time limit interrupts Python code only. A thread that is ten seconds over it hangs in foreign code
    and will not come back; the process ends itself, its supervisor starts another, and the leases of all
    its jobs run out.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[int, tuple[str, float]] = {}

    def before_process_message(self, broker: Broker, message: MessageProxy) -> None:
        with self._lock:
            self._running[threading.get_ident()] = (message.queue_name, time.monotonic())

    def after_process_message(
        self,
        broker: Broker,
        message: MessageProxy,
        *,
        result: Any = None,
        exception: BaseException | None = None,
    ) -> None:
        with self._lock:
            self._running.pop(threading.get_ident(), None)

    def after_skip_message(self, broker: Broker, message: MessageProxy) -> None:
        self.after_process_message(broker, message)

    def after_worker_boot(self, broker: Broker, worker: Any) -> None:
        threading.Thread(target=self._watch, args=(os.getppid(),), name="watch", daemon=True).start()

    def overdue(self) -> str:
        """The queue of a job that is ten seconds over its limit, or nothing."""
        now = time.monotonic()
        with self._lock:
            for queue, since in self._running.values():
                if now - since > kinds.QUEUES[queue].time_limit + OVER_ITS_LIMIT_SECONDS:
                    return queue
        return ""

    def _watch(self, parent: int) -> None:
        while True:
            time.sleep(1)
            if queue := self.overdue():
                log.critical("A job hangs beyond its time limit: this process ends itself.", queue=queue)
                os._exit(EXIT_OVERDUE)
            alive.beat("worker")
            if os.getppid() != parent:
                log.critical("The parent process is gone: this process ends itself.")
                os._exit(EXIT_OVERDUE)
