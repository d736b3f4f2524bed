"""Fetching the jars of a distribution: eight connections, checked, each file placed whole."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from knowloom.errors import DiskFull, DownloadFailed, SettingsError
from knowloom.server.distribution import Jar
from knowloom.server.files import placed, remove_abandoned

if TYPE_CHECKING:
    from urllib3 import PoolManager

CONNECTIONS = 8
# Java's class-data archive remembers when a jar was written. With one date for all, a jar that is
# fetched anew still fits the archive.
_WRITTEN = 1_700_000_000


def missing(jars: Sequence[Jar], folder: Path) -> tuple[Jar, ...]:
    """Return those of `jars` that are not in `folder` in their full size."""
    return tuple(jar for jar in jars if not _is_there(jar, folder))


def fetch(
    jars: Sequence[Jar],
    folder: Path,
    repository: str = "",
    advance: Callable[[int], None] = lambda size: None,
) -> None:
    """Bring `jars` into `folder`, checked against their SHA-256.

    Files that are there already stay; each new one is placed whole, so after a cut the next call
    goes on with what is left, and two processes may do this at once.

    Args:
        jars: what is wanted.
        folder: where to; made when it is not there.
        repository: the root of a Maven repository; empty for the public one.
        advance: called with the bytes of every file that has arrived.

    Raises:
        DownloadFailed: a file cannot be had, or is not what the lock file says.
        DiskFull: no room is left.
        SettingsError: no repository is known.
    """
    if not (wanted := missing(jars, folder)):
        return
    root = (repository or _public_repository()).rstrip("/")
    folder.mkdir(parents=True, exist_ok=True)
    remove_abandoned(folder)
    _check_room(folder, sum(jar.size for jar in wanted))
    pool = _connections(root)

    def bring(jar: Jar) -> int:
        if not _is_there(jar, folder):
            _fetch_one(pool, f"{root}/{jar.path}", jar, folder)
        return jar.size

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        tasks = [threads.submit(bring, jar) for jar in _largest_first(wanted)]
        try:
            for task in as_completed(tasks):
                advance(task.result())
        finally:
            threads.shutdown(wait=True, cancel_futures=True)


def _is_there(jar: Jar, folder: Path) -> bool:
    """Return whether the file is in the folder; what is placed there was checked before."""
    file = folder / jar.file_name
    return file.exists() and file.stat().st_size == jar.size


def _largest_first(jars: Sequence[Jar]) -> list[Jar]:
    """Return `jars` so that no connection is left alone with a large file at the end."""
    return sorted(jars, key=lambda jar: -jar.size)


def _fetch_one(pool: PoolManager, url: str, jar: Jar, folder: Path) -> None:
    """Fetch, check and place one file."""
    from urllib3.exceptions import HTTPError

    try:
        response = pool.request("GET", url)
    except HTTPError as error:
        raise DownloadFailed(jar.file_name, _reason(error)) from error
    if response.status != 200:
        raise DownloadFailed(jar.file_name, f"{url} answers {response.status}")
    content = response.data
    if (found := hashlib.sha256(content).hexdigest()) != jar.sha256:
        raise DownloadFailed(
            jar.file_name,
            f"what {url} sent has SHA-256 {found}, the lock file says {jar.sha256}",
        )
    file = folder / jar.file_name
    with placed(file) as part:
        part.write_bytes(content)
    # Under its own name only: half-written with an old date it would be taken for abandoned.
    os.utime(file, (_WRITTEN, _WRITTEN))


def _connections(root: str) -> PoolManager:
    """Return connections that are kept open, and tried again when they break.

    They go through the proxy that the environment names for the repository, like those of pip.
    """
    from urllib.request import getproxies, proxy_bypass

    from urllib3 import PoolManager, ProxyManager, Retry, Timeout

    address = urlsplit(root)
    proxy = None if proxy_bypass(address.netloc) else getproxies().get(address.scheme)
    kind = partial(ProxyManager, proxy) if proxy else PoolManager
    retry = Retry(
        total=4,
        backoff_factor=0.2,
        status_forcelist=(429, 500, 502, 503, 504),
        raise_on_status=False,
    )
    return kind(
        num_pools=2,
        maxsize=CONNECTIONS,
        block=True,
        retries=retry,
        timeout=Timeout(connect=10, read=30),
    )


def _public_repository() -> str:
    """Return the address of the public repository, which the package jgo knows."""
    try:
        from jgo.constants import MAVEN_CENTRAL_URL
    except ImportError as error:
        raise SettingsError(
            "no repository of Neo4j's files is known: run `pip install 'knowloom[server]'`, or "
            "set KNOWLOOM_MAVEN_REPOSITORY"
        ) from error
    return MAVEN_CENTRAL_URL


def _reason(error: Exception) -> str:
    """Return what went wrong, without the address that the caller names anyway."""
    reason = getattr(error, "reason", None) or error
    return str(reason).rpartition("> ")[2] or str(error)


def _check_room(folder: Path, needed: int) -> None:
    """Refuse to begin what cannot fit."""
    if shutil.disk_usage(folder).free < needed:
        raise DiskFull(folder, needed)
