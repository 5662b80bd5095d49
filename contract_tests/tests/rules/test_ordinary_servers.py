"""Correct servers that take the freedoms of ordinary stacks, near and far, are not blamed. `make matrix` tries more."""

import itertools

import pytest
from sequences_contract.engine.verdicts import Exit

from ..ordinary_servers import STYLES
from ..ordinary_servers.matrix import Cell, cells, problems

#: Each server, data sets of 0, 1 and 12 runs, clocks that are off, the conditions that need most of the suite's care, and
#: many rules at a time.
TRIED = (
    Cell("framework", 12, 300.0, "300 ms"), Cell("asgi", 12, -300.0, "5% broken"), Cell("plain", 1, 0.0, "6 in 4 s"),
    Cell("plain", 0, 300.0), Cell("plain", 12, together=True),
)  # fmt: skip


@pytest.mark.parametrize("cell", TRIED, ids=str)
def test_an_ordinary_server_is_not_blamed(cell):
    outcome = cell.judge()
    assert problems(outcome) == []
    assert outcome.exit in (Exit.CONFORMS, Exit.UNEXERCISED)
    assert len(outcome.passed) >= (30 if cell.runs == 0 else 120)
    untried = [*outcome.unexercised, *outcome.excused] if cell.runs else []
    unknown = [v.rule.id for v in untried if "is not known" in v.reason or "names no item" in v.reason]
    assert unknown == []


def test_the_matrix_holds_every_server_with_every_data_set_clock_and_condition():
    tried = list(cells())
    wanted = set(itertools.product(STYLES, (0, 1, 12, 400)))
    for together in (False, True):
        assert {(cell.style, cell.runs) for cell in tried if cell.together == together} == wanted
    assert {cell.ahead for cell in tried} == {-300.0, 0.0, 300.0}
    assert {cell.conditions for cell in tried} >= {"1 s", "20/s", "100 in 10 s", "6 in 4 s", "5% broken"}
