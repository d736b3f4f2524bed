"""Guides and favourites as text: HTML for Browser, AsciiDoc for its successor, Cypher files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape

from knowloom.browser.guide import Page

_LONGEST = 60  # characters of a title in a file's name; they may take four bytes each
_NOT_WORD = re.compile(r"\W+")
# What AsciiDoc may take for a sign of its own: anywhere, at the beginning, in a listing.
_SIGNS = re.compile(r"""[\[\]{}()*_`#|+<>^~=/\\&'"$;-]|\.{2,}|:{2,}""")
_BEGINS = re.compile(r"[.:]|(?:\d+|[a-zA-Z])\.(?: |$)|[A-Z]+: ")
_DIRECTIVE = re.compile(r"^(?=\\*(?:include|ifdef|ifndef|ifeval|endif)::)", re.MULTILINE)
_ESCAPE = "\\"
_BACKSLASH = r"\\"
_DASHES = re.compile(r"^-{4,}$", re.MULTILINE)


def as_html(title: str, pages: Iterable[Page]) -> str:
    """Return a guide for Neo4j Browser: slides, their queries to click on.

    >>> as_html("Films", [Page("A & B", ("Two.",))]).splitlines()[2]
    '<slide><div style="padding: 0 20px"><h3>A &amp; B</h3>'
    """
    slides = "\n".join(map(_slide, pages))
    return f'<article class="guide">\n<title>{escape(title)}</title>\n{slides}\n</article>\n'


def as_asciidoc(title: str, pages: Iterable[Page]) -> str:
    """Return a guide for the Browser that calendar releases bring.

    >>> from knowloom.browser.guide import Query
    >>> print(as_asciidoc("Films", [Page("Two", ("Two.",), (Query("All", "RETURN 1"),))]))
    = Films
    <BLANKLINE>
    == Two
    <BLANKLINE>
    Two.
    <BLANKLINE>
    .All
    [source,cypher]
    ----
    RETURN 1
    ----
    <BLANKLINE>
    """
    parts = [f"= {title}", *(part for page in pages for part in _section(page))]
    return "\n\n".join(parts) + "\n"


def favourites(pages: Iterable[Page]) -> Mapping[str, str]:
    """Return the queries as files: name to content, whose first line is the title.

    >>> from knowloom.browser.guide import Query
    >>> favourites([Page("", (), (Query("All of it", "RETURN 1"),))])
    {'01-all-of-it.cypher': '// All of it\\nRETURN 1\\n'}
    """
    queries = {query.text: query for page in pages for query in page.queries}
    return {
        f"{place:02}-{_file_name(query.title)}.cypher": (
            f"{_comment(query.title)}\n{query.text}\n"
        )
        for place, query in enumerate(queries.values(), start=1)
    }


def _comment(title: str) -> str:
    """Return a title as a comment of one line.

    A server reads an escape such as `\\u000A` even there: a name with one would end the comment,
    and what follows in the name would be run. So there are no backslashes.
    """
    return f"// {' '.join(title.replace(_ESCAPE, '/').split())}"


def _file_name(title: str) -> str:
    """Return a title as part of a file's name, which no file system finds too long."""
    return _NOT_WORD.sub("-", title[:_LONGEST].lower()).strip("-")


def _slide(page: Page) -> str:
    """Return a page as a slide."""
    lines = [f'<slide><div style="padding: 0 20px"><h3>{escape(page.title)}</h3>']
    lines += [f"<p>{escape(text)}</p>" for text in page.says]
    for query in page.queries:
        lines.append(f"<h4>{escape(query.title)}</h4>")
        lines.append(f'<pre class="runnable">{escape(query.text, quote=False)}</pre>')
    if page.commands:
        commands = "\n".join(page.commands)
        lines.append(f"<p>In a terminal:</p>\n<pre>{escape(commands, quote=False)}</pre>")
    return "\n".join([*lines, "</div></slide>"])


def _section(page: Page) -> list[str]:
    """Return a page as the blocks of a section."""
    parts = [f"== {_adoc(page.title)}", *map(_adoc, page.says)]
    for query in page.queries:
        parts.append(f".{_adoc(query.title)}\n{_listing('cypher', query.text)}")
    if page.commands:
        parts.append(_listing("sh", "\n".join(page.commands)))
    return parts


def _listing(language: str, text: str) -> str:
    """Return a listing, in a fence that is in no line of it."""
    fence = "-" * max((len(found) + 1 for found in _DASHES.findall(text)), default=4)
    return f"[source,{language}]\n{fence}\n{_DIRECTIVE.sub(_BACKSLASH, text)}\n{fence}"


def _adoc(text: str) -> str:
    """Return text in which AsciiDoc finds no signs of its own, on one line."""
    line = _SIGNS.sub(_referred, " ".join(text.split()))
    return _referred(line[0]) + line[1:] if _BEGINS.match(line) else line


def _referred(found: re.Match[str] | str) -> str:
    """Return characters by their numbers, which every form of AsciiDoc shows as they are."""
    signs = found if isinstance(found, str) else found[0]
    return "".join(f"&#{ord(sign)};" for sign in signs)
