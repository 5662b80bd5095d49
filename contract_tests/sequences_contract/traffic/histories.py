"""Runs across exchanges: their status moves along the lifecycle only, and a read shows the last write."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ..contract import timestamps
from ..contract.lifecycles import Lifecycle
from ..contract.operations import Operation
from ..engine import Run
from .exchange import REDACTED, Exchange
from .pages import Finding

_MOST_RUNS = 100_000
#: In seconds. A clock of whole seconds gives two writes of different clients one time.
_FINE = Fraction(1, 1000)
LIFECYCLE, AFTER_WRITE, RESPONSE = "traffic.lifecycle", "traffic.read_after_write", "traffic.write_response"


@dataclass(frozen=True)
class _Seen:
    """A run as a response showed it."""

    exchange: Exchange
    run: Run


@dataclass(frozen=True)
class _Write:
    """The last write to a run. `run` is None where nobody knows what it led to."""

    exchange: Exchange
    run: Run | None


class Histories:
    """The runs that were seen, each by the client that saw it: two keys may open worlds that share ids."""

    def __init__(self, lifecycle: Lifecycle, *, strict: bool, lag: float) -> None:
        self._lifecycle, self._strict, self._lag = lifecycle, strict, lag
        self._seen: dict[tuple[str, str], _Seen] = {}
        self._writes: dict[str, _Write] = {}
        self._timeline = float("-inf")
        self._reachable = {status: _reachable(lifecycle, status) for status in lifecycle.statuses}
        self._for_good = {row.target for row in lifecycle.rows if row.by == "client"} & lifecycle.terminal

    def follow(self, exchange: Exchange) -> None:
        """Forgets everything where a world began a new timeline: it was reset, or restored."""
        if exchange.timeline is not None:
            if exchange.timeline < self._timeline - 1:
                self.forget()
            self._timeline = exchange.timeline

    def forget(self) -> None:
        self._seen.clear()
        self._writes.clear()

    def uncertain(self, run_id: str, exchange: Exchange) -> None:
        """A write of which nobody knows whether it happened."""
        self._note(run_id, _Write(exchange.without_bodies(), None))

    def _note(self, run_id: str, write: _Write) -> None:
        self._writes[run_id] = write
        if len(self._writes) > _MOST_RUNS:
            self._writes.pop(next(iter(self._writes)))

    def observe(self, exchange: Exchange, runs: Iterable[Run]) -> Finding | None:
        """Runs that a read shows. The first thing that is wrong, if any."""
        found: Finding | None = None
        for run in runs:
            found = self._unshown(exchange, run) or self._moved(exchange, run) or found
            self._keep(exchange, run)
        return found

    def written(self, exchange: Exchange, operation: Operation, run: Run, body: Any) -> Finding | None:
        """A run in the response to a write. What is wrong, if anything."""
        found = self._ill_applied(operation, run, body) or self._moved(exchange, run, operation.event)
        self._keep(exchange, run)
        before = self._writes.get(run.id.lower())
        contested = before is not None and not before.exchange.precedes(exchange)
        self._note(run.id.lower(), _Write(exchange.without_bodies(), None if contested else run))
        return found

    def ended(self, exchange: Exchange, run_id: str) -> str | None:
        """The terminal status in which the client had surely seen a run before it sent this; else None."""
        seen = self._seen.get((exchange.client, run_id))
        if seen is None or not seen.exchange.precedes(exchange):
            return None
        return seen.run.status if seen.run.status in self._lifecycle.terminal else None

    def _keep(self, exchange: Exchange, run: Run) -> None:
        key = exchange.client, run.id.lower()
        before = self._seen.pop(key, None)
        later = before is None or (before.exchange.began or 0) <= (exchange.began or 0)
        self._seen[key] = _Seen(exchange.without_bodies(), run) if before is None or later else before
        if len(self._seen) > _MOST_RUNS:
            self._seen.pop(next(iter(self._seen)))

    def _moved(self, exchange: Exchange, run: Run, event: str | None = None) -> Finding | None:
        """Whether a status cannot follow the one before. Other clients and the engine may have moved the run meanwhile."""
        before = self._seen.get((exchange.client, run.id.lower()))
        if before is None or not self._follows(before, exchange, run) or before.run.created != run.created:
            return None
        was, is_ = before.run.status, run.status
        if {was, is_} - set(self._reachable) or is_ in self._reachable[was]:
            return None
        if not self._strict and was not in self._for_good and (event or self._written_since(before, run.id.lower())):
            return None  # whether a client may move a run that has ended otherwise, the documents do not say
        ways = ", ".join(sorted(self._reachable[was] - {was})) or "nothing"
        return LIFECYCLE, f"{was}, after which comes {ways} ({before.exchange.place})", f"{is_} of {run.id}"

    def _follows(self, before: _Seen, exchange: Exchange, run: Run) -> bool:
        if before.exchange.ended is None or exchange.began is None:
            return run.updated > before.run.updated
        return before.exchange.precedes(exchange, self._lag)

    def _written_since(self, before: _Seen, run_id: str) -> bool:
        write = self._writes.get(run_id)
        return write is not None and not write.exchange.precedes(before.exchange)

    def _unshown(self, exchange: Exchange, run: Run) -> Finding | None:
        """Whether a read surely came after the last write of the same client, and does not show it."""
        write = self._writes.get(run.id.lower())
        if write is None or write.run is None or write.exchange.client != exchange.client:
            return None
        late = write.exchange.precedes(exchange, self._lag)
        if not late or run.updated > write.run.updated or run.created != write.run.created:
            return None
        if run.updated == write.run.updated and not (self._strict or _is_fine(write.run)):
            return None
        self._writes[run.id.lower()] = replace(write, run=None)  # what is stale once is stale for one reason
        place = f" ({write.exchange.place})"
        if (run.variables or {}) != (write.run.variables or {}):
            return AFTER_WRITE, f"variables {write.run.variables!r}{place}", f"{run.variables!r} of {run.id}"
        if run.updated < write.run.updated and run.status != write.run.status:
            return AFTER_WRITE, f"{write.run.status}{place}", f"{run.status} of {run.id}, as it was before"
        self._writes[run.id.lower()] = write
        return None

    def _ill_applied(self, operation: Operation, run: Run, body: Any) -> Finding | None:
        if operation.event is None:
            return _unmerged(run, body, self._strict)
        wanted = next(row.target for row in self._lifecycle.rows if row.event == operation.event)
        if run.status == wanted or run.status not in self._reachable or _has_passed(run, body):
            return None
        return RESPONSE, f"{wanted} after {operation.event}", f"{run.status} of {run.id}"


def _is_fine(run: Run) -> bool:
    """Whether its times are exact enough that nobody else can have written at the same one."""
    return timestamps.precision(str(run.fields["updated_at"])) <= _FINE


def _reachable(lifecycle: Lifecycle, status: str) -> set[str]:
    """Every status that a run may have some time after it had this one."""
    found, new = set[str](), {status}
    while new:
        found |= new
        new = {row.target for row in lifecycle.rows if row.source in new} - found
    return found


def _unmerged(run: Run, body: Any, strict: bool) -> Finding | None:
    """Whether a variable is not as it was set. That texts are kept to the letter, only strict demands."""
    changes = body.get("variables") if isinstance(body, Mapping) else None
    for name, text in changes.items() if isinstance(changes, Mapping) else ():
        got = (run.variables or {}).get(name)
        known = (text is None or isinstance(text, str)) and REDACTED not in f"{text}{got}"
        if known and got != text and (strict or None in (got, text) or _plain(f"{got}") != _plain(f"{text}")):
            return RESPONSE, f"variable {name} as {text!r}", f"{got!r} of {run.id}"
    return None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", "".join(text.split()))


def _has_passed(run: Run, body: Any) -> bool:
    """Whether the time of a short pause had come when the response was written."""
    try:
        return isinstance(body, Mapping) and run.updated >= timestamps.parse(str(body["paused_until"]).upper())
    except (KeyError, ValueError):
        return False
