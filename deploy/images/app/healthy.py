#!/usr/bin/python3 -I
"""Whether the role that runs in this container does its work: the exit code says so.

It asks whether the web server is alive, not whether it is ready: an instance that drains, or whose database
is away, is not made better by a restart. Of the application it loads only what reads the signs of life that
workers and the dispatcher show, so that it costs little.
"""

import http.client
import importlib
import os
import socket
import ssl
import sys
from pathlib import Path

TIMEOUT_SECONDS = 3
NAME = "app"
"""Of the certificate. The connection goes to this container, whatever the name means elsewhere."""


def web() -> bool:
    """The server answers, by the certificate that the load balancer wants to see."""
    port = int(os.environ.get("BIND", "0.0.0.0:8080").rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    plain = socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS)
    if os.environ.get("TLS_FILE"):
        context = ssl.create_default_context(cafile="/run/ca-bundle.pem")
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        connection.sock = context.wrap_socket(plain, server_hostname=NAME)
    else:
        connection.sock = plain
    connection.request("GET", "/healthz/live")
    return connection.getresponse().status == http.HTTPStatus.OK


def silence(name: str) -> str:
    """Why the processes of this name seem to do nothing; empty when they do."""
    sys.path.append("/app/src")
    alive = importlib.import_module("correspondence.jobs.alive")
    return alive.why_unwell(name, Path("/run"), within=alive.WITHIN_SECONDS)


def trouble() -> str:
    """What is wrong with the role that runs here; empty when nothing is."""
    role = Path("/run/role").read_text("utf-8").strip()
    if role == "web":
        return "" if web() else "the web server does not answer as it should"
    # A command runs to its end by itself.
    return silence(role) if role in ("worker", "dispatcher") else ""


if __name__ == "__main__":
    try:
        why = trouble()
    except (OSError, http.client.HTTPException) as problem:
        why = str(problem)
    sys.exit(f"unhealthy: {why}" if why else 0)
