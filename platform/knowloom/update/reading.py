"""Reading a source again: what it says now, and which of it is not what it said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping

from knowloom.knowledge.plugins import News
from knowloom.knowledge.record import Record, Reject, Statement, content_hash
from knowloom.store.edges import Spool
from knowloom.store.write import Validator
from knowloom.update.snapshot import (
    Rows,
    Turnover,
    are_one_each,
    fact_line,
    is_fact,
    lines_of,
    mark_of,
    record_line,
    subject,
)
from knowloom.update.sources import Source


class Reading:
    """What a source says, compared with what it said.

    Args:
        source: which one.
        validator: lists what cannot be stored.
        reject: called with what could not even be read.
        known: the rows of its last snapshot; None when there is none to go by.
        deleted: the uids of things it says are no more, with the lines that say so.
    """

    def __init__(
        self,
        source: Source,
        validator: Validator,
        reject: Callable[[Reject], None],
        known: Rows | None,
        deleted: Mapping[str, int],
    ) -> None:
        self._source = source
        self._validator = validator
        self._reject = reject
        self._deleted = dict(deleted)
        self._made: set[str] = set()
        self._kept: set[str] = set()
        self._come: dict[bytes, str] = {}
        self._gone: set[bytes] = set()
        self._loose: set[str] = set()
        self.known = known
        self.before = None if known is None else lines_of(known.values())
        """The lines of what it said; None when there is no snapshot to go by."""
        self._one_each = known is not None and are_one_each(known, self.before or ())
        self.ended: set[str] = set()
        """Those of them that it does not say now."""
        self.changed = Spool[Statement]()
        """The statements that are not in the last snapshot, or may be in another form there."""
        self.renewed: set[str] = set()
        """The uids of things of which it says something new."""
        self.given = 0
        """How many statements it makes."""

    @property
    def now(self) -> set[str]:
        """The lines of what it says now."""
        return (self.before or set()) - self.ended | self._made | self._kept

    @property
    def dropped(self) -> set[str]:
        """The uids of things it says are no more."""
        return set(self._deleted)

    def read(self, news: Iterable[News], advance: Callable[[int], None]) -> None:
        """Take in all that it says.

        Args:
            news: in its order.
            advance: called with every number of statements read.
        """
        self._gone = set(self.known or ())
        for some in news:
            before = self.given
            self.given += self._known_again(some)
            for mark, said in some.new:
                self._make_out(mark, said)
            advance(self.given - before)
        self._note_ended()

    def keep(self, lines: set[str]) -> None:
        """Count lines among what it says, though it did not say them again."""
        self._kept |= lines
        self._loose |= lines

    def compare_with(self, before: set[str]) -> set[str]:
        """Take and return the lines of what the graph holds, where there is no snapshot."""
        self.ended = before - self.now
        self.before = before
        return before

    def lost(self, gone: Collection[str]) -> int:
        """Return how many of the lines that go are not replaced by anything.

        A record whose thing the source still speaks of counts as changed; so do as many facts as
        it says anew of the same type between the same ends.
        """
        facts = Counter(subject(line) for line in gone if is_fact(line))
        if facts:  # what it says anew is looked through only for these
            new = self._made - (self.before or set())
            facts -= Counter(subject(line) for line in new if is_fact(line))
        things = [subject(line) for line in gone if not is_fact(line)]
        left = set(things).difference(map(subject, self._made))
        if left:  # what it says unchanged is looked through only for these
            left.difference_update(map(subject, self.now))
        return facts.total() + sum(each in left for each in things)

    def turnover(self) -> Turnover:
        """Return by which rows what it says differs from what it said."""
        known = self.known or {}
        come = self._come | {mark_of(line): f"{line}\n" for line in self._loose}
        new = {mark: lines for mark, lines in come.items() if mark not in known}
        return Turnover(self._gone - come.keys(), new)

    def _known_again(self, some: News) -> int:
        """Take known rows for said; return how many statements they make."""
        known, left = self.known or {}, len(self._gone)
        self._gone.difference_update(some.marks)
        found = left - len(self._gone)
        if self._one_each and found + sum(mark != b"" for mark, _ in some.new) == len(some.marks):
            return found  # none of them is there twice
        return "".join(filter(None, map(known.get, some.marks))).count("\n")

    def _note_ended(self) -> None:
        """Find out from the known rows that are gone what it does not say any more."""
        known = self.known or {}
        self.ended = lines_of(known[mark] for mark in self._gone) - self._made
        if self.ended and not self._one_each:  # another row may say the same
            kept = (lines for mark, lines in known.items() if mark not in self._gone)
            self.ended -= lines_of(kept)

    def _make_out(self, mark: bytes, said: Iterable[Statement]) -> None:
        """Take in the statements of a row; it is only known again if all of them are sound."""
        lines: list[str] = []
        sound = bool(mark)
        for statement in said:
            self.given += 1
            if line := self._line(statement):
                lines.append(line)
                self._compare(line, statement)
            else:
                sound = False
        if sound:
            self._come[mark] = "".join(f"{line}\n" for line in lines)
        else:
            self._loose.update(lines)

    def _line(self, statement: Statement) -> str:
        """Return the line of a statement; empty when it does not count."""
        if isinstance(statement, Reject):
            self._reject(statement)
            return ""
        if not isinstance(statement, Record):
            edge = self._validator.edge(statement)
            if edge is None:
                return ""
            return fact_line(edge.kind.type, edge.head.uid, edge.tail.uid, edge.uid)
        if self._deleted.get(statement.uid, -1) > statement.row:
            return ""
        self._deleted.pop(statement.uid, None)
        if not self._validator.record(statement):
            return ""
        return record_line(statement.uid, content_hash(statement, self._source.name))

    def _compare(self, line: str, statement: Statement) -> None:
        """Note a statement that the last snapshot does not hold."""
        if line in self._made:
            return
        self._made.add(line)
        if self.before is None or self._source.delta or line not in self.before:
            self.changed.add(statement)
            if isinstance(statement, Record):
                self.renewed.add(statement.uid)
        elif self.known and isinstance(statement, Record) and _lists(statement):
            self.changed.add(statement)  # the row is another: what it lists may be in new order


def _lists(record: Record) -> bool:
    """Return whether a record refers to several things in an order."""
    return any(len(mentions) > 1 for mentions in record.links.values())
