"""The web server: threads that wait for the database share a process (read by gunicorn)."""

import os

from correspondence.config import environment

_settings = environment.read()

bind = _settings.bind
worker_class = "gthread"
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
