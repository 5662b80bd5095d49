"""The metrics in Prometheus' text form. The client library is imported when they are first asked for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ..traffic.metrics import Tally
from .metric_families import Bounded, ProcessMetrics, StoreMetrics
from .worlds import Worlds

if TYPE_CHECKING:
    from .metric_files import MetricFiles


class Metrics:
    """The metrics of one sandbox: of its one process, or of all that share files."""

    def __init__(self, worlds: Worlds, tally: Tally, bounded: Sequence[Bounded], default_world: str) -> None:
        self.tally: Final = tally
        self._own: Final = ProcessMetrics(worlds, tally, bounded)
        self._common: Final = StoreMetrics(worlds, default_world)
        self._files: MetricFiles | None = None

    def share(self, files: "MetricFiles") -> None:
        """From now on what others wrote counts too."""
        self._files = files
        self.publish()

    def publish(self) -> None:
        """Writes down for the others what this process has counted."""
        if self._files is not None:
            self._files.write(self._own.collect())

    def written(self) -> tuple[str, bytes]:
        """The metrics as they are, after the media type that they are written in."""
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest  # noqa: PLC0415

        registry = CollectorRegistry()
        registry.register(self._common)
        if self._files is None:
            registry.register(self._own)
        else:
            from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415

            self.publish()
            MultiProcessCollector(registry, str(self._files.folder))  # type: ignore[no-untyped-call]
        return CONTENT_TYPE_LATEST, generate_latest(registry)
