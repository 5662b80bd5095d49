"""What several processes count together: the files of prometheus-client's multiprocess mode.

The library's own counters would write into the files at every request. Here a process counts plain numbers and writes down
now and then what it has, which costs a request nothing. Files belong to places of processes, not to process ids: who takes
the place of a process that ended counts on from what that one wrote, so no count goes back and no files pile up.
"""

import shutil
import tempfile
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from prometheus_client import Metric
from prometheus_client.mmap_dict import MmapedDict, mmap_key
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.samples import Sample

_GAUGE: Final = "gauge_livesum"
_FILES: Final = {"counter": "counter", "histogram": "histogram", "gauge": _GAUGE}


class MetricFolder:
    """The folder of the files, which nobody else may read. Raises OSError where none can be made."""

    def __init__(self) -> None:
        self.path: Final = Path(tempfile.mkdtemp(prefix="sequences-sandbox-metrics-"))

    def end(self, place: int) -> None:
        """Takes what a process that ended no longer holds off the metrics; what it counted stays."""
        mark_process_dead(place, str(self.path))  # type: ignore[no-untyped-call]

    def remove(self) -> None:
        """Removes the folder."""
        shutil.rmtree(self.path, ignore_errors=True)


class MetricFiles:
    """The files of one place of a process. Safe for threads."""

    def __init__(self, folder: Path, place: int) -> None:
        self._folder: Final = folder
        self._files: Final = {kind: _opened(folder, f"{name}_{place}") for kind, name in _FILES.items()}
        self._before: Final = {
            key: value
            for kind in ("counter", "histogram")
            for key, value, _ in self._files[kind].read_all_values()  # type: ignore[no-untyped-call]
        }
        self._keys: dict[tuple[str, ...], str] = {}
        self._written: dict[str, float] = {}
        self._lock: Final = threading.Lock()

    def all(self) -> Any:
        """What every process wrote down, as a collector."""
        return MultiProcessCollector(None, str(self._folder))  # type: ignore[no-untyped-call]

    def write(self, families: Iterable[Metric]) -> None:
        """Writes down what a process has counted, all in all, and what it holds now."""
        with self._lock:
            for family in families:
                below = 0.0
                for sample in family.samples:
                    value = sample.value
                    if family.type == "histogram":
                        if sample.name.endswith("_count"):
                            continue  # the library adds the buckets up
                        if "le" in sample.labels:
                            value, below = value - below, 0.0 if sample.labels["le"] == "+Inf" else value
                    self._write(family, sample, value)

    def _write(self, family: Metric, sample: Sample, value: float) -> None:
        known = (sample.name, *sample.labels.values())
        key = self._keys.get(known)
        if key is None:
            labels = list(sample.labels), list(sample.labels.values())
            key = self._keys[known] = mmap_key(family.name, sample.name, *labels, family.documentation)
        value += self._before.get(key, 0.0)
        if self._written.get(key) != value:
            self._files[family.type].write_value(key, value, time.time())  # type: ignore[no-untyped-call]
            self._written[key] = value


def _opened(folder: Path, name: str) -> MmapedDict:
    """A file, which gets its name when it is whole: another process may read all files at any time."""
    path = folder / f"{name}.db"
    if not path.exists():
        new = path.with_suffix(".new")
        MmapedDict(str(new)).close()  # type: ignore[no-untyped-call]
        new.rename(path)
    return MmapedDict(str(path))  # type: ignore[no-untyped-call]
