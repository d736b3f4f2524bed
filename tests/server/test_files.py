"""Folders that belong to one process, however it ends."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from knowloom.server.files import own_folder

HOLD = """
import sys, time
from pathlib import Path
from knowloom.server.files import own_folder
with own_folder(Path(sys.argv[1]), "work-") as folder:
    (folder / "half").write_text("made")
    print(folder, flush=True)
    time.sleep(60)
"""


def holding(parent: Path) -> tuple[subprocess.Popen[str], Path]:
    """Return a process that has a folder of its own, and that."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(parent)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_what_a_killed_process_left_goes_and_what_another_uses_stays(tmp_path: Path) -> None:
    """Whose process is gone is told by the operating system, not by a clock or a number."""
    (tmp_path / "workings").mkdir()
    killed, left = holding(tmp_path)
    alive, used = holding(tmp_path)
    try:
        assert left.is_dir()
        killed.kill()
        killed.communicate()
        with own_folder(tmp_path, "work-") as folder:
            assert sorted(tmp_path.glob("work*/")) == sorted([folder, used, tmp_path / "workings"])
            assert (used / "half").read_text() == "made"
        assert not folder.exists()
    finally:
        alive.kill()
        alive.communicate()


def test_many_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    """One looks for what was left while the next makes its folder and a third removes its own."""

    def use(number: int) -> bool:
        for _ in range(25):
            with own_folder(tmp_path, "work-") as folder:
                for part in range(20):
                    (folder / f"part{part}").write_text(str(number))
                if (folder / "part0").read_text() != str(number):
                    return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(use, range(8)))
    assert not list(tmp_path.glob("work*/"))
