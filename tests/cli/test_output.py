"""What commands print: data never gives orders to a terminal."""

from __future__ import annotations

import pytest

from knowloom.cli.output import emit


def test_a_name_gives_no_orders_to_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Escape sequences, bells and returns in data are shown, blanks and lines stay."""
    emit(None, False, ["Evil \x1b[2J\x1b]0;title\x07\r\x9b1m", "two\n\tlines, é, 上海"])
    shown = capsys.readouterr().out
    assert shown == "Evil \\x1b[2J\\x1b]0;title\\x07\\x0d\\x9b1m\ntwo\n\tlines, é, 上海\n"
