"""The matrix of false alarms: servers, data sets, clocks and conditions, each held to profile documented.

As a program it tries all of them, which takes minutes, and prints a line for each; a test tries a few.
"""

import argparse
import itertools
import json
import math
import sys
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from sequences_contract.engine.runner import run
from sequences_contract.engine.settings import Settings
from sequences_contract.engine.verdicts import Outcome
from sequences_contract.rules.selection import select

from contract_tests.tests.ordinary_servers import STYLES, document, ordinary
from contract_tests.tests.ordinary_servers.conditions import Conditions, under

_ROLES = {"key": "readwrite", "read": "readonly", "write": "writeonly", "noscope": "noscope"}
KEYS = {role: f"topo_ordinary0_{name}" for role, name in _ROLES.items()} | {"other": "topo_ordinary1_readwrite"}
CONDITIONS = {
    "near": Conditions(), "30 ms": Conditions(0.03), "300 ms": Conditions(0.3), "1 s": Conditions(1.0),
    "20/s": Conditions(limit=(20, 1)), "100 in 10 s": Conditions(limit=(100, 10)),
    "6 in 4 s": Conditions(limit=(6, 4)), "429 without a word": Conditions(limit=(20, 1), says_when=False),
    "5% broken": Conditions(broken=0.05),
}  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """A server, how many runs it has, how many seconds its clock is ahead, and the name of conditions.

    Time is virtual, which waits for one rule at a time, and leaves out Schemathesis, which sends by itself; unless rules
    are tried `together`.
    """

    style: str
    runs: int
    ahead: float = 0.0
    conditions: str = "near"
    together: bool = False

    def judge(self, skipped: tuple[str, ...] = ()) -> Outcome:
        """What the suite finds there."""
        source = document(self.runs)
        with tempfile.TemporaryDirectory() as folder:
            fixture = Path(folder) / "fixture.json"
            fixture.write_text(json.dumps(source), "utf-8")
            conditions = nullcontext() if self.together else under(CONDITIONS[self.conditions])
            with conditions, ordinary(self.style, self.runs, ahead=self.ahead) as url:
                settings = Settings(
                    url, KEYS, allow_writes=True, stops=math.inf, fixture=fixture, max_examples=10,
                    workers=8 if self.together else 1,
                )  # fmt: skip
                left_out = skipped if self.together else ("robustness", *skipped)
                return run(settings, select(settings, (), left_out))


def cells() -> Iterator[Cell]:
    """All of them: every server with every data set and clock, under every condition with a dozen runs, and together."""
    yield from itertools.starmap(Cell, itertools.product(STYLES, (0, 1, 12, 400), (-300.0, 0.0, 300.0)))
    yield from (Cell(style, 12, 0.0, name) for style in STYLES for name in CONDITIONS if name != "near")
    yield from (Cell(style, runs, together=True) for style in STYLES for runs in (0, 1, 12, 400))


def problems(outcome: Outcome) -> list[str]:
    """The rules that blame a server, and why a run came to no end."""
    said = [f"{v.rule.id}: expected {e.expected}; got {e.got}" for v in outcome.violated for e in v.evidence[:1]]
    return said + ([outcome.failure] if outcome.failure else [])


def main() -> int:
    """Tries every cell, or those whose line holds a word that is given; 1 where a server was blamed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*")
    words = parser.parse_args().words
    blamed = 0
    for cell in cells():
        if not all(word in str(cell) for word in words):
            continue
        outcome = cell.judge()
        found = problems(outcome)
        blamed += bool(found)
        counts = f"{len(outcome.passed)} rules held, {len(outcome.unexercised) + len(outcome.excused)} not tried"
        sys.stdout.write(f"{'BLAMED' if found else 'passed'}  {cell}: {counts}, {outcome.requests} responses\n")
        sys.stdout.writelines(f"    {line:.300}\n" for line in found)
        sys.stdout.flush()
    return 1 if blamed else 0


if __name__ == "__main__":
    sys.exit(main())
