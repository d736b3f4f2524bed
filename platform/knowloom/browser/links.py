"""Links that open Neo4j Browser, connected as far as it goes and with a query in its editor."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

# Browser cuts a text at these two, however they are encoded in the link. Cypher 5 reads an escape
# anywhere in a statement, so there it means the same.
_CUTTING = str.maketrans({"&": "\\u0026", "#": "\\u0023"})


def browser_link(
    http_uri: str, bolt_uri: str, user: str = "", query: str = "", database: str = "neo4j"
) -> str:
    """Return a link that opens Neo4j Browser for a server.

    With a user the form is filled in but for the password; without one, for a server that wants no
    login, Browser connects by itself. The query is in the editor and never runs by itself.

    Args:
        http_uri: where Browser is served, without a path.
        bolt_uri: where Browser connects.
        user: empty for a server without authentication.
        query: a Cypher statement; empty for none.
        database: the one to use.

    >>> browser_link("http://localhost:7474", "bolt://localhost:7687", "", "MATCH (n) RETURN n")
    'http://localhost:7474/browser/?preselectAuthMethod=NO_AUTH&cmd=edit&arg=MATCH%20%28n%29%20RETURN%20n'
    """
    if user:
        server = f"neo4j://{quote(user, safe='')}@{urlsplit(bolt_uri).netloc}"
        parts = [f"dbms={quote(server, safe='')}", f"db={quote(database, safe='')}"]
    else:
        parts = ["preselectAuthMethod=NO_AUTH"]
    if query:
        parts += ["cmd=edit", f"arg={quote(query.translate(_CUTTING), safe='')}"]
    return f"{http_uri.rstrip('/')}/browser/?{'&'.join(parts)}"
