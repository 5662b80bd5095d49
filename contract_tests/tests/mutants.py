"""Planted faults against the suite: each is found, and by a rule that names it rightly.

As a program (`python contract_tests/tests/mutants.py [--write]`) it tries every fault against the whole suite, the
likeliest rules first, and prints the table of fault, rule and seconds; `--write` puts it into docs/mutants.md.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

if not __package__:
    sys.path[0] = str(Path(__file__).resolve().parent)
    from specimen import FAULTS, Fault, serve
else:
    from .specimen import FAULTS, Fault, serve

from sequences_contract.bench import Bench, Untestable
from sequences_contract.rules.registry import Rule, all_rules
from sequences_contract.runner import Watch, try_rule
from sequences_contract.settings import Settings
from sequences_contract.target import TargetError

ROOT = Path(__file__).resolve().parents[2]
FIXTURE = ROOT / "fixtures" / "contract.yaml"

#: The first words of the ids of rules that may name a fault of a group.
NAMED_BY = {
    "shape": ("shape", "get", "list", "update", "pause", "resume", "stop", "lifecycle", "http", "robustness"),
    "access": ("access", "scope", "shape", "order", "http", "stop", "list"),
    "list": ("list", "get", "shape", "robustness", "access"),
    "update": ("update", "journeys", "shape", "lifecycle", "robustness", "http", "pause", "stop"),
    "lifecycle": ("lifecycle", "pause", "resume", "journeys", "shape", "stop", "update", "robustness"),
    "stop": ("stop", "lifecycle", "shape", "robustness", "pause"),
    "journeys": ("journeys", "update", "pause", "resume", "lifecycle", "get", "list", "stop", "shape"),
    "robustness": ("robustness", "shape", "update", "pause", "stop", "resume", "list", "http", "order", "get", "access"),
}  # fmt: skip


@dataclass(frozen=True)
class Found:
    """What became of a fault: the rule that found it, None if none did, and how long that took."""

    fault: str
    rule: str | None
    seconds: float

    @property
    def rightly_named(self) -> bool:
        """Whether the rule speaks of what the fault is about."""
        return self.rule is not None and self.rule.split(".")[0] in NAMED_BY[FAULTS[self.fault].group]


def hunt(name: str, *, whole: bool = True) -> Found:
    """Tries rules at a specimen with one fault until one is violated; the likeliest first."""
    fault = FAULTS[name]
    began = time.monotonic()
    with serve(FIXTURE, faults=[name]) as url:
        root = url.removesuffix("/v1")
        settings = Settings(
            url, profile="strict" if fault.profile == "strict" else "documented", allow_writes=True, stops=math.inf,
            fixture=FIXTURE, control=root, max_examples=15,
        )  # fmt: skip
        bench = Bench(settings)
        try:
            rule = next(_violations(bench, _in_order(fault, settings, whole=whole)), None)
        finally:
            bench.close()
    return Found(name, rule, time.monotonic() - began)


def _in_order(fault: Fault, settings: Settings, *, whole: bool) -> list[Rule]:
    rules = [rule for rule in all_rules() if settings.strict or rule.profile == "documented"]

    def likelihood(rule: Rule) -> tuple[bool, float]:
        named = rule.id.split(".")[0] in NAMED_BY[fault.group]
        return not named, -SequenceMatcher(None, rule.id, fault.rule).ratio()

    ordered = sorted(rules, key=likelihood)
    return ordered if whole else [rule for rule in ordered if rule.id.split(".")[0] in NAMED_BY[fault.group]]


def _violations(bench: Bench, rules: Sequence[Rule]) -> Iterator[str]:
    watch = Watch(bench, rules)
    bench.target.observers.append(watch.observe)
    try:
        bench.enter()
    except (Untestable, TargetError):
        yield from _violated(watch)
        return
    yield from _violated(watch)
    for rule in rules:
        if rule.check is None:
            continue
        try:
            verdict = try_rule(rule, bench)
        except TargetError:
            yield "robustness.target_died"
            return
        # What a rule about the fault says comes before what every answer shows by the way.
        if verdict.name == "violated":
            yield rule.id
        yield from _violated(watch)


def _violated(watch: Watch) -> Iterator[str]:
    return (verdict.rule.id for verdict in watch.verdicts() if verdict.name == "violated")


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
    yield "Made by `make mutants`: each fault is planted in an independent server of the API, and the suite is run at it"
    yield "until a rule is violated, the likeliest rules first."
    yield ""
    count = len(found) - len(survivors)
    yield f"{len(found)} faults, {count} found, {len(survivors)} not: {', '.join(survivors) or 'none'}."
    yield f"Named by a rule of another matter: {', '.join(wrong) or 'none'}."
    yield ""
    yield "| fault | what it does | profile | found by | seconds |"
    yield "|---|---|---|---|---|"
    for one in found:
        fault = FAULTS[one.fault]
        yield f"| {one.fault} | {fault.summary} | {fault.profile} | {one.rule or '**survived**'} | {one.seconds:.1f} |"


if __name__ == "__main__":
    sys.exit(main())
