"""Runs the hooks of classes over objects; its text is the beginning of a program in the sandbox.

It must not import this package, and all its names begin with an underscore, since those of the
user's classes do not. Objects come and go as the JSON of `knowloom.extract.kept`.
"""

from __future__ import annotations

from datetime import date as _date
from datetime import datetime as _datetime
from typing import Any as _Any


class _Object:
    """What a hook is given: attributes as they were found, None where nothing was."""

    def __init__(self, concept: str, values: dict[str, _Any], kept: dict[str, _Any]) -> None:
        self.__dict__.update(values)
        self._concept = concept
        self._kept = kept

    def __getattr__(self, name: str) -> None:
        if name.startswith("_"):
            raise AttributeError(name)


class _Root:
    """What classes without a hook inherit: everything stays as it is."""

    @classmethod
    def post_process(cls, obj: _Any, sentence: str) -> _Any:
        """Return the object."""
        return obj


class _Refused(Exception):
    """A hook raised, or gave back what is no object."""


def _run(rows: list[_Any], classes: dict[str, _Any]) -> list[_Any]:
    """Return for each [finding, sentence] the finding, None where it is dropped, or a message."""
    done: list[_Any] = []
    for body, sentence in rows:
        try:
            kept = _hooked(_read(body), sentence, classes)
            done.append(kept and _written(kept))
        except _Refused as error:
            done.append(str(error))
    return done


def _hooked(obj: _Object, sentence: str, classes: dict[str, _Any]) -> _Object | None:
    """Return an object after its hook, which comes after those of the objects it holds."""
    for name, value in list(vars(obj).items()):
        parts = value if isinstance(value, tuple) else (value,)
        if name.startswith("_") or not any(isinstance(part, _Object) for part in parts):
            continue
        after = [_hooked(p, sentence, classes) if isinstance(p, _Object) else p for p in parts]
        left = tuple(part for part in after if part is not None)
        setattr(obj, name, left if isinstance(value, tuple) else (left or (None,))[0])
    concept = obj._concept
    try:
        made = classes[concept].post_process(obj, sentence)
    except Exception as error:
        raise _Refused(f"the hook of {concept} raised {type(error).__name__}: {error}") from None
    if made is not None and not isinstance(made, _Object):
        raise _Refused(f"the hook of {concept} gave back {type(made).__name__}, not the object")
    return made


def _read(body: dict[str, _Any]) -> _Object:
    values = {name: _value(said) for name, said in body["values"].items()}
    return _Object(body["concept"], values, {k: body[k] for k in ("span", "confidence")})


def _value(said: _Any) -> _Any:
    if isinstance(said, list):
        return tuple(_value(part) for part in said)
    if not isinstance(said, dict):
        return said
    [(kind, inner)] = said.items()
    if kind == "finding":
        return _read(inner)
    return (_datetime if kind == "datetime" else _date).fromisoformat(inner)


def _written(obj: _Object) -> dict[str, _Any]:
    values = {n: v for n, v in vars(obj).items() if n[:1] != "_" and v is not None and v != ()}
    return {
        "concept": obj._concept,
        "values": {name: _said(value) for name, value in values.items()},
        **obj._kept,
    }


def _said(value: _Any) -> _Any:
    if isinstance(value, (list, tuple)):
        return [_said(part) for part in value]
    if isinstance(value, _Object):
        return {"finding": _written(value)}
    if isinstance(value, _datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, _date):
        return {"date": value.isoformat()}
    if isinstance(value, (str, int, float)):
        return value
    raise _Refused(f"a hook set a value of type {type(value).__name__}")
