"""The folder that the server shows at `/browser/`: Neo4j Browser and this workspace's files."""

from __future__ import annotations

from pathlib import Path

from knowloom.server.config import GUIDE, SERVED, STYLE
from knowloom.server.files import write_text

# Browser asks for both as soon as it connects; until an ontology brings them, this is all.
_FIRST_STYLE = """\
node { diameter: 50px; color: #A5ABB6; border-color: #9AA1AC; text-color-internal: #FFFFFF; }
relationship { color: #A5ABB6; shaft-width: 1px; caption: "<type>"; }
"""
_FIRST_GUIDE = """\
<article class="guide">
<title>knowloom</title>
<slide><h3>Nothing is here yet</h3>
<p>Store an ontology and load something; this guide is then written anew.</p>
<pre>knowloom ontology load ontology.py
knowloom load csv people.csv</pre>
</slide>
</article>
"""


def prepare(web: Path, browser: Path, guide: str) -> None:
    """Make or mend the folder: links to the unpacked Browser, and a folder of our own.

    The server serves the first folder called `browser` on its class path, so the two cannot lie
    in different places; it follows links.

    Args:
        web: the folder that goes on the class path.
        browser: the unpacked Browser in the cache.
        guide: the name of the guide's file; guides of other names, which are known to somebody
            who knew an older password, go.
    """
    shown = web / "browser"
    served = shown / SERVED
    served.mkdir(parents=True, exist_ok=True)
    present = {link.name: link for link in shown.iterdir() if link.is_symlink()}
    for source in browser.iterdir():
        link = present.pop(source.name, shown / source.name)
        if link.is_symlink() and link.readlink() == source:
            continue
        link.unlink(missing_ok=True)
        link.symlink_to(source)
    for outdated in present.values():
        outdated.unlink()
    for known in served.glob(GUIDE):
        if known.name != guide:
            known.unlink()
    for name, text in ((STYLE, _FIRST_STYLE), (guide, _FIRST_GUIDE)):
        if not (served / name).exists():
            write_text(served / name, text)
