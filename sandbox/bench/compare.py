"""The sandbox beside what people would use instead, on this machine, in turn, in one run: `make bench`.

Run: python sandbox/bench/compare.py [--rounds N] [--seconds S] [--write]. Prints the tables; with --write they and the
plot go into docs/performance.md. Rivals are installed into .bench/, which git ignores. Figures, no verdict.
"""

import argparse
import json
import statistics
import urllib.request
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import machine
import report
import work
from contestants import SANDBOX, SCRATCH, WITHOUT_LOG, Contestant, Running, contestants, start
from wrk import Figures, Request, measure, require_wrk

_STARTS = 3
_WARM_UP = 2.0
_KINDS = ("key", "parameters", "body", "state", "response", "journal")


def main() -> None:
    """Runs the comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    options = parser.parse_args()
    require_wrk()
    SCRATCH.mkdir(exist_ok=True)
    world = SCRATCH / "world.jsonl"
    ids = work.write_world(world)
    found = contestants(world)
    starts = {contestant.name: _starts(contestant) for contestant in found}
    running = {contestant.name: start(contestant) for contestant in found}
    try:
        plans = {name: _plans(server, ids) for name, server in running.items()}
        figures, memory = _measured(running, plans, options.rounds, options.seconds)
    finally:
        for server in running.values():
            server.stop()
    text = _tables(found, figures, memory, starts, options.rounds, options.seconds)
    print(text)
    if options.write:
        shown = {name: of for name, of in figures.items() if name != WITHOUT_LOG}
        groups = {
            operation: {name: _median(of[operation], _per_second) for name, of in shown.items()}
            for operation in work.OPERATIONS
        }
        report.bars("compare", "Requests a second, one process each, 8 connections", groups, "requests a second")
        for page in (report.PAGE, report.README):
            report.place("summary", _summary(shown, memory, starts), page)
        report.place("compare", f"{text}\n\n![Requests a second by server and operation](performance/compare.svg)")


def _starts(contestant: Contestant) -> list[float]:
    contestant.prepare()
    seconds = []
    for _ in range(_STARTS):
        server = start(contestant)
        seconds.append(server.seconds_to_start)
        server.stop()
    return seconds


def _plans(server: Running, ids: list[str]) -> Mapping[str, Path]:
    if server.contestant.name.startswith("Moto"):
        return work.moto_plans(SCRATCH, ids, server.base, _post)
    return work.plans(SCRATCH, ids)


def _measured(
    running: Mapping[str, Running], plans: Mapping[str, Mapping[str, Path]], rounds: int, seconds: float
) -> tuple[dict[str, dict[str, list[Figures]]], dict[str, float]]:
    figures: dict[str, dict[str, list[Figures]]] = {
        name: {operation: [] for operation in work.OPERATIONS} for name in running
    }
    for name, server in running.items():
        for operation in work.OPERATIONS:
            measure(server.base, plans[name][operation], _WARM_UP)
    for _ in range(rounds):
        for operation in work.OPERATIONS:
            for name, server in running.items():
                figures[name][operation].append(measure(server.base, plans[name][operation], seconds))
    return figures, {name: machine.resident(server.process.pid) for name, server in running.items()}


def _tables(
    found: list[Contestant],
    figures: Mapping[str, Mapping[str, list[Figures]]],
    memory: Mapping[str, float],
    starts: Mapping[str, list[float]],
    rounds: int,
    seconds: float,
) -> str:
    rows = []
    for name, of in figures.items():
        cells = [_spread(of[operation], _per_second) for operation in work.OPERATIONS]
        latency = [
            f"{_median(of[operation], _p50):.2f} / {_median(of[operation], _p99):.1f}" for operation in work.OPERATIONS
        ]
        rows.append([name, *cells, *latency])
    speed = report.table(
        [
            "", *(f"{operation}, requests/s" for operation in work.OPERATIONS),
            *(f"{operation}, p50 / p99 ms" for operation in work.OPERATIONS),
        ],
        rows,
    )  # fmt: skip
    cost = report.table(
        ["", "start to first 200, s", "memory after the load, MiB", "failed", "rejected"],
        [_cost(name, starts[name], memory[name], figures[name]) for name in figures],
    )
    does = report.table(
        ["what is done for each request", *_KINDS],
        [[contestant.name, *(contestant.does[kind] for kind in _KINDS)] for contestant in found],
    )
    note = (
        f"Measured on {date.today().isoformat()}: {machine.described()}. {rounds} rounds of {seconds:g} s for each server "
        f"and operation, in turn; medians over the rounds, lowest to highest in brackets; load average at the end "
        f"{machine.load():.1f}."
    )
    return f"{note}\n\n{speed}\n\n{_ratios(figures)}\n\n{does}\n\n{cost}"


def _summary(
    figures: Mapping[str, Mapping[str, list[Figures]]], memory: Mapping[str, float], starts: Mapping[str, list[float]]
) -> str:
    """The table that the README carries too, the date in its head."""
    rows = [
        [f"{operation}, requests/s", *(f"{_median(of[operation], _per_second):,.0f}" for of in figures.values())]
        for operation in work.OPERATIONS
    ]
    rows += [
        ["p99 of a get, ms", *(f"{_median(of['get'], _p99):.1f}" for of in figures.values())],
        ["start to first response, s", *(f"{statistics.median(starts[name]):.2f}" for name in figures)],
        ["memory, MiB", *(f"{memory[name]:.0f}" for name in figures)],
    ]
    return report.table([date.today().isoformat(), *figures], rows)


def _cost(name: str, starts: list[float], memory: float, figures: Mapping[str, list[Figures]]) -> list[str]:
    began = f"{statistics.median(starts):.2f} ({min(starts):.2f} to {max(starts):.2f})"
    failed = sum(each.failed for of in figures.values() for each in of)
    refused = sum(each.refused for of in figures.values() for each in of)
    return [name, began, f"{memory:.0f}", str(failed), str(refused)]


def _ratios(figures: Mapping[str, Mapping[str, list[Figures]]]) -> str:
    """The sandbox against Prism, round by round, so that what else the machine did weighs on both."""
    prism = next((of for name, of in figures.items() if name.startswith("Prism")), None)
    if prism is None:
        return "Prism could not be installed here."
    cells = []
    for operation in work.OPERATIONS:
        pairs = zip(figures[SANDBOX][operation], prism[operation], strict=True)
        ratios = [ours.per_second / theirs.per_second for ours, theirs in pairs]
        cells.append(f"{statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})")
    return report.table(["", *work.OPERATIONS], [["the sandbox's speed by Prism's, round by round", *cells]])


def _spread(of: list[Figures], value: Callable[[Figures], float]) -> str:
    values = [value(each) for each in of]
    return f"{statistics.median(values):,.0f} ({min(values):,.0f} to {max(values):,.0f})"


def _median(of: list[Figures], value: Callable[[Figures], float]) -> float:
    return statistics.median(value(each) for each in of)


def _per_second(figures: Figures) -> float:
    return figures.per_second


def _p50(figures: Figures) -> float:
    return figures.p50


def _p99(figures: Figures) -> float:
    return figures.p99


def _post(base: str, request: Request) -> None:
    body = (request.body or "").encode()
    sent = urllib.request.Request(base + request.path, body, dict(request.headers), method=request.method)
    with urllib.request.urlopen(sent, timeout=10) as answer:
        json.load(answer)


if __name__ == "__main__":
    main()
