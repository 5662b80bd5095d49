"""The metrics in Prometheus' text form. The client library is imported when they are first asked for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ..domain.limits import Bounded
from ..traffic.metrics import Tally
from ..worlds.worlds import Worlds

if TYPE_CHECKING:
    from .files import MetricFiles


class Metrics:
    """The metrics of one sandbox: of its one process, or of all that share files."""

    def __init__(self, worlds: Worlds, tally: Tally, bounded: Sequence[Bounded], default_world: str) -> None:
        self.tally: Final = tally
        self._worlds: Final = worlds
        self._bounded: Final = bounded
        self._default_world: Final = default_world
        self._files: MetricFiles | None = None

    def share(self, files: "MetricFiles") -> None:
        """From now on what others wrote counts too."""
        self._files = files
        self.publish()

    def publish(self) -> None:
        """Writes down for the others what this process has counted."""
        if self._files is not None:
            from .families import ProcessMetrics  # noqa: PLC0415

            self._files.write(ProcessMetrics(self._worlds, self.tally, self._bounded).collect())

    def written(self) -> tuple[str, bytes]:
        """The metrics as they are, after the media type that they are written in."""
        from .families import ProcessMetrics, StoreMetrics, text_of  # noqa: PLC0415

        self.publish()
        own = ProcessMetrics(self._worlds, self.tally, self._bounded) if self._files is None else self._files.all()
        return text_of(StoreMetrics(self._worlds, self._default_world), own)
