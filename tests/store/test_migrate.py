"""Migrations: files, checksums and order as values; applying them to a real server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import neo4j
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from knowloom.cli.migrate import migrate as command
from knowloom.errors import MigrationChanged, MigrationError, MigrationsLocked, SourceError
from knowloom.store import migrate
from knowloom.store.chain import (
    Applied,
    Migration,
    State,
    Step,
    arrange,
    checksum,
    compare,
    parse,
    pending,
    split,
)
from knowloom.store.connect import Endpoint
from knowloom.store.database import Database

# Values

DATA = "MATCH (n:Film) SET n.seen = true;\n"
SCHEMA = "CREATE INDEX films IF NOT EXISTS FOR (n:Film) ON (n.year);\n"


def _migration(version: str, text: str = "RETURN 1", *, repeatable: bool = False) -> Migration:
    """Return a migration without a file."""
    kind = "R" if repeatable else "V"
    return Migration(version, "x", f"{kind}{version}__x.cypher", (text,), repeatable)


def _applied(*migrations: Migration) -> list[Applied]:
    """Return what a database remembers of migrations."""
    return [Applied(m.version, m.description, m.source, m.checksum) for m in migrations]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_checksums_are_those_of_neo4j_migrations(ending: str) -> None:
    """Its own reference value comes out, whatever ends the lines."""
    text = f"MATCH (n) RETURN count(n) AS n;{ending}" * 3
    assert checksum(split(text)) == "1902097523"


def test_comments_are_part_of_the_checksum_but_not_executed() -> None:
    """A block that holds only comments counts, as in neo4j-migrations, and is not sent."""
    migration = parse("V1__x.cypher", "// why\nRETURN 1;\n// the end;\n/* really */\n")
    assert migration.statements == ("// why\nRETURN 1", "// the end", "/* really */")
    assert migration.executable == ("// why\nRETURN 1",)
    assert migration.checksum != parse("V1__x.cypher", "RETURN 1;\n").checksum


@given(st.lists(st.from_regex(r"[A-Za-z(][A-Za-z ';()\n]{0,20}[A-Za-z)]", fullmatch=True)))
def test_splitting_gives_back_the_statements_that_were_joined(statements: list[str]) -> None:
    """Only a semicolon at the end of a line separates; one inside a line does not."""
    one_each = [re.sub(r";\s*\n", "; ", s) for s in statements]
    assert split("".join(f"{s};\n" for s in one_each)) == tuple(one_each)


@pytest.mark.parametrize(
    ("name", "version", "description", "repeatable"),
    [
        ("V0001__first_steps.cypher", "0001", "first steps", False),
        ("V1_2_3__x.cypher", "1.2.3", "x", False),
        ("V1.2__With space.cypher", "1.2", "With space", False),
        ("R0007__views.cypher", "0007", "views", True),
    ],
)
def test_a_file_name_tells_version_description_and_kind(
    name: str, version: str, description: str, repeatable: bool
) -> None:
    """Underscores are dots in the version and spaces in the description."""
    migration = parse(name, "RETURN 1;\n")
    assert (migration.version, migration.description) == (version, description)
    assert (migration.repeatable, migration.source) == (repeatable, name)


@pytest.mark.parametrize(
    "name", ["V__x.cypher", "R__x.cypher", "V1_x.cypher", "first.cypher", "V1__x-y.cypher"]
)
def test_a_file_that_is_no_migration_is_refused_by_name(name: str) -> None:
    """A typing mistake must not make a migration vanish."""
    with pytest.raises(MigrationError, match="V<version>__<name>") as caught:
        parse(name, "RETURN 1;\n")
    assert caught.value.faults[0].where == name


@pytest.mark.parametrize(
    ("text", "step"),
    [
        (DATA, Step.DATA),
        (SCHEMA, Step.SCHEMA),
        ("/* films */ // more\n create  fulltext index f FOR (n:F) ON EACH [n.x];\n", Step.SCHEMA),
        ("CREATE CONSTRAINT c FOR (n:F) REQUIRE n.x IS UNIQUE;\n", Step.SCHEMA),
        ("DROP CONSTRAINT c IF EXISTS;\n", Step.SCHEMA),
        ("CREATE (:Index {constraint: 'CREATE INDEX'});\n", Step.DATA),
        ("MATCH (n) CALL (n) { SET n.x = 1 } IN TRANSACTIONS;\n", Step.BATCHES),
        ("MATCH (n) CALL (n) { SET n.x = 1 } IN 4 CONCURRENT TRANSACTIONS;\n", Step.BATCHES),
    ],
)
def test_how_a_file_is_run_follows_from_its_statements(text: str, step: Step) -> None:
    """Schema, data and batches each need transactions of their own kind."""
    assert parse("V1__x.cypher", text).step is step


def test_a_file_that_mixes_schema_and_data_is_refused() -> None:
    """Neo4j lets the two not share a transaction, so a crash would leave it half done."""
    with pytest.raises(MigrationError, match="two files"):
        parse("V1__x.cypher", SCHEMA + DATA)


@pytest.mark.parametrize(
    "text",
    [
        ":use films\nRETURN 1;\n",
        "CREATE (:Film {name: '${nm:title}'});\n",
        "// assert that edition is enterprise\nRETURN 1;\n",
        "// assume q' RETURN true\nRETURN 1;\n",
    ],
)
def test_what_is_not_supported_is_refused_rather_than_ignored(text: str) -> None:
    """A precondition that is skipped silently would be worse than none."""
    with pytest.raises(MigrationError, match="uses"):
        parse("V1__x.cypher", text)


def test_versions_are_sorted_as_numbers_and_must_differ() -> None:
    """2 comes before 10, and 1 and 01 are the same version."""
    ordered = arrange([_migration("10"), _migration("2"), _migration("1.5")])
    assert [m.version for m in ordered] == ["1.5", "2", "10"]
    with pytest.raises(MigrationError, match="same version"):
        arrange([_migration("1"), _migration("01")])


def test_what_is_pending_is_what_was_not_applied() -> None:
    """New files are applied, applied ones are not."""
    one, two = _migration("1"), _migration("2")
    assert pending(compare([one, two], _applied(one))) == (two,)
    assert pending(compare([one, two], _applied(one, two))) == ()


def test_a_repeatable_migration_is_pending_again_when_it_changed() -> None:
    """R files run once for each content, V files once."""
    old, new = (_migration("1", text, repeatable=True) for text in ("RETURN 1", "RETURN 2"))
    assert pending(compare([old], _applied(old))) == ()
    assert pending(compare([new], _applied(old))) == (new,)


def test_an_applied_file_that_changed_is_refused_by_name() -> None:
    """What was run must stay what it was."""
    old, new = _migration("1", "RETURN 1"), _migration("1", "RETURN 2")
    with pytest.raises(MigrationChanged, match=re.escape("V1__x.cypher")):
        pending(compare([new], _applied(old)))


def test_an_applied_file_that_is_missing_is_refused() -> None:
    """It may belong to a newer release, or have been lost."""
    with pytest.raises(MigrationError, match="is not here"):
        pending(compare([], _applied(_migration("1"))))


def test_a_new_file_before_an_applied_one_is_refused() -> None:
    """Otherwise two databases would have had the same files in different orders."""
    one, two = _migration("1"), _migration("2")
    with pytest.raises(MigrationError, match="later version"):
        pending(compare([one, two], _applied(two)))


@given(st.integers(0, 8), st.integers(0, 8))
def test_applying_what_is_pending_leaves_nothing_pending(applied: int, more: int) -> None:
    """Whatever was applied first, the rest follows, in order and once."""
    files = [_migration(str(n)) for n in range(applied + more)]
    due = pending(compare(files, _applied(*files[:applied])))
    assert list(due) == files[applied:]
    assert {e.state for e in compare(files, _applied(*files))} <= {State.APPLIED}


def test_the_shipped_migrations_are_schema_steps_that_may_be_repeated() -> None:
    """Each statement says IF NOT EXISTS, so a crash between two of them does no harm."""
    for migration in migrate.shipped().migrations:
        assert migration.step is Step.SCHEMA
        assert all("IF NOT EXISTS" in s for s in migration.executable)


# A real server


@pytest.fixture
def directory(tmp_path: Path, database: Database) -> Iterator[Path]:
    """A directory for a user's migrations; what they did to the schema is undone afterwards."""
    database.run("DROP INDEX films IF EXISTS")
    yield tmp_path
    database.run("DROP INDEX films IF EXISTS")


def _up(database: Database, directory: Path) -> list[str]:
    """Apply a directory and return what was applied."""
    return [m.source for m in migrate.up(database, migrate.from_directory(directory))]


@pytest.mark.neo4j
def test_the_shipped_schema_finds_things_by_their_identity(database: Database) -> None:
    """Every identity has a constraint, and search its indexes, all of them ready."""
    rows = database.read("SHOW INDEXES YIELD name, state, type")
    states = {row["name"]: row["state"] for row in rows if row["name"].startswith("knowloom_")}
    assert states.keys() >= {
        "knowloom_instance_uid",
        "knowloom_concept_name",
        "knowloom_run_id",
        "knowloom_source_name",
        "knowloom_record_id",
        "knowloom_record_run",
        "knowloom_instance_text",
        "knowloom_concept_text",
    }
    assert set(states.values()) == {"ONLINE"}


@pytest.mark.neo4j
def test_applying_again_changes_nothing(database: Database) -> None:
    """`migrate up` is safe to run at any time."""
    chain = migrate.shipped()
    migrate.up(database, chain)
    assert migrate.up(database, chain) == ()
    assert {entry.state for entry in migrate.status(database, chain)} == {State.APPLIED}


@pytest.mark.neo4j
def test_the_chain_is_kept_as_neo4j_migrations_keeps_it(
    database: Database, directory: Path
) -> None:
    """Labels, relationships and properties are those that tool reads."""
    (directory / "V0001__add_a_film.cypher").write_text("CREATE (:Film {year: 1999});\n")
    (directory / "V0002__films.cypher").write_text(SCHEMA)
    _up(database, directory)
    [row] = database.read(
        "MATCH (b:__Neo4jMigration {version: 'BASELINE'})-[one:MIGRATED_TO]->(m)"
        "-[two:MIGRATED_TO]->(n) WHERE b.migrationTarget IS NULL "
        "RETURN properties(b) AS b, properties(m) AS m, n.version AS n, properties(one) AS one"
    )
    assert row["b"] == {"version": "BASELINE"}
    assert row["m"] == {
        "version": "0001",
        "description": "add a film",
        "type": "CYPHER",
        "repeatable": False,
        "source": "V0001__add_a_film.cypher",
        "checksum": checksum(["CREATE (:Film {year: 1999})"]),
    }
    assert row["n"] == "0002"
    assert set(row["one"]) == {"at", "in", "by", "connectedAs"}
    assert isinstance(row["one"]["at"], neo4j.time.DateTime)
    assert isinstance(row["one"]["in"], neo4j.time.Duration)


@pytest.mark.neo4j
def test_a_chain_that_neo4j_migrations_began_is_continued(
    database: Database, directory: Path
) -> None:
    """Its nodes are read, and the next migration is hung onto the last of them."""
    (directory / "V0001__one.cypher").write_text("RETURN 1;\n")
    database.write(
        "CREATE (:__Neo4jMigration {version: 'BASELINE'})-[:MIGRATED_TO {at: datetime(), "
        "in: duration('PT1S'), by: 'ann', connectedAs: 'neo4j'}]->(:__Neo4jMigration "
        "{version: '0001', description: 'one', type: 'CYPHER', source: 'V0001__one.cypher', "
        "checksum: $checksum})",
        checksum=checksum(["RETURN 1"]),
    )
    (directory / "V0002__two.cypher").write_text("RETURN 2;\n")
    assert _up(database, directory) == ["V0002__two.cypher"]
    [row] = database.read(
        "MATCH p = (:__Neo4jMigration {version: 'BASELINE'})-[:MIGRATED_TO*]->"
        "(:__Neo4jMigration {version: '0002', description: 'two'}) RETURN length(p) AS hops"
    )
    assert row["hops"] == 2


@pytest.mark.neo4j
def test_a_users_chain_and_ours_do_not_meet(database: Database, directory: Path) -> None:
    """Both may have a V0001, and each sees only its own."""
    (directory / "V0001__mine.cypher").write_text("RETURN 1;\n")
    assert _up(database, directory) == ["V0001__mine.cypher"]
    assert migrate.up(database, migrate.shipped()) == ()
    entries = migrate.status(database, migrate.from_directory(directory))
    assert [entry.source for entry in entries] == ["V0001__mine.cypher"]


@pytest.mark.neo4j
def test_a_data_migration_and_its_note_share_a_transaction(
    database: Database, directory: Path
) -> None:
    """When one statement fails, nothing of the file is kept and it stays pending."""
    file = directory / "V0001__films.cypher"
    file.write_text("CREATE (:Film);\nCREATE (:Film {year: 1/0});\n")
    with pytest.raises(MigrationError, match="statement 2 was refused") as caught:
        _up(database, directory)
    assert caught.value.faults[0].where == "V0001__films.cypher"
    assert database.read("MATCH (n:Film) RETURN count(n) AS n")[0]["n"] == 0
    file.write_text("CREATE (:Film);\n")
    assert _up(database, directory) == ["V0001__films.cypher"]


@pytest.mark.neo4j
def test_a_schema_step_that_was_done_but_not_noted_is_done_again(
    database: Database, directory: Path
) -> None:
    """A crash between the two does no harm, even to a file without IF NOT EXISTS."""
    plain = SCHEMA.replace("IF NOT EXISTS ", "")
    (directory / "V0001__films.cypher").write_text(plain)
    database.run(plain.rstrip(";\n"))
    assert _up(database, directory) == ["V0001__films.cypher"]
    entries = migrate.status(database, migrate.from_directory(directory))
    assert [entry.state for entry in entries] == [State.APPLIED]


@pytest.mark.neo4j
def test_a_migration_in_batches_is_run_outside_a_transaction(
    database: Database, directory: Path
) -> None:
    """Neo4j refuses IN TRANSACTIONS anywhere else."""
    database.write("UNWIND range(1, 25) AS i CREATE (:Film)")
    (directory / "V0001__seen.cypher").write_text(
        "MATCH (n:Film) CALL (n) { SET n.seen = true } IN TRANSACTIONS OF 10 ROWS;\n"
    )
    _up(database, directory)
    assert database.read("MATCH (n:Film {seen: true}) RETURN count(n) AS n")[0]["n"] == 25


@pytest.mark.neo4j
def test_a_repeatable_migration_leaves_a_loop_for_each_repeat(
    database: Database, directory: Path
) -> None:
    """The newest loop's checksum is what counts from then on."""
    file = directory / "R0001__label.cypher"
    for text in ("RETURN 1;\n", "RETURN 2;\n", "RETURN 1;\n"):
        file.write_text(text)
        assert _up(database, directory) == [file.name]
        assert _up(database, directory) == []
    [row] = database.read(
        "MATCH (m:__Neo4jMigration {version: '0001', repeatable: true}) "
        "RETURN COUNT { (m)-[:REPEATED]->(m) } AS loops"
    )
    assert row["loops"] == 2


@pytest.mark.neo4j
def test_an_applied_file_that_changed_stops_everything(
    database: Database, directory: Path
) -> None:
    """The new file behind it is not applied either."""
    (directory / "V0001__one.cypher").write_text("RETURN 1;\n")
    _up(database, directory)
    (directory / "V0001__one.cypher").write_text("RETURN 2;\n")
    (directory / "V0002__two.cypher").write_text("CREATE (:Film);\n")
    with pytest.raises(MigrationChanged, match="V0001__one"):
        _up(database, directory)
    assert database.read("MATCH (n:Film) RETURN count(n) AS n")[0]["n"] == 0


@pytest.mark.neo4j
def test_a_lock_keeps_others_out_and_says_who_holds_it(
    database: Database, directory: Path
) -> None:
    """A dead process's lock is removed only when asked for."""
    (directory / "V0001__one.cypher").write_text("RETURN 1;\n")
    database.write(
        "CREATE (:__Neo4jMigrationsLock {id: 'x', name: 'John Doe', by: 'ann@desk', "
        "at: datetime() - duration('PT5M')})"
    )
    with pytest.raises(MigrationsLocked, match=r"ann@desk for 30\d seconds.*--force-unlock"):
        _up(database, directory)
    chain = migrate.from_directory(directory)
    assert len(migrate.up(database, chain, force_unlock=True)) == 1


@pytest.mark.neo4j
def test_the_lock_is_given_back_after_success_and_failure(
    database: Database, directory: Path
) -> None:
    """No lock is left behind by a process that ended by itself."""
    file = directory / "V0001__one.cypher"
    file.write_text("THIS IS NOT CYPHER;\n")
    with pytest.raises(MigrationError, match="statement 1 was refused"):
        _up(database, directory)
    assert database.read("MATCH (lock:__Neo4jMigrationsLock) RETURN lock") == []
    file.write_text("RETURN 1;\n")
    _up(database, directory)
    assert database.read("MATCH (lock:__Neo4jMigrationsLock) RETURN lock") == []


def test_a_directory_with_faulty_files_names_all_of_them(tmp_path: Path) -> None:
    """Every mistake is told at once; files that are no Cypher are left alone."""
    (tmp_path / "README.md").write_text("not mine")
    (tmp_path / "first.cypher").write_text("RETURN 1;\n")
    (tmp_path / "V1__x.cypher").write_text(SCHEMA + DATA)
    (tmp_path / "V2__y.cypher").write_bytes(b"\xff\xfe")
    with pytest.raises(MigrationError) as caught:
        migrate.from_directory(tmp_path)
    wheres = [fault.where for fault in caught.value.faults]
    assert wheres == ["V1__x.cypher", "V2__y.cypher", "first.cypher"]
    with pytest.raises(SourceError):
        migrate.from_directory(tmp_path / "missing")


# The command


@pytest.mark.neo4j
def test_a_dry_run_prints_the_cypher_and_changes_nothing(
    database: Database, endpoint: Endpoint, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is printed could be run by hand; afterwards it is still pending."""
    (directory / "V0001__films.cypher").write_text(SCHEMA)
    monkeypatch.setenv("NEO4J_PASSWORD", endpoint.password)
    options = ["--uri", endpoint.uri, "--username", endpoint.user, "--dir", str(directory)]
    printed = CliRunner().invoke(command, ["up", "--dry-run", *options]).output
    assert printed == f"// V0001__films.cypher\n{SCHEMA}"
    for _ in range(2):
        shown = CliRunner().invoke(command, ["status", "--json", *options]).output
        states = {row["source"]: row["state"] for row in json.loads(shown)}
        assert states["V0001__films.cypher"] == "pending"
    done = CliRunner().invoke(command, ["up", *options]).output
    assert done == "applied V0001__films.cypher\n"
    assert CliRunner().invoke(command, ["up", *options]).output == "Nothing is pending.\n"
