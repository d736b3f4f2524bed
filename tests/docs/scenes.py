"""What the scripts of documents talk of, brought about before each is run (scenes.toml)."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import threading
import tomllib
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from tests.docs.stand_ins import write_all
from tests.models.speaking import say, speaking

HERE = Path(__file__).parent
PATIENCE = 600  # seconds for one script
_EMPTY = """
import os
from knowloom.store.connect import Endpoint, connect
names = ("NEO4J_URI", "NEO4J_USERNAME", "NEO4J_PASSWORD", "NEO4J_DATABASE")
with connect(Endpoint(*(os.environ[name] for name in names))) as database:
    database.run(
        "MATCH (n) WHERE NOT n:__Neo4jMigration CALL (n) { DETACH DELETE n } IN TRANSACTIONS"
    )
"""
_CODE = """```python
count = len(search_results)
analysis_results = {"values": {"answer": {"value": count, "uids": []}}}
```"""
_CLASSES = "\n\n".join(f"class {name}(Entity):\n    pass" for name in ("Prize", "Journal", "Name"))
# What the stand-in for a model answers to a prompt that holds these words; the first that fits.
_EXTRACTED = 'results = [Person("Ada Lovelace"), City("London")]'
_ANSWERS = {"GOOD": "GOOD", "analysis_results": _CODE, "the career of": _CLASSES}


@functools.cache
def _known() -> dict[str, Any]:
    return tomllib.loads((HERE / "scenes.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Scene:
    """What a script of a document needs.

    Args:
        before: shell commands that bring it about.
        script: the script, with what is here for what is the reader's.
        elsewhere: what runs it instead of the tests of documents; "" where they do.
        neural: whether it needs networks.
    """

    before: str
    script: str
    elsewhere: str = ""
    neural: bool = False


def scene(document: str, script: str) -> Scene:
    """Return what a script of a document needs.

    Args:
        document: its path in the project.
        script: as shown.
    """
    known = _known()
    befores = known.get(document, {})
    before = befores.get(_first(befores, script), befores.get("*", ""))
    told = script
    for word, here in known["instead"].items():
        told = told.replace(word, here)
    elsewhere = known["elsewhere"].get(_first(known["elsewhere"], script), "")
    neural = bool(_first(known["neural"].get(document, ()), script))
    return Scene(before, told, elsewhere, neural)


def _first(beginnings: Any, script: str) -> str:
    """Return the longest of some beginnings that a script has, or nothing."""
    return max((b for b in beginnings if script.startswith(b)), key=len, default="")


def unused(scripts: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what scenes.toml knows of that is in no script.

    Args:
        scripts: of each document.
    """
    known = _known()
    everything = [script for several in scripts.values() for script in several]
    found = [word for word in known["instead"] if not any(word in s for s in everything)]
    beginnings: list[tuple[str, Sequence[str]]] = [
        (name, everything) for name in known["elsewhere"]
    ]
    for document, several in scripts.items():
        named = [*known.get(document, {}), *known["neural"].get(document, ())]
        beginnings += [(name, several) for name in named if name != "*"]
    return found + [name for name, s in beginnings if not any(t.startswith(name) for t in s)]


def played(scene: Scene, place: str, environment: Mapping[str, str]) -> None:
    """Run a script after what brings its scene about; it has to end well."""
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f"{scene.before}\n{scene.script}"],
        check=False,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
    )
    assert ran.returncode == 0, f"{place}: {scene.script}{ran.stdout}"


@contextmanager
def stand_ins(folder: Path) -> Generator[Mapping[str, str]]:
    """Write the files, serve the feed and the model; yield how scripts are told of them."""
    files = folder / "stand-ins"
    write_all(files)
    (files / "empty.py").write_text(_EMPTY, encoding="utf-8")
    (files / "people.jsonl").write_text('{"name": "Ida Rhodes", "born": "1900-05-15"}\n')
    with _served(files) as feed, speaking() as model, _stopping(folder):
        model.usual = lambda handler: say(handler, _answer(model.asked[-1]))
        yield {
            "STAND_INS": str(files),
            "FEED": feed,
            "EMPTY": f"{sys.executable} {files / 'empty.py'}",
            "MODEL_URL": model.url,
            "KNOWLOOM_MODEL": "tiny",
            "HOME": str(folder),
            "XDG_CACHE_HOME": str(user_cache_path()),
            "PIP_DRY_RUN": "1",  # that the extras exist, without changing what is installed
            "PIP_NO_INDEX": "1",
        }


def _answer(request: Mapping[str, Any]) -> str:
    prompt = request["messages"][-1]["content"]
    fitting = (answer for words, answer in _ANSWERS.items() if words in prompt)
    return next(fitting, _EXTRACTED)


@contextmanager
def _served(folder: Path) -> Generator[str]:
    """Serve the files of a folder on this machine."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    web = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=web.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{web.server_address[1]}"
    web.shutdown()
    web.server_close()


@contextmanager
def _stopping(folder: Path) -> Generator[None]:
    """Stop the servers that scripts left running."""
    try:
        yield
    finally:
        for left in folder.glob("*/password"):
            command = ["knowloom", "server", "stop", "--workspace", str(left.parent)]
            subprocess.run(command, check=True, capture_output=True)
