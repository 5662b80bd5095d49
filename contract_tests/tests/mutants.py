"""Planted faults against the suite: each must be found, by a rule about what is wrong.

As a program (`python contract_tests/tests/mutants.py [--write]`) it tries every fault against the whole suite, the
rules that name it first, and prints the table of fault, rule and seconds; `--write` puts it into docs/mutants.md.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

if not __package__:
    sys.path[0] = str(Path(__file__).resolve().parents[2])
from sequences_contract.engine.errors import Untestable
from sequences_contract.engine.preflight import preflight
from sequences_contract.engine.rule import Rule
from sequences_contract.engine.session import Session
from sequences_contract.engine.settings import Settings
from sequences_contract.engine.trying import PassiveRules, try_rule
from sequences_contract.http.target import TargetError
from sequences_contract.rules.selection import select

from contract_tests.tests.reference_server import FAULTS, Fault, serve

ROOT = Path(__file__).resolve().parents[2]
FIXTURE = ROOT / "fixtures" / "contract.yaml"


@dataclass(frozen=True)
class Found:
    """What became of a fault: the rule that found it, None if none did, and how long that took."""

    fault: str
    rule: str | None
    seconds: float

    @property
    def rightly_named(self) -> bool:
        """Whether the rule speaks of what the fault is about."""
        return self.rule is not None and FAULTS[self.fault].named_by(self.rule)


def hunt(name: str) -> Found:
    """Tries rules at a reference server with one fault until one that names the fault is violated, these first.

    Where none of them is, the first of the others that was violated is given.
    """
    fault = FAULTS[name]
    began = time.monotonic()
    others: list[str] = []
    with serve(FIXTURE, faults=[name]) as url:
        settings = Settings(
            url, profile="strict" if fault.profile == "strict" else "documented", allow_writes=True, stops=math.inf,
            fixture=FIXTURE, control=url.removesuffix("/v1"), max_examples=15,
        )  # fmt: skip
        session = Session(settings)
        try:
            for rule in _violations(session, _in_order(fault, settings)):
                if fault.named_by(rule):
                    return Found(name, rule, time.monotonic() - began)
                others.append(rule)
        finally:
            session.close()
    return Found(name, next(iter(others), None), time.monotonic() - began)


def _in_order(fault: Fault, settings: Settings) -> list[Rule]:
    rules = select(settings)
    return sorted(rules, key=lambda rule: not fault.named_by(rule.id))


def _violations(session: Session, rules: Sequence[Rule]) -> Iterator[str]:
    passive = PassiveRules(session, rules)
    session.target.observers.append(passive.observe)
    try:
        preflight(session)
    except (Untestable, TargetError):
        yield from _violated(passive)
        return
    yield from _violated(passive)
    for rule in rules:
        if rule.check is None:
            continue
        try:
            verdict = try_rule(rule, session)
        except TargetError:
            yield "robustness.target_died"
            return
        if verdict.name == "violated":
            yield rule.id
        yield from _violated(passive)


def _violated(passive: PassiveRules) -> Iterator[str]:
    return (verdict.rule.id for verdict in passive.verdicts() if verdict.name == "violated")


def main() -> int:
    """Hunts every fault, or those named, and prints the table; the exit status is 1 when one survives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("faults", nargs="*", metavar="FAULT", help="all of them unless named")
    parser.add_argument("--write", action="store_true", help="write the table to docs/mutants.md")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    names = options.faults or sorted(FAULTS)
    with ProcessPoolExecutor(options.processes) as pool:
        found = []
        for one in pool.map(hunt, names):
            found.append(one)
            sys.stderr.write(f"{one.fault}: {one.rule or 'survived'} ({one.seconds:.1f} s)\n")
            sys.stderr.flush()
    lines = list(_table(found))
    sys.stdout.write("\n".join(lines) + "\n")
    if options.write:
        (ROOT / "docs" / "mutants.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0 if all(one.rightly_named for one in found) else 1


def _table(found: Sequence[Found]) -> Iterator[str]:
    survivors = [one.fault for one in found if one.rule is None]
    wrong = [one.fault for one in found if one.rule is not None and not one.rightly_named]
    yield "# Planted faults"
    yield ""
    yield "Made by `make mutants`: each fault is planted in the reference server, and the suite is run against it until"
    yield "a rule about that fault is violated, those rules first."
    yield ""
    count = len(found) - len(survivors)
    yield f"{len(found)} of the {len(FAULTS)} planted faults were tried in this run."
    yield f"{count} were found, {len(survivors)} were not: {', '.join(survivors) or 'none'}."
    yield f"Found only by a rule about something else: {', '.join(wrong) or 'none'}."
    yield ""
    yield "| fault | what it does | profile | found by | seconds |"
    yield "|---|---|---|---|---|"
    for one in found:
        fault = FAULTS[one.fault]
        found_by = f"`{one.rule}`" if one.rule else "**survived**"
        yield f"| `{one.fault}` | {fault.summary} | {fault.profile} | {found_by} | {one.seconds:.1f} |"


if __name__ == "__main__":
    sys.exit(main())
