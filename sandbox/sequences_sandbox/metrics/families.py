"""Every metric with its samples, as the client library writes them."""

import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from ..domain.errors import UnavailableIssue
from ..domain.limits import Bounded
from ..traffic.metrics import BOUNDS, CLIENT_GONE, Series, Tally
from ..worlds.worlds import Worlds

PREFIX: Final = "sequences_sandbox"
_COUNTER: Final = CounterMetricFamily
_GAUGE: Final = GaugeMetricFamily
_STATUSES: Final = frozenset({*HTTPStatus, CLIENT_GONE})
_BOUNDS: Final = (*map(str, BOUNDS), "+Inf")
_STATM: Final = Path("/proc/self/statm")


class ProcessMetrics(Collector):
    """What a process counts for itself."""

    def __init__(self, worlds: Worlds, tally: Tally, bounded: Sequence[Bounded]) -> None:
        self._worlds: Final = worlds
        self._tally: Final = tally
        self._bounded: Final = bounded

    def collect(self) -> Iterator[Metric]:
        """Every metric with its samples."""
        yield from self._requests()
        tally = self._tally
        yield _family(_COUNTER, "faults", "Faults injected into requests, by effect.", ["effect"], tally.faults)
        yield _family(_COUNTER, "limits_hit", "How often a limit was reached.", ["limit"], tally.limits)
        failed = "Requests that failed with 5xx, without injected faults."
        yield _family(_COUNTER, "failures", failed, ["operation", "status"], tally.failures)
        yield from self._places()
        at_hand = "About how much memory is taken by what is at hand."
        yield _family(_GAUGE, "memory_bytes", at_hand, ["kind"], self._memory())
        yield from _process()

    def _requests(self) -> Iterator[Metric]:
        """Each status that is known is counted; how long requests took is told by the hundred of their statuses."""
        numbers: Counter[tuple[str, str]] = Counter()
        together: dict[tuple[str, str], list[Series]] = {}
        for (operation, status), series in list(self._tally.requests.items()):
            hundred = f"{status // 100}xx" if status else "none"
            numbers[operation, str(status) if status in _STATUSES else hundred] += sum(series.buckets)
            together.setdefault((operation, hundred), []).append(series)
        yield _family(_COUNTER, "requests", "Requests.", ["operation", "status"], numbers)
        durations = HistogramMetricFamily(
            f"{PREFIX}_request_duration_seconds",
            "From a request to its response, without injected delays.",
            labels=["operation", "status_class"],
        )
        for labels, kept in together.items():
            running = accumulate(map(sum, zip(*[series.buckets for series in kept], strict=True)))
            durations.add_metric(labels, list(zip(_BOUNDS, running, strict=True)), sum(each.seconds for each in kept))
        yield durations

    def _places(self) -> Iterator[Metric]:
        shares = {each.share.what: each for each in self._bounded}
        taken = {what: each.taken for what, each in shares.items()}
        yield _family(_GAUGE, "places_taken", "What is taken of a bound now.", ["limit"], taken)
        most = {what: each.share.in_all for what, each in shares.items()}
        yield _family(_GAUGE, "places", "How much there is of it.", ["limit"], most)

    def _memory(self) -> dict[str, int]:
        worlds = self._worlds
        sizes: Counter[str] = Counter(documents=0, history=0, snapshots=0)
        for world in worlds.at_hand.values():
            sizes.update(world.sizes.parts)
        return {**sizes, "fixtures": worlds.seeds.fixtures.bytes, "starts": worlds.seeds.starts.bytes}


class StoreMetrics(Collector):
    """What all processes of a store have in common."""

    def __init__(self, worlds: Worlds, default_world: str) -> None:
        self._store: Final = worlds.store
        self._default_world: Final = default_world

    def collect(self) -> Iterator[Metric]:
        """Every metric with its samples; only the first while the store cannot serve."""
        ready = self._store.trouble() is None
        yield GaugeMetricFamily(f"{PREFIX}_ready", "1 when the sandbox can reach its store.", int(ready))
        if not ready:
            return
        try:
            kinds, size = self._kinds(), self._store.journal_bytes()
        except UnavailableIssue:
            return
        yield _family(_GAUGE, "worlds", "Worlds that exist, by who made them.", ["kind"], kinds)
        yield GaugeMetricFamily(f"{PREFIX}_journal_bytes", "About how much the journals take, where they are.", size)

    def _kinds(self) -> Counter[str]:
        kinds: Counter[str] = Counter(default=0, admin=0, visitor=0)
        for record in self._store.worlds():
            kinds[record.kind(self._default_world)] += 1
        return kinds


def text_of(*collectors: Collector) -> tuple[str, bytes]:
    """The metrics of collectors, after the media type that they are written in."""
    registry = CollectorRegistry()
    for collector in collectors:
        registry.register(collector)
    return CONTENT_TYPE_LATEST, generate_latest(registry)


def _process() -> Iterator[Metric]:
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


def _family(
    kind: type[CounterMetricFamily | GaugeMetricFamily],
    name: str,
    text: str,
    labels: Sequence[str],
    values: Mapping[Any, float],
) -> Metric:
    """A family with a sample for each value, whose key is that of its one label or a tuple of all."""
    family = kind(f"{PREFIX}_{name}", text, labels=labels)
    for key, value in list(values.items()):  # the event loop goes on counting
        family.add_metric([*map(str, key)] if isinstance(key, tuple) else [key], value)
    return family
