"""The parts of a world that a test works with: clock, faults, journal, snapshots."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from .errors import VerificationError
from .transport import JSON, Control

Instant = str | datetime
Duration = str | timedelta


class Clock:
    """The world's time."""

    def __init__(self, control: Control) -> None:
        self._control = control

    @property
    def now(self) -> datetime:
        """The world's time at present, with its offset."""
        return datetime.fromisoformat(self._control("GET", "/clock")["now"])

    @property
    def next_due(self) -> JSON:
        """What falls due next: `{at, event, sequence_id}`, or None."""
        return self._control("GET", "/clock")["next_due"]

    def advance(self, by: Duration) -> JSON:
        """Moves time forward by a duration such as "P2D", "PT1H30M" or a timedelta; returns what happened on the way."""
        return self._control("POST", "/clock/advance", body={"by": duration(by)})

    def advance_to(self, instant: Instant) -> JSON:
        """Moves time forward to an instant; returns what happened on the way."""
        return self._control("POST", "/clock/advance", body={"to": moment(instant)})

    def next(self) -> JSON:
        """Moves time to what falls due next; returns what happened."""
        return self._control("POST", "/clock/advance", body={"next": True})

    def freeze(self) -> None:
        """Holds time still."""
        self._control("PATCH", "/clock", body={"frozen": True})

    def run(self) -> None:
        """Lets time run again."""
        self._control("PATCH", "/clock", body={"frozen": False})


class Faults:
    """What goes wrong on purpose."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def add(  # noqa: PLR0913  # one keyword for each part of a match
        self,
        *,
        on: str | None = None,
        method: str | None = None,
        path: str | None = None,
        key_name: str | None = None,
        nth: int | None = None,
        every: int | None = None,
        probability: float | None = None,
        times: int | None = None,
        lasting: Duration | None = None,
        **effect: Any,
    ) -> JSON:
        """Adds a fault and returns it.

        `on` is an operationId. The effect is one of `status=` (with `type=`, `message=`, `retry_after=`), `latency=`
        (milliseconds, or the API's object), `close="before"|"midway"`, `body="empty"|"truncated"|"html"`, `drip_seconds=`.
        """
        if isinstance(effect.get("latency"), int | float):
            effect["latency"] = {"fixed_ms": effect["latency"]}
        match = {
            "operation": on, "method": method, "path": path, "key_name": key_name, "nth": nth, "every": every,
            "probability": probability,
        }  # fmt: skip
        limits = {"times": times, "for": None if lasting is None else duration(lasting)}
        return self._control("POST", "/faults", body={"match": given(match), **given(limits), "effect": effect})

    def list(self) -> JSON:
        """The faults, in the order in which they are tried."""
        return self._control("GET", "/faults")["items"]

    def remove(self, fault_id: str) -> None:
        """Removes one."""
        self._control("DELETE", f"/faults/{fault_id}")

    def clear(self) -> None:
        """Removes all."""
        self._control("DELETE", "/faults")


class Journal:
    """What was sent to the world, and answered."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def requests(self, *, on: str | None = None, status: int | None = None, key_name: str | None = None) -> JSON:
        """The latest hundred requests that fit, newest first."""
        query = {"operation": on, "status": status, "key_name": key_name, "size": 100}
        return self._control("GET", "/journal", query=given(query))["items"]

    def verify(
        self,
        on: str | None = None,
        *,
        status: int | None = None,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        key_name: str | None = None,
        exactly: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
    ) -> int:
        """How many requests fit. Raises VerificationError, an AssertionError, when it is not as many as asked for.

        `body` and `query` are what a request has to hold, at least. Without a number, one or more is asked for.
        """
        match = {"operation": on, "status": status, "body_subset": body, "query_subset": query, "key_name": key_name}
        number = {"exactly": exactly, "at_least": at_least, "at_most": at_most}
        return self._verify({"match": given(match), **given(number)})

    def verify_order(self, *operations: str | Mapping[str, Any]) -> int:
        """Requires requests in this order, each an operationId or a match of the API. Raises VerificationError."""
        matches = [{"operation": one} if isinstance(one, str) else dict(one) for one in operations]
        return self._verify({"in_order": matches})

    def har(self) -> JSON:
        """The journal as HTTP Archive 1.2."""
        return self._control("GET", "/journal.har")

    def clear(self) -> None:
        """Empties it."""
        self._control("DELETE", "/journal")

    def _verify(self, wanted: Mapping[str, Any]) -> int:
        result = self._control("POST", "/journal/verify", body=wanted)
        if result["ok"]:
            return int(result["count"])
        near = "".join(f"\n  near miss {one['request_id']}: {'; '.join(one['differs'])}" for one in result["nearest"])
        raise VerificationError(f"The journal does not hold {dict(wanted)}: {result['count']} fit.{near}", result)


class Snapshots:
    """States kept under names."""

    def __init__(self, control: Control) -> None:
        self._control = control

    def list(self) -> JSON:
        """What was kept, oldest first."""
        return self._control("GET", "/snapshots")["items"]

    def diff(self, name: str) -> JSON:
        """Runs `added`, `removed` and `changed` since, field by field."""
        return self._control("GET", f"/snapshots/{name}/diff")

    def delete(self, name: str) -> None:
        """Forgets one."""
        self._control("DELETE", f"/snapshots/{name}")


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are not None."""
    return {name: value for name, value in values.items() if value is not None}


def duration(length: Duration) -> str:
    """An ISO 8601 duration."""
    if isinstance(length, str):
        return length
    return f"P{length.days}DT{length.seconds}.{length.microseconds:06}S"


def moment(instant: Instant) -> str:
    """An RFC 3339 date-time; one without an offset is none."""
    if isinstance(instant, str):
        return instant
    if instant.tzinfo is None:
        raise ValueError(f"{instant!r} has no time zone; give it one, such as datetime.UTC")
    return instant.isoformat()
