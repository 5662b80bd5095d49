"""What goes wrong on purpose."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final, Unpack

from .calls import Asynchronous, Call, Steps, Synchronous, WorldPart, operation
from .data import EffectData, FaultData
from .errors import ArgumentError
from .values import DurationValue, duration, given, segment, shown

_EFFECTS: Final = ("status", "latency", "close", "body", "drip_seconds")
_WITH_STATUS: Final = ("type", "message", "retry_after")
_WORDS: Final[Mapping[str, str]] = {
    "match/operation": "on", "match/method": "method", "match/path": "path", "match/key_name": "key_name",
    "match/nth": "nth", "match/every": "every", "match/probability": "probability", "for": "for_",
    **{f"effect/{name}": name for name in (*_EFFECTS, *_WITH_STATUS)},
}  # fmt: skip


class FaultMethods(WorldPart):
    """The fault rules of one world."""

    @operation
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
        for_: DurationValue | None = None,
        enabled: bool | None = None,
        **effect: Unpack[EffectData],
    ) -> Steps[FaultData]:
        """Adds a fault rule and returns it.

        `on` is an operationId such as "pauseSequence", `path` a path in which `*` stands for any characters; `for_` is by
        the world's clock. The effect is one of `status=` (with `type=`, `message=`, `retry_after=`), `latency=`
        (milliseconds, or the API's object), `close="before"|"midway"`, `body="empty"|"truncated"|"html"`, `drip_seconds=`.
        """
        match = _match(on, method, path, key_name, nth, every, probability)
        limits = {"times": times, "for": None if for_ is None else duration("faults.add(for_=...)", for_)}
        body = {"match": match, **given({**limits, "enabled": enabled}), "effect": _effect("faults.add", effect)}
        rule: FaultData = yield Call("POST", "/faults", body, words=_WORDS)
        return rule

    @operation
    def update(  # noqa: PLR0913
        self,
        rule: str | FaultData,
        *,
        on: str | None = None,
        method: str | None = None,
        path: str | None = None,
        key_name: str | None = None,
        nth: int | None = None,
        every: int | None = None,
        probability: float | None = None,
        times: int | None = None,
        for_: DurationValue | None = None,
        enabled: bool | None = None,
        **effect: Unpack[EffectData],
    ) -> Steps[FaultData]:
        """Changes a rule, given by itself or by its id, and returns it. What is not given stays.

        The parts of the match go together: where one is given, the others are those of the call, and the rule counts from 0
        again.
        """
        changes: dict[str, Any] = given({
            "match": _match(on, method, path, key_name, nth, every, probability) or None,
            "times": times,
            "for": None if for_ is None else duration("faults.update(for_=...)", for_),
            "enabled": enabled,
        })  # fmt: skip
        if effect:
            changes["effect"] = _effect("faults.update", effect)
        if not changes:
            raise ArgumentError("faults.update takes what to change, such as times=3 or status=503.")
        changed: FaultData = yield Call("PATCH", _path(rule), changes, words=_WORDS)
        return changed

    @operation
    def disable(self, rule: str | FaultData) -> Steps[None]:
        """Lets a rule neither fire nor count until it is enabled again."""
        yield Call("PATCH", _path(rule), {"enabled": False})

    @operation
    def enable(self, rule: str | FaultData) -> Steps[None]:
        """Lets a rule go on where it was disabled."""
        yield Call("PATCH", _path(rule), {"enabled": True})

    @operation
    def list(self) -> Steps[list[FaultData]]:
        """The rules, in the order in which they are tried, with how often each `matched` and `fired`, and its `state`."""
        rules: list[FaultData] = (yield Call("GET", "/faults"))["items"]
        return rules

    @operation
    def remove(self, rule: str | FaultData) -> Steps[None]:
        """Removes one."""
        yield Call("DELETE", _path(rule))

    @operation
    def clear(self) -> Steps[None]:
        """Removes all."""
        yield Call("DELETE", "/faults")


class WorldFaults(FaultMethods, Synchronous):
    """The fault rules of one world."""


class AsyncWorldFaults(FaultMethods, Asynchronous):
    """The fault rules of one world, for asyncio."""


def _path(rule: str | FaultData) -> str:
    return f"/faults/{segment(rule['id'] if isinstance(rule, Mapping) else rule)}"


def _match(
    on: str | None, method: str | None, path: str | None, key_name: str | None,
    nth: int | None, every: int | None, probability: float | None,
) -> dict[str, Any]:  # fmt: skip
    return given({
        "operation": on, "method": method, "path": path, "key_name": key_name, "nth": nth, "every": every,
        "probability": probability,
    })  # fmt: skip


def _effect(call: str, effect: EffectData) -> dict[str, Any]:
    unknown = next((name for name in effect if name not in _WITH_STATUS and name not in _EFFECTS), None)
    if unknown is not None:
        near = get_close_matches(unknown, (*_EFFECTS, *_WITH_STATUS), 1)
        raise ArgumentError(f"{call} has no argument {unknown}={f'; did you mean {near[0]}=?' if near else '.'}")
    named = [name for name in _EFFECTS if name in effect]
    if len(named) != 1:
        wanted = ", ".join(f"{name}=" for name in _EFFECTS)
        raise ArgumentError(f"{call} takes one effect of {wanted}; {' and '.join(named) or 'none'} was given.")
    latency: Any = effect.get("latency", {})
    if isinstance(latency, int | float):
        return {**effect, "latency": {"fixed_ms": latency}}
    if not isinstance(latency, Mapping):
        what = 'milliseconds such as 800, or an object such as {"uniform_ms": [100, 900]}'
        raise ArgumentError(f"{call} takes latency= as {what}; not {shown(latency)}.")
    return dict(effect)
