"""A real HTTP server that speaks OpenAI's protocol and can be told to fail."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from knowloom.models.language_model import LanguageModel

SECRET = "sk-very-secret"
Act = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Speaking:
    """What the server did, how it will act on the next requests, and usually."""

    url: str = ""
    acts: list[Act] = field(default_factory=list[Act])
    asked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    usual: Act | None = None

    def model(self, **options: Any) -> LanguageModel:
        """Return a client for it."""
        from knowloom.models.openai_compatible import OpenAICompatible

        return OpenAICompatible(self.url, "tiny", SECRET, **options)


@contextmanager
def speaking() -> Generator[Speaking]:
    """Run a server for as long as the block takes."""
    state = Speaking()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            state.asked.append(json.loads(self.rfile.read(length)))
            (state.acts.pop(0) if state.acts else state.usual or answer)(self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{web.server_address[1]}/v1"
    threading.Thread(target=web.serve_forever, daemon=True).start()
    yield state
    web.shutdown()
    web.server_close()


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    """Send a response."""
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def say(handler: BaseHTTPRequestHandler, text: str) -> None:
    """Answer with a text."""
    message = {"role": "assistant", "content": text}
    body = {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "tiny",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12},
    }
    send(handler, 200, json.dumps(body).encode())


def answer(handler: BaseHTTPRequestHandler) -> None:
    """Answer well."""
    say(handler, 'results = [Person("Ada")]')
