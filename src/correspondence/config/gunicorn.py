"""The web server: threads that wait for the database share a process (read by gunicorn)."""

from __future__ import annotations

import os
import socket
import struct
from typing import TYPE_CHECKING, Any

from correspondence.config import environment, tls

if TYPE_CHECKING:
    from ssl import SSLContext

_settings = environment.read()

bind = _settings.bind
worker_class = "correspondence.config.worker.Worker"
workers = _settings.web_processes
threads = _settings.web_threads
# Waiting grows outward: 65 s here, more in every part in front.
timeout = 65
graceful_timeout = 75
keepalive = 90
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108, PTH112 - a heartbeat file in memory
accesslog = None
errorlog = "-"
loglevel = "warning"
control_socket_disable = True

if _settings.tls_file:
    # gunicorn speaks TLS when it is given these; what it speaks is said below, from the same file.
    certfile = keyfile = str(_settings.tls_file)
    _tls = tls.context(_settings.tls_file)

    def ssl_context(_config: Any, _made_by_gunicorn: Any) -> SSLContext:
        """Called by gunicorn for each connection."""
        return _tls


def when_ready(server: Any) -> None:
    """Called by gunicorn once it listens; each connection takes the limit over from the listening socket."""
    for listener in server.LISTENERS:
        limit = struct.pack("ll", tls.SILENCE_SECONDS, 0)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
