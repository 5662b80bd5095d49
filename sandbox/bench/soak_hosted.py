"""The hosted soak: a sandbox as docs/hosting.md sets it up, honest visitors on it, and attackers from other addresses.

Without attackers it measures what a visitor costs, for the table of capacity on that page.
"""

import argparse
import os
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final

import httpx
import machine
import psycopg
import report
from attackers import ADMIN, besiege
from servers import HOSTING, nginx, postgres, sandbox
from soak_client import Findings
from soak_visitor import visit

_SAMPLE_SECONDS: Final = 5.0
_ADDRESSES_OF_AN_ATTACKER: Final = 10
_GROWTH: Final = 1.05
_SLACK_MIB: Final = 8
_MOST_P99: Final = 250
_BOUNDED: Final = ("database on disk", "worlds at hand in all processes")
"""What may grow up to its bound."""
_AT_HAND: Final = re.compile(r"^sequences_sandbox_memory_bytes\{.*\} (\S+)$", re.MULTILINE)
_PAGE: Final = report.ROOT / "docs" / "hosting.md"

Amounts = dict[str, float]


class Site:
    """A hosted sandbox, and what its processes and its database take."""

    def __init__(self, about: dict[str, Any], edge: dict[str, Any], store: str | None) -> None:
        self.url: Final[str] = edge["url"]
        self._metrics: Final = f"{about['url']}/_sandbox/metrics"
        self._logs: Final[tuple[Path, Path]] = (about["log"], edge["log"])
        self._store: Final = store
        self._mains: Final[dict[str, int]] = {"sandbox": about["process"], "nginx": edge["process"]}
        if store is not None:
            with psycopg.connect(store) as connection:
                self._mains["PostgreSQL"] = machine.parent(connection.info.backend_pid)

    def memory(self) -> Amounts:
        """Mebibytes of each process of the sandbox, of what these have at hand, of nginx and PostgreSQL, and of the
        database on disk."""
        taken = {"nginx": machine.resident(self._mains["nginx"])}
        for number, pid in enumerate(sorted(machine.family(self._mains["sandbox"]))):
            taken[f"sandbox, process {number + 1}"] = machine.resident_alone(pid)
        counted = httpx.get(self._metrics, headers={"Authorization": f"Bearer {ADMIN}"}, timeout=60).raise_for_status()
        taken["worlds at hand in all processes"] = sum(map(float, _AT_HAND.findall(counted.text))) / 2**20
        if self._store is not None:
            taken["PostgreSQL, without shared buffers"] = machine.private(self._mains["PostgreSQL"])
            with psycopg.connect(self._store) as connection:
                ((size,),) = connection.execute("SELECT pg_database_size(current_database())")
            taken["database on disk"] = size / 2**20
        return taken

    def processor(self) -> Amounts:
        """Seconds that the sandbox, nginx and PostgreSQL have computed."""
        return {name: machine.processor_seconds(pid) for name, pid in self._mains.items()}

    def log(self) -> Counter[str]:
        """The lines of the logs without numbers and ids, each with how often it came."""
        text = "".join(log.read_text(errors="replace") for log in self._logs)
        return Counter(re.sub(r"\S*\d\S*", "N", line)[:150] for line in text.splitlines())


class Run:
    """What a run found."""

    def __init__(self, found: list[Findings], met: Counter[str], samples: list[Amounts], seconds: float) -> None:
        self.met, self.samples, self.seconds, self.stories = met, samples, seconds, len(found)
        self.violations = [each for visitor in found for each in visitor.violations]
        self.broken = sum(visitor.broken for visitor in found)
        self.requests = sum(visitor.requests for visitor in found)
        self.statuses: Counter[int] = sum((visitor.statuses for visitor in found), Counter())
        self.took = sorted(each for visitor in found for each in visitor.milliseconds)
        self.worlds = self.statuses[201]

    def at(self, share: float) -> float:
        """The milliseconds within which this share of the responses came."""
        return self.took[min(len(self.took) - 1, int(len(self.took) * share))]

    def halves(self, name: str) -> tuple[float, float]:
        """The middle of an amount in the first and in the second half of what follows the warm-up, half of the run."""
        warm = [sample[name] for sample in self.samples[len(self.samples) // 2 :] if name in sample]
        half = len(warm) // 2
        return statistics.median(warm[: half or 1]), statistics.median(warm[half:])


def run_hosted(options: argparse.Namespace) -> tuple[str, bool]:
    """Runs it; returns what is to be said, and whether a promise was broken."""
    with _hosted(options.store) as site:
        before = site.processor()
        run = _watched(site, options)
        spent = {name: seconds - before[name] for name, seconds in site.processor().items()}
        log = site.log()
    note = f"Measured on {date.today().isoformat()}: {machine.described()}."
    if not options.attackers:
        text = f"{note}\n\n{report.table(['', options.store], _capacity(run, spent, options.visitors))}"
        if options.write:
            report.place(f"capacity {options.store}", text, _PAGE)
        return text, bool(run.violations)
    grown = [name for name in run.samples[-1] if name not in _BOUNDED and _has_grown(*run.halves(name))]
    tracebacks = sum(number for line, number in log.items() if line.startswith("Traceback"))
    rows = _soak_rows(run, log, tracebacks, options)
    text = f"{note}\n\n{report.table(['', options.store], rows)}{_listed(run, log, grown)}"
    if options.write:
        report.place(f"soak hosted {options.store}", text)
    return text, bool(run.violations or run.broken or tracebacks or grown) or run.at(0.99) > _MOST_P99


@contextmanager
def _hosted(store: str) -> Iterator[Site]:
    """A sandbox with the options of docs/hosting/environment, but for its store, behind nginx."""
    lines = (HOSTING / "environment").read_text().splitlines()
    os.environ.update(line.split("=", 1) for line in lines if not line.startswith("#"))
    with ExitStack() as stack:
        more = ("--admin-token", ADMIN, "--log-format", "text")
        url = stack.enter_context(postgres()) if store == "postgresql" else None
        more += ("--store", "memory", "--workers", "1") if url is None else ("--store", url)
        about = stack.enter_context(sandbox(*more))
        yield Site(about, stack.enter_context(nginx(about["url"])), url)


def _watched(site: Site, options: argparse.Namespace) -> Run:
    """Lets visitors and attackers in, and looks at the site now and then."""
    seconds, samples = options.minutes * 60, [site.memory()]
    visitors = [f"127.0.1.{number + 1}" for number in range(options.visitors)]
    with ProcessPoolExecutor(1 + options.attackers) as pool:
        visits = pool.submit(visit, site.url, visitors, seconds)
        sieges = [
            pool.submit(besiege, site.url, _sources(number), seconds, number) for number in range(options.attackers)
        ]
        while not visits.done():
            time.sleep(_SAMPLE_SECONDS)
            samples.append(site.memory())
        return Run(visits.result(), _met(sieges), samples, seconds)


def _sources(attacker: int) -> list[str]:
    return [
        f"127.0.2.{attacker * _ADDRESSES_OF_AN_ATTACKER + number + 1}" for number in range(_ADDRESSES_OF_AN_ATTACKER)
    ]


def _met(sieges: list[Future[Counter[str]]]) -> Counter[str]:
    return sum((siege.result() for siege in sieges), Counter())


def _soak_rows(run: Run, log: Counter[str], tracebacks: int, options: argparse.Namespace) -> list[list[str]]:
    rejected = {status: number for status, number in run.statuses.items() if status >= 400}
    carried_out = sum(number for name, number in run.met.items() if ":" not in name)
    disk = [sample["database on disk"] for sample in run.samples if "database on disk" in sample]
    return [
        ["minutes, honest visitors, attackers", f"{run.seconds / 60:.1f}, {options.visitors}, {options.attackers}"],
        ["stories worked through, honest requests", f"{run.stories:,}, {run.requests:,}"],
        ["honest requests lost, rejected", f"{run.broken}, {sum(rejected.values())} {rejected or ''}"],
        ["p50, p99 and longest, ms", f"{run.at(0.5):.1f}, {run.at(0.99):.1f}, {run.took[-1]:.0f}"],
        ["attacks carried out, broken off", f"{carried_out}, {run.met.total() - carried_out}"],
        *(
            [f"{name}, first and second half after the warm-up, MiB", "{:.0f}, {:.0f}".format(*run.halves(name))]
            for name in run.samples[-1]
        ),
        *([["database on disk, most, MiB", f"{max(disk):.0f}"]] if disk else []),
        ["lines of the logs, tracebacks", f"{log.total()}, {tracebacks}"],
        ["broken promises", f"{len(run.violations)}"],
    ]


def _capacity(run: Run, spent: Amounts, visitors: int) -> list[list[str]]:
    """What a visitor costs, and how many of them a core and a GiB of memory carry."""
    minutes = visitors * run.seconds / 60
    first, last = run.samples[0], run.samples[-1]
    grown = sum(last[name] - first[name] for name in last if name.startswith("sandbox") and name in first)
    started = sum(amount for name, amount in first.items() if name.startswith("sandbox"))
    of_disk = last.get("database on disk", 0) - first.get("database on disk", 0)
    return [
        ["visitors at once, minutes, worlds made", f"{visitors}, {run.seconds / 60:.1f}, {run.worlds:,}"],
        ["p50, p99 and longest, ms", f"{run.at(0.5):.1f}, {run.at(0.99):.1f}, {run.took[-1]:.0f}"],
        *(
            [f"processor time of {name} for a minute of a visitor, ms", f"{seconds / minutes * 1000:.0f}"]
            for name, seconds in spent.items()
        ),
        ["visitors at once that a core carries, all of these together", f"{minutes * 60 / sum(spent.values()):,.0f}"],
        ["memory of the sandbox at its start, MiB", f"{started:.0f}"],
        ["memory for each world beyond that, KiB", f"{grown * 1024 / run.worlds:.0f}"],
        ["worlds that a GiB of memory carries", f"{1024 * run.worlds / grown:,.0f}"],
        *([["database for each world, KiB", f"{of_disk * 1024 / run.worlds:.0f}"]] if of_disk else []),
    ]


def _listed(run: Run, log: Counter[str], grown: list[str]) -> str:
    """What else there is to say, as a list."""
    said = [*run.violations[:20], *(f"grew: {name}" for name in grown)]
    said += [f"attack {name}: {number}" for name, number in sorted(run.met.items())]
    said += [f"log, {number} times: {line}" for line, number in log.most_common(20)]
    return "".join(f"\n- {each}" for each in said)


def _has_grown(early: float, late: float) -> bool:
    return late > early * _GROWTH + _SLACK_MIB
