"""A Maven repository on the loopback interface that can misbehave in the ways real ones do."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from knowloom.server.distribution import Jar

Answer = Callable[[BaseHTTPRequestHandler, bytes], None]


@dataclass
class Repository:
    """Files by path, how each is answered, and how often each was asked for."""

    files: dict[str, bytes] = field(default_factory=dict)
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    url: str = ""

    def add(self, artifact: str, content: bytes, *answers: Answer) -> Jar:
        """Serve a jar; `answers` are given first, one a request, then it is sent as it is."""
        digest = hashlib.sha256(content).hexdigest()
        jar = Jar("org.example", artifact, "1.0", sha256=digest, size=len(content))
        self.files[f"/{jar.path}"] = content
        self.answers[f"/{jar.path}"] = list(answers)
        return jar

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        self.asked[request.path] += 1
        pending = self.answers.get(request.path, [])
        reply = pending.pop(0) if pending else whole
        reply(request, self.files[request.path])


def whole(request: BaseHTTPRequestHandler, content: bytes) -> None:
    """Send the file as it is."""
    request.send_response(200)
    request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    request.wfile.write(content)


def cut(request: BaseHTTPRequestHandler, content: bytes) -> None:
    """Promise the whole file, send half of it and hang up."""
    request.send_response(200)
    request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    request.wfile.write(content[: len(content) // 2])
    request.close_connection = True


def garbled(request: BaseHTTPRequestHandler, content: bytes) -> None:
    """Send something else of the same size."""
    whole(request, bytes(255 - byte for byte in content))


def refused(code: int) -> Answer:
    """Return an answer that is an error."""
    return lambda request, content: request.send_error(code)


@contextmanager
def serving() -> Iterator[Repository]:
    """Yield an empty repository that answers at its `url`."""
    repository = Repository()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            repository.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        repository.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield repository
        server.shutdown()
