"""What a process counts while it serves. Plain numbers: how they are written down is another file's matter."""

from bisect import bisect_left
from collections import Counter
from typing import Final

BOUNDS: Final = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the histogram's buckets, in seconds."""

CLIENT_GONE: Final = 499
"""What nginx writes into its log for a client that left before its request was whole; the tools that read logs know it."""


class Series:
    """The requests of one operation that were answered with one status."""

    __slots__ = ("buckets", "seconds")

    def __init__(self) -> None:
        self.buckets = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0


class Tally:
    """Requests by operation and status, faults by their kind, failures that no fault injected, and limits that were
    reached by their names. For the event loop's thread to write."""

    def __init__(self) -> None:
        self.requests: Final[dict[tuple[str, int], Series]] = {}
        self.faults: Final[Counter[str]] = Counter()
        self.failures: Final[Counter[tuple[str, int]]] = Counter()
        self.limits: Final[Counter[str]] = Counter()

    def request(self, operation: str | None, status: int, seconds: float) -> None:
        """Counts a request; no operation is an empty name, and no response is status 0."""
        key = (operation or "", status)
        series = self.requests.get(key)
        if series is None:
            series = self.requests[key] = Series()
        series.buckets[bisect_left(BOUNDS, seconds)] += 1
        series.seconds += seconds

    def rejection(self, status: int) -> None:
        """Counts an error for bytes that were no request, or for a connection too many."""
        self.request(None, status, 0.0)

    def fault(self, label: str) -> None:
        """Counts a fault, once for each effect in its label."""
        self.faults.update(part.partition("=")[0] for part in label.split(", ") if not part.startswith("retry_after"))

    def failure(self, operation: str | None, status: int) -> None:
        """Counts a response with 5xx that no fault injected."""
        self.failures[operation or "", status] += 1

    def limit(self, name: str) -> None:
        """Counts that somebody reached a limit."""
        self.limits[name] += 1
