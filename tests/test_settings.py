"""Settings: where each value comes from, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from knowloom.cli.config import config
from knowloom.errors import SettingsError
from knowloom.settings import Settings, load_settings


def _write(directory: Path, text: str) -> Path:
    """Write a knowloom.toml and return it."""
    file = directory / "knowloom.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_flag_beats_the_environment_beats_the_file_beats_the_default(tmp_path: Path) -> None:
    """Each layer is used only where the ones above it say nothing."""
    file = _write(tmp_path, 'database = "file"\nusername = "file"\nserver_heap = "2g"\n')
    settings = load_settings(
        {"database": "flag", "uri": None},
        environ={"NEO4J_DATABASE": "env", "NEO4J_USERNAME": "env"},
        directory=tmp_path,
    )
    assert (settings.database, settings.username, settings.server_heap) == ("flag", "env", "2g")
    assert settings.uri == ""
    assert settings.origins["database"] == "--database"
    assert settings.origins["username"] == "NEO4J_USERNAME"
    assert settings.origins["server_heap"] == f"{file}: server_heap"
    assert settings.origins["uri"] == "default"


def test_every_setting_can_come_from_the_environment() -> None:
    """The documented variables, and no others, reach the settings."""
    environ = {
        "NEO4J_URI": "neo4j+s://graph.example:7687",
        "NEO4J_USERNAME": "ann",
        "NEO4J_PASSWORD": "secret",
        "NEO4J_DATABASE": "films",
        "KNOWLOOM_WORKSPACE": "/srv/space",
        "KNOWLOOM_SERVER_HEAP": "512m",
        "KNOWLOOM_SERVER_PAGE_CACHE": "64M",
        "KNOWLOOM_MAVEN_REPOSITORY": "https://mirror.example/maven",
        "KNOWLOOM_DATABASE": "not a variable of ours",
    }
    settings = load_settings(environ=environ, directory=Path("/"))
    assert settings == Settings(
        uri="neo4j+s://graph.example:7687",
        username="ann",
        password="secret",
        database="films",
        workspace=Path("/srv/space"),
        server_heap="512m",
        server_page_cache="64M",
        maven_repository="https://mirror.example/maven",
    )


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    """`NEO4J_URI= knowloom …` means the default."""
    settings = load_settings(environ={"NEO4J_URI": ""}, directory=tmp_path)
    assert settings.origins["uri"] == "default"


def test_the_file_of_the_nearest_parent_is_used(tmp_path: Path) -> None:
    """knowloom.toml is looked for upwards, and the workspace lies beside it."""
    _write(tmp_path, 'database = "outer"\n')
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    settings = load_settings(environ={}, directory=inner)
    assert settings.database == "outer"
    assert settings.workspace == tmp_path / ".knowloom"


def test_a_workspace_is_relative_to_where_it_is_named(tmp_path: Path) -> None:
    """In the file it is relative to the file, as a flag to the current directory."""
    _write(tmp_path, 'workspace = "store"\n')
    inner = tmp_path / "inner"
    inner.mkdir()
    assert load_settings(environ={}, directory=inner).workspace == tmp_path / "store"
    flagged = load_settings({"workspace": "mine"}, environ={}, directory=inner)
    assert flagged.workspace == inner / "mine"


@pytest.mark.parametrize("key", ["databse", "Database", "heap"])
def test_an_unknown_key_is_refused_with_the_file_and_what_is_known(
    tmp_path: Path, key: str
) -> None:
    """A typing mistake in the file is not silently ignored."""
    file = _write(tmp_path, f'{key} = "x"\n')
    with pytest.raises(SettingsError) as caught:
        load_settings(environ={}, directory=tmp_path)
    assert str(file) in str(caught.value)
    assert repr(key) in str(caught.value)
    assert "database" in str(caught.value) or "server_heap" in str(caught.value)


def test_a_password_in_the_file_is_refused_without_being_shown(tmp_path: Path) -> None:
    """Secrets come from the environment only."""
    _write(tmp_path, 'password = "hunter2"\n')
    with pytest.raises(SettingsError, match="NEO4J_PASSWORD") as caught:
        load_settings(environ={}, directory=tmp_path)
    assert "hunter2" not in str(caught.value)


def test_a_password_is_never_part_of_a_representation() -> None:
    """Neither repr, nor the shown settings, nor an error lets it out."""
    settings = load_settings(environ={"NEO4J_PASSWORD": "hunter2"}, directory=Path("/"))
    assert settings.password == "hunter2"
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in str(settings.shown())


@pytest.mark.parametrize(
    "uri",
    [
        "localhost:7687",
        "http://localhost:7474",
        "bolt://",
        "bolt://host:notaport",
        "neo4j://host:99999",
        "bolt://host:0",
    ],
)
def test_an_address_that_cannot_be_one_is_refused_with_its_origin(uri: str) -> None:
    """The message names the variable and shows what an address looks like."""
    with pytest.raises(SettingsError, match=r"NEO4J_URI: .*bolt://HOST:7687"):
        load_settings(environ={"NEO4J_URI": uri}, directory=Path("/"))


@pytest.mark.parametrize("uri", ["bolt://ann:hunter2@host:7687", "bolt://ann:hunter2@host:x"])
def test_a_password_in_the_address_is_refused_without_being_shown(uri: str) -> None:
    """An address is printed in many places, so it must hold no secret."""
    with pytest.raises(SettingsError, match="NEO4J_PASSWORD") as caught:
        load_settings({"uri": uri}, environ={}, directory=Path("/"))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("size", ["lots", "1.5g", "0g", "512", "-1m"])
def test_a_size_that_java_would_not_read_is_refused(tmp_path: Path, size: str) -> None:
    """Sizes are a number and k, m or g."""
    file = _write(tmp_path, f'server_heap = "{size}"\n')
    with pytest.raises(SettingsError, match="such as 512m") as caught:
        load_settings(environ={}, directory=tmp_path)
    assert str(file) in str(caught.value)


@pytest.mark.parametrize("text", ["database = ", "database = 5\n", "[database]\n", "\x00"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    """Broken TOML and values that are no text are refused with the file."""
    file = _write(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        load_settings(environ={}, directory=tmp_path)
    assert str(file) in str(caught.value)


def test_config_show_prints_values_with_origins_and_hides_the_password(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person sees what holds and where to change it; nobody sees the password."""
    monkeypatch.setenv("NEO4J_PASSWORD", "hunter2")
    shown = CliRunner().invoke(config, ["show", "--username", "ann"]).output
    lines = {line.split()[0]: line for line in shown.splitlines()}
    assert lines["username"].split() == ["username", "ann", "--username"]
    assert lines["password"].split() == ["password", "(set,", "hidden)", "NEO4J_PASSWORD"]
    assert "hunter2" not in shown


def test_config_show_gives_one_json_document(workspace: Path) -> None:
    """Scripts read the same values and origins."""
    file = _write(workspace, 'database = "films"\n')
    result = CliRunner().invoke(config, ["show", "--json"], env={"NEO4J_URI": ""})
    data = json.loads(result.output)
    assert data["database"] == {"value": "films", "origin": f"{file}: database"}
    assert data["workspace"] == {"value": str(workspace / ".knowloom"), "origin": "default"}
    assert data["uri"]["value"] == "(the managed local server)"
