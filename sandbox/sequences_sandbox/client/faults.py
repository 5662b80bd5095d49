"""What goes wrong on purpose."""

from typing import Unpack

from .shapes import Effect, Fault
from .transport import Control
from .values import Duration, duration, given


class Faults:
    """The faults of one world."""

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
        **effect: Unpack[Effect],
    ) -> Fault:
        """Adds a fault and returns it.

        `on` is an operationId such as "pauseSequence"; `lasting` is in the world's time. The effect is one of `status=`
        (with `type=`, `message=`, `retry_after=` if wanted), `latency=` (milliseconds, or the API's object),
        `close="before"|"midway"`, `body="empty"|"truncated"|"html"`, `drip_seconds=`.
        """
        match = {
            "operation": on, "method": method, "path": path, "key_name": key_name, "nth": nth, "every": every,
            "probability": probability,
        }  # fmt: skip
        limits = {"times": times, "for": None if lasting is None else duration(lasting)}
        latency = effect.get("latency")
        if isinstance(latency, int | float):
            effect["latency"] = {"fixed_ms": latency}
        body = {"match": given(match), **given(limits), "effect": effect}
        fault: Fault = self._control("POST", "/faults", body=body)
        return fault

    def list(self) -> list[Fault]:
        """The faults, in the order in which they are tried."""
        faults: list[Fault] = self._control("GET", "/faults")["items"]
        return faults

    def remove(self, fault_id: str) -> None:
        """Removes one."""
        self._control("DELETE", f"/faults/{fault_id}")

    def clear(self) -> None:
        """Removes all."""
        self._control("DELETE", "/faults")
