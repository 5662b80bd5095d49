"""The metrics in Prometheus' text form. The client library is imported when they are first asked for."""

from collections.abc import Iterator
from itertools import accumulate
from typing import Any, Final

from ..traffic.metrics import BOUNDS
from .cache import Cache
from .traffic_control import TrafficControl

_PREFIX: Final = "sequences_sandbox"


class MetricsCollector:
    """The metrics of one sandbox, in a registry of its own; a collector as the client library knows one."""

    def __init__(self, control: TrafficControl) -> None:
        self._control: Final = control

    def written(self) -> tuple[str, bytes]:
        """The metrics as they are, after the media type that they are written in."""
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest  # noqa: PLC0415

        registry = CollectorRegistry()
        registry.register(self)
        return CONTENT_TYPE_LATEST, generate_latest(registry)

    def collect(self) -> Iterator[Any]:
        """Every metric with its samples."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily  # noqa: PLC0415

        tally, store = self._control.tally, self._control.store
        labels = ["operation", "status"]
        requests = CounterMetricFamily(f"{_PREFIX}_requests", "Requests for the contract's paths.", labels=labels)
        latency = HistogramMetricFamily(
            f"{_PREFIX}_request_duration_seconds",
            "From a request to its response, injected faults included.",
            labels=labels,
        )
        for (operation, status), series in list(tally.requests.items()):
            running = list(accumulate(series.buckets))
            bounds = [*map(str, BOUNDS), "+Inf"]
            requests.add_metric([operation, str(status)], running[-1])
            latency.add_metric([operation, str(status)], list(zip(bounds, running, strict=True)), series.seconds)
        yield requests
        yield latency
        faults = CounterMetricFamily(
            f"{_PREFIX}_faults", "Faults injected into requests, by effect.", labels=["effect"]
        )
        for effect, number in list(tally.faults.items()):
            faults.add_metric([effect], number)
        yield faults
        yield GaugeMetricFamily(f"{_PREFIX}_worlds", "Worlds that exist.", len(store.worlds()))
        yield GaugeMetricFamily(
            f"{_PREFIX}_journal_bytes", "About how much memory the journals take.", store.journal_bytes()
        )
        yield from self._kept()
        yield from self._places()

    def _kept(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415

        worlds = self._control.worlds
        kept: dict[str, Cache[Any]] = {
            "worlds": worlds.at_hand, "fixtures": worlds.seeds.fixtures, "starts": worlds.seeds.starts,
        }  # fmt: skip
        caches = GaugeMetricFamily(
            f"{_PREFIX}_cache_bytes", "About how much memory is taken by what is at hand.", labels=["cache"]
        )
        for name, cache in kept.items():
            caches.add_metric([name], cache.bytes)
        yield caches
        number = len(worlds.store.visitor_worlds())
        yield GaugeMetricFamily(f"{_PREFIX}_visitor_worlds", "Worlds that anonymous visitors made.", number)

    def _places(self) -> Iterator[Any]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily  # noqa: PLC0415

        taken = GaugeMetricFamily(f"{_PREFIX}_places_taken", "What is taken of a bound now.", labels=["limit"])
        refused = CounterMetricFamily(f"{_PREFIX}_places_refused", "How often none was left.", labels=["limit"])
        for places in self._control.places:
            taken.add_metric([places.share.what], places.taken)
            refused.add_metric([places.share.what], places.refused)
        yield taken
        yield refused
