"""The sandbox under mixed traffic for a long time, with faults on, while its promises are checked: `make soak`.

Run: python sandbox/bench/soak.py [--minutes M] [--store memory|postgresql] [--clients N] [--write]. With --hosted it is
another one: soak_hosted.py, --visitors and --attackers on a public sandbox behind nginx. Time is cut into laps:
in each lap every client drives a world that was made for the lap, in which some answers are late, refused, cut short or
never sent; then the faults are taken away and the world is read through: nothing that was written may be missing, and
stopping COMPANY must reach just the runs that the fixture says. The exit status is 1 when a promise was broken: a 5xx that
was not asked for, a lost or foreign update, a wrong page, a repeated request id, or memory that grows after the warm-up.
"""

import argparse
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from datetime import date
from typing import Any

import machine
import report
from contestants import SCRATCH
from sequences_sandbox.cli.main import main as sandbox_command
from servers import postgres, sandbox
from soak_client import Client, Findings
from soak_hosted import run_hosted

_RUNS = 300
_SHARED = 10
_LAP_SECONDS = 20
_FAULTS = (
    {"match": {"probability": 0.01}, "effect": {"status": 503}},
    {"match": {"probability": 0.01}, "effect": {"latency": {"uniform_ms": [5, 50]}}},
    {"match": {"probability": 0.003}, "effect": {"close": "before"}},
    {"match": {"probability": 0.003}, "effect": {"close": "midway"}},
    {"match": {"probability": 0.003}, "effect": {"body": "truncated"}},
)
_STOPPABLE = ("FOUND", "ACTIVE", "WAITING_FOR_LEAD", "WAITING_FOR_USER")
_GROWTH = 1.05
_SLACK_MIB = 8


def main() -> None:
    """Runs the soak and says what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--store", choices=("memory", "postgresql"), default="memory")
    parser.add_argument("--clients", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="put the figures into docs/performance.md")
    parser.add_argument("--hosted", action="store_true", help="a public sandbox behind nginx, under attack")
    parser.add_argument("--visitors", type=int, default=20, help="honest ones of the hosted soak")
    parser.add_argument(
        "--attackers", type=int, default=3, help="of the hosted soak; 0 measures the capacity, for docs/hosting.md"
    )
    options = parser.parse_args()
    SCRATCH.mkdir(exist_ok=True)
    if options.hosted:
        text, broken = run_hosted(options)
        print(text)
        sys.exit(1 if broken else 0)
    document = _document(options.store)
    with ExitStack() as stack:
        more = ()
        if options.store == "postgresql":
            more = ("--store", stack.enter_context(postgres()), "--workers", "2")
        about = stack.enter_context(sandbox("--fixture", "empty", *more))
        pool = stack.enter_context(ProcessPoolExecutor(options.clients))
        laps = list(_laps(about, document, pool, options.clients, options.minutes * 60))
    text, broken = _said(laps, options)
    print(text)
    if options.write:
        report.place(f"soak {options.store}", text)
    sys.exit(1 if broken else 0)


class Lap:
    """What a lap found, and the server's memory at its end, in MiB."""

    def __init__(self, found: list[Findings], violations: list[str], memory: float, seconds: float) -> None:
        self.found = found
        self.violations = [*violations, *(each for client in found for each in client.violations)]
        self.memory = memory
        self.seconds = seconds


def _laps(
    about: dict[str, Any], document: Any, pool: ProcessPoolExecutor, clients: int, seconds: float
) -> Iterator[Lap]:
    began = time.monotonic()
    number = 0
    while time.monotonic() - began < seconds:
        number += 1
        lap_began = time.monotonic()
        admin = Client(about["url"], "", -number, [""], [])
        world = admin.ask("POST", "/_sandbox/worlds", {"fixture": document, "seed": number}, {}).body
        token = world["organizations"][0]["api_keys"][0]["token"]
        keeper = Client(about["url"], token, 0, [""], [])
        for fault in _FAULTS:
            keeper.ask("POST", "/_sandbox/faults", fault)
        ids = [run["id"] for run in document["organizations"][0]["sequences"]]
        shared, own = ids[:_SHARED], ids[_SHARED:]
        lasting = min(_LAP_SECONDS, max(2.0, seconds - (time.monotonic() - began)))
        jobs = [
            pool.submit(_drive, about["url"], token, client, own[client::clients], shared, lasting)
            for client in range(clients)
        ]
        found = [job.result() for job in jobs]
        keeper.ask("DELETE", "/_sandbox/faults")
        _read_through(keeper, document, found, shared)
        memory = machine.resident(about["process"])
        admin.ask("DELETE", f"/_sandbox/worlds/{world['id']}", None, {})
        violations = [*keeper.found.violations, *admin.found.violations]
        yield Lap(found, violations, memory, time.monotonic() - lap_began)


def _drive(base: str, token: str, number: int, own: list[str], shared: list[str], seconds: float) -> Findings:
    return Client(base, token, number + 1, own, shared).run(seconds)


def _read_through(keeper: Client, document: Any, found: list[Findings], shared: list[str]) -> None:
    """Holds every run against what the clients last saw, then stops a company."""
    for client in found:
        for run_id, run in client.own.items():
            keeper.expect(f"at last {run_id}", run, keeper.ask("GET", f"/v1/sequences/{run_id}").body)
    for run_id in shared:
        variables = keeper.ask("GET", f"/v1/sequences/{run_id}").body["variables"] or {}
        for number, client in enumerate(found, start=1):
            if run_id in client.shared:
                keeper.expect(f"shared {run_id}", client.shared[run_id], variables.get(f"client{number}"))
    total = keeper.ask("GET", "/v1/sequences").body["total_count"]
    keeper.expect("total", len(document["organizations"][0]["sequences"]), total)
    _stop_a_company(keeper, document)


def _stop_a_company(keeper: Client, document: Any) -> None:
    organization = document["organizations"][0]
    company = {contact["id"]: contact["company_domain"] for contact in organization["contacts"]}
    groups: dict[tuple[str, str], list[str]] = {}
    for run in organization["sequences"]:
        domain = company.get(run["contact_id"])
        if domain is not None:
            groups.setdefault((run["sequence_template_id"], domain), []).append(run["id"])
    for group in sorted(groups.values(), key=len)[-3:]:
        before = {run_id: keeper.ask("GET", f"/v1/sequences/{run_id}").body for run_id in group}
        going = [run_id for run_id, run in before.items() if run["status"] in _STOPPABLE]
        if not going:
            continue
        stopped = keeper.ask("POST", f"/v1/sequences/{going[0]}/stop", {"reason": "WIN", "scope": "COMPANY"}).body
        for run_id, run in before.items():
            change = {"status": "STOPPED_EARLY", "updated_at": stopped["updated_at"]} if run_id in going else {}
            keeper.expect(f"stopped {run_id}", {**run, **change}, keeper.ask("GET", f"/v1/sequences/{run_id}").body)


def _document(name: str) -> Any:
    """A fixture of one organization whose steps stand still."""
    path = SCRATCH / f"soak-{name}.jsonl"
    sandbox_command(["fixtures", "generate", "--sequences", str(_RUNS), "--seed", "11", "--output", str(path)])
    head, *lines = [json.loads(line) for line in path.read_text().splitlines()]
    for organization in head["organizations"]:
        organization["sequences"] = [
            {key: value for key, value in run.items() if key != "organization_id"}
            for run in lines
            if run["organization_id"] == organization["id"]
        ]
    return {**head, "static": True}


def _said(laps: list[Lap], options: argparse.Namespace) -> tuple[str, bool]:
    found = [client for lap in laps for client in lap.found]
    violations = [each for lap in laps for each in lap.violations]
    took = sorted(each for client in found for each in client.milliseconds)
    statuses: Counter[int] = sum((client.statuses for client in found), Counter())
    warm = [lap.memory for lap in laps[len(laps) // 4 :]]
    half = len(warm) // 2
    early, late = statistics.median(warm[: half or 1]), statistics.median(warm[half:])
    grew = late > early * _GROWTH + _SLACK_MIB
    requests = sum(client.requests for client in found)
    latency = f"{_at(took, 0.5):.1f}, {_at(took, 0.99):.1f}, {took[-1]:.0f}"
    rows = [
        ["minutes, clients, laps", f"{sum(lap.seconds for lap in laps) / 60:.1f}, {options.clients}, {len(laps)}"],
        ["requests", f"{requests:,}"],
        ["responses by status", ", ".join(f"{status}: {count:,}" for status, count in sorted(statuses.items()))],
        ["responses with an injected fault", f"{sum(client.struck for client in found):,}"],
        ["connections broken, by faults", f"{sum(client.broken for client in found):,}"],
        ["p50, p99 and longest, of responses without a fault, ms", latency],
        ["the server's memory after the warm-up, first and second half, MiB", f"{early:.0f}, {late:.0f}"],
        ["broken promises", f"{len(violations)}{' and memory grew' if grew else ''}"],
    ]
    note = f"Measured on {date.today().isoformat()}, store {options.store}: {machine.described()}."
    listed = "".join(f"\n- {violation}" for violation in violations[:20])
    return f"{note}\n\n{report.table(['', options.store], rows)}{listed}", bool(violations) or grew


def _at(ascending: list[float], share: float) -> float:
    return ascending[min(len(ascending) - 1, int(len(ascending) * share))]


if __name__ == "__main__":
    main()
