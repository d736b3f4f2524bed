"""Tags of the two kinds of queries, parsed exactly as the paper writes them (spec 76)."""

from __future__ import annotations

import pytest

from knowloom.analysis.tags import Asked, Kind, queries_in

A, S = Kind.ANALYSIS, Kind.SEARCH


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("nothing asked", []),
        ("<begin_data_analysis>a<end_data_analysis>", [Asked(A, "a")]),
        ("<begin_web_search> b \n<end_web_search>", [Asked(S, "b")]),
        (
            "x <begin_data_analysis>a<end_data_analysis> y <begin_web_search>b<end_web_search>",
            [Asked(A, "a"), Asked(S, "b")],
        ),
        ("<begin_data_analysis><end_data_analysis>", []),
        ("<begin_data_analysis>  \n <end_data_analysis>", []),
        ("<begin_data_analysis>a", [Asked(A, "a", whole=False)]),
        (
            "<begin_data_analysis>a<begin_web_search>b<end_web_search>",
            [Asked(A, "a", whole=False), Asked(S, "b")],
        ),
        ("<begin_data_analysis>a<end_web_search>b<end_data_analysis>", [Asked(A, "ab")]),
        ("<end_data_analysis>a", []),
        ("<begin_data_analysis>a</end_data_analysis>", [Asked(A, "a</end_data_analysis>", False)]),
        ("</begin_data_analysis>a<end_data_analysis>", []),
        ("<begin_data_analysis>is 1 < 2 > 0?<end_data_analysis>", [Asked(A, "is 1 < 2 > 0?")]),
        ("<BEGIN_DATA_ANALYSIS>a<END_DATA_ANALYSIS>", []),
        ("< begin_data_analysis>a<end_data_analysis>", []),
    ],
)
def test_queries_between_tags(text: str, found: list[Asked]) -> None:
    assert queries_in(text) == found
