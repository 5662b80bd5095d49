"""What goes wrong on purpose."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final, Unpack

from .calls import Asynchronous, Call, Synchronous, WorldPart, operation
from .data import EffectData, FaultData, ListData
from .errors import ArgumentError
from .values import DurationValue, duration, given, segment, shown

_MATCH: Final = {"on": "operation", **{n: n for n in ("method", "path", "key_name", "nth", "every", "probability")}}
"""The arguments that say what a rule matches, and what the API calls them."""
_LIMITS: Final = ("times", "for_", "enabled")
_EFFECTS: Final = ("status", "latency", "close", "body", "drip_seconds")
_WITH_STATUS: Final = ("type", "message", "retry_after")
_WORDS: Final[Mapping[str, str]] = {
    **{f"match/{field}": name for name, field in _MATCH.items()},
    "for": "for_",
    "fault_id": "rule",
    "effect/latency/fixed_ms": "latency",
    **{f"effect/{name}": name for name in (*_EFFECTS, *_WITH_STATUS)},
}


class RuleArguments(EffectData, total=False):
    """A fault rule in keywords: what it matches, how often, and its effect. None is as good as left out."""

    on: str | None
    method: str | None
    path: str | None
    key_name: str | None
    nth: int | None
    every: int | None
    probability: float | None
    times: int | None
    for_: DurationValue | None
    enabled: bool | None


class FaultMethods(WorldPart):
    """The fault rules of one world."""

    @operation
    async def add(self, **rule: Unpack[RuleArguments]) -> FaultData:
        """Adds a fault rule and returns it.

        `on` is an operationId such as "pauseSequence", `path` a path in which `*` stands for any characters; `for_` is by
        the world's clock. The effect is one of `status=` (with `type=`, `message=`, `retry_after=`), `latency=`
        (milliseconds, or the API's object), `close="before"|"midway"`, `body="empty"|"truncated"|"html"`, `drip_seconds=`.
        """
        match, limits, effect = _parts("faults.add", rule)
        body = {"match": match, **limits, "effect": _effect("faults.add", effect)}
        return await self._send(Call("POST", "/faults", body, words=_WORDS))

    @operation
    async def update(self, rule: str | FaultData, **changes: Unpack[RuleArguments]) -> FaultData:
        """Changes a rule, given by itself or by its id, and returns it. What is not given stays.

        The parts of the match go together: where one is given, the others are those of the call, and the rule counts from 0
        again.
        """
        match, limits, effect = _parts("faults.update", changes)
        body = {**({"match": match} if match else {}), **limits}
        if effect:
            body["effect"] = _effect("faults.update", effect)
        if not body:
            raise ArgumentError("faults.update takes what to change, such as times=3 or status=503.")
        return await self._send(Call("PATCH", _path(rule), body, words=_WORDS))

    @operation
    async def disable(self, rule: str | FaultData) -> None:
        """Lets a rule neither fire nor count until it is enabled again."""
        await self._send(Call("PATCH", _path(rule), {"enabled": False}, words=_WORDS))

    @operation
    async def enable(self, rule: str | FaultData) -> None:
        """Lets a rule go on where it was disabled."""
        await self._send(Call("PATCH", _path(rule), {"enabled": True}, words=_WORDS))

    @operation
    async def list(self) -> list[FaultData]:
        """The rules, in the order in which they are tried, with how often each `matched` and `fired`, and its `state`."""
        return (await self._send(Call[ListData[FaultData]]("GET", "/faults")))["items"]

    @operation
    async def remove(self, rule: str | FaultData) -> None:
        """Removes one."""
        await self._send(Call("DELETE", _path(rule), words=_WORDS))

    @operation
    async def clear(self) -> None:
        """Removes all."""
        await self._send(Call("DELETE", "/faults"))


class WorldFaults(FaultMethods, Synchronous): ...


class AsyncWorldFaults(FaultMethods, Asynchronous): ...


def _path(rule: str | FaultData) -> str:
    return f"/faults/{segment('rule', rule.get('id') if isinstance(rule, Mapping) else rule)}"


def _parts(call: str, rule: RuleArguments) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The match and the limits, as the API has them, and the effect as it was given. Raises ArgumentError."""
    known = (*_MATCH, *_LIMITS, *_EFFECTS, *_WITH_STATUS)
    unknown = next((name for name in rule if name not in known), None)
    if unknown is not None:
        near = get_close_matches(unknown, known, 1)
        raise ArgumentError(f"{call} has no argument {unknown}={f'; did you mean {near[0]}=?' if near else '.'}")
    values = given(rule)
    match = {field: values[name] for name, field in _MATCH.items() if name in values}
    limits: dict[str, Any] = {name: values[name] for name in _LIMITS if name in values}
    if "for_" in limits:
        limits["for"] = duration(f"{call}(for_=...)", limits.pop("for_"))
    return match, limits, {name: values[name] for name in (*_EFFECTS, *_WITH_STATUS) if name in values}


def _effect(call: str, effect: Mapping[str, Any]) -> dict[str, Any]:
    named = [name for name in _EFFECTS if name in effect]
    if len(named) != 1:
        wanted = ", ".join(f"{name}=" for name in _EFFECTS)
        raise ArgumentError(f"{call} takes one effect of {wanted}; {' and '.join(named) or 'none'} was given.")
    latency = effect.get("latency", {})
    if isinstance(latency, int | float):
        return {**effect, "latency": {"fixed_ms": latency}}
    if not isinstance(latency, Mapping):
        what = 'milliseconds such as 800, or an object such as {"uniform_ms": [100, 900]}'
        raise ArgumentError(f"{call} takes latency= as {what}; not {shown(latency)}.")
    return dict(effect)
