"""Every metric with its samples, as the client library writes them. The library is imported when it is first needed."""

import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from ..domain.errors import UnavailableIssue
from ..domain.limits import Share
from ..traffic.metrics import BOUNDS, CLIENT_GONE, Series, Tally
from .worlds import Worlds

if TYPE_CHECKING:
    from prometheus_client import Metric

PREFIX: Final = "sequences_sandbox"
_STATUSES: Final = frozenset({*HTTPStatus, CLIENT_GONE})
_BOUNDS: Final = (*map(str, BOUNDS), "+Inf")
_STATM: Final = Path("/proc/self/statm")


class Bounded(Protocol):
    """Something of which so much may be taken at a time."""

    @property
    def share(self) -> Share:
        """What it is, and how much of it there is."""

    @property
    def taken(self) -> int:
        """How much of it is taken."""


class ProcessMetrics:
    """What a process counts for itself; a collector as the client library knows one."""

    def __init__(self, worlds: Worlds, tally: Tally, bounded: Sequence[Bounded]) -> None:
        self._worlds: Final = worlds
        self._tally: Final = tally
        self._bounded: Final = bounded

    def collect(self) -> Iterator["Metric"]:
        """Every metric with its samples."""
        yield from self._requests()
        yield _counter("faults", "Faults injected into requests, by effect.", "effect", self._tally.faults)
        yield _counter("limits_hit", "How often a limit was reached.", "limit", self._tally.limits)
        yield self._failures()
        yield from self._places()
        yield _gauge("memory_bytes", "About how much memory is taken by what is at hand.", "kind", self._memory())
        yield from _process()

    def _requests(self) -> Iterator["Metric"]:
        """Each status that is known is counted; how long requests took is told by the hundred of their statuses."""
        from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily  # noqa: PLC0415

        numbers: Counter[tuple[str, str]] = Counter()
        together: dict[tuple[str, str], list[Series]] = {}
        for (operation, status), series in list(self._tally.requests.items()):
            hundred = f"{status // 100}xx" if status else "none"
            numbers[operation, str(status) if status in _STATUSES else hundred] += sum(series.buckets)
            together.setdefault((operation, hundred), []).append(series)
        requests = CounterMetricFamily(f"{PREFIX}_requests", "Requests.", labels=["operation", "status"])
        for labels, number in numbers.items():
            requests.add_metric(labels, number)
        yield requests
        durations = HistogramMetricFamily(
            f"{PREFIX}_request_duration_seconds",
            "From a request to its response, without injected delays.",
            labels=["operation", "status_class"],
        )
        for labels, kept in together.items():
            running = accumulate(map(sum, zip(*[series.buckets for series in kept], strict=True)))
            durations.add_metric(labels, list(zip(_BOUNDS, running, strict=True)), sum(each.seconds for each in kept))
        yield durations

    def _failures(self) -> "Metric":
        from prometheus_client.core import CounterMetricFamily  # noqa: PLC0415

        failures = CounterMetricFamily(
            f"{PREFIX}_failures",
            "Requests that failed with 5xx, without injected faults.",
            labels=["operation", "status"],
        )
        for (operation, status), number in list(self._tally.failures.items()):
            failures.add_metric([operation, str(status)], number)
        return failures

    def _places(self) -> Iterator["Metric"]:
        shares = {each.share.what: each for each in self._bounded}
        taken = {what: each.taken for what, each in shares.items()}
        yield _gauge("places_taken", "What is taken of a bound now.", "limit", taken)
        yield _gauge(
            "places", "How much there is of it.", "limit", {what: each.share.in_all for what, each in shares.items()}
        )

    def _memory(self) -> dict[str, int]:
        worlds = self._worlds
        sizes: Counter[str] = Counter(documents=0, history=0, snapshots=0)
        for world in worlds.at_hand.values():
            sizes.update(world.sizes.parts)
        return {**sizes, "fixtures": worlds.seeds.fixtures.bytes, "starts": worlds.seeds.starts.bytes}


class StoreMetrics:
    """What all processes of a store have in common; a collector as the client library knows one."""

    def __init__(self, worlds: Worlds, default_world: str) -> None:
        self._store: Final = worlds.store
        self._default_world: Final = default_world

    def collect(self) -> Iterator["Metric"]:
        """Every metric with its samples; only the first while the store cannot serve."""
        from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415

        ready = self._store.trouble() is None
        yield GaugeMetricFamily(f"{PREFIX}_ready", "1 when the sandbox can reach its store.", int(ready))
        if not ready:
            return
        try:
            kinds, size = self._kinds(), self._store.journal_bytes()
        except UnavailableIssue:
            return
        yield _gauge("worlds", "Worlds that exist, by who made them.", "kind", kinds)
        yield GaugeMetricFamily(f"{PREFIX}_journal_bytes", "About how much the journals take, where they are.", size)

    def _kinds(self) -> Counter[str]:
        kinds: Counter[str] = Counter(default=0, admin=0, visitor=0)
        for record in self._store.worlds():
            kinds[record.kind(self._default_world)] += 1
        return kinds


def _process() -> Iterator["Metric"]:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily  # noqa: PLC0415

    yield GaugeMetricFamily(f"{PREFIX}_processes", "Processes that serve.", 1)
    yield CounterMetricFamily(f"{PREFIX}_process_starts", "How often a process that serves began.", 1)
    yield CounterMetricFamily(f"{PREFIX}_cpu_seconds", "Processor time that was used.", time.process_time())
    if _STATM.exists():
        pages = int(_STATM.read_text("ascii").split()[1])
        yield GaugeMetricFamily(
            f"{PREFIX}_resident_memory_bytes",
            "Memory of the processes; what they share counts for each.",
            pages * os.sysconf("SC_PAGE_SIZE"),
        )


def _gauge(name: str, documentation: str, label: str, values: dict[str, int]) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415

    family = GaugeMetricFamily(f"{PREFIX}_{name}", documentation, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


def _counter(name: str, documentation: str, label: str, values: Counter[str]) -> "Metric":
    from prometheus_client.core import CounterMetricFamily  # noqa: PLC0415

    family = CounterMetricFamily(f"{PREFIX}_{name}", documentation, labels=[label])
    for value, number in list(values.items()):
        family.add_metric([value], number)
    return family
