"""A mail server that keeps what it gets, and refuses or hangs up when told."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage


class Sink(socketserver.ThreadingTCPServer):
    """Listens on loopback; ``answers`` are given to the next messages in place of 250."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Conversation)
        self.kept: list[EmailMessage] = []
        self.answers: list[str] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class Conversation(socketserver.StreamRequestHandler):
    server: Sink

    def handle(self) -> None:
        self._say("220 sink")
        for line in self.rfile:
            word = line.decode().split()[0].upper() if line.strip() else ""
            if word == "DATA":
                self._say("354 go on")
                if not self._take():
                    return
            elif word == "QUIT":
                self._say("221 bye")
                return
            elif word == "RCPT" and b"nobody@" in line:
                self._say("550 no such mailbox")
            else:
                self._say("250 sink")

    def _take(self) -> bool:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.removeprefix(b"."))
        answer = self.server.answers.pop(0) if self.server.answers else "250 kept"
        if answer == "hang up":
            return False
        if answer.startswith("250"):
            self.server.kept.append(email.message_from_bytes(b"".join(lines), policy=email.policy.default))
        self._say(answer)
        return True

    def _say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())


@contextmanager
def sink(port: int = 0) -> Iterator[Sink]:
    with Sink(port) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
