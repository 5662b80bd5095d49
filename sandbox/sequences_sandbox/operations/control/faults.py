"""The tag Faults of the control API: answers made slow, wrong or absent."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from ...domain.errors import NotFoundIssue, ValidationIssue
from ...domain.limits import OWNED_LIMITS
from ...domain.timestamps import format_duration, parse_duration
from ...traffic.faults import Effect, Fault, Fixed, Latency, Lognormal, Match, Uniform
from ...worlds.traffic_control import TrafficControl
from ...worlds.world import Caller

_OF_STATUS = ("type", "message", "retry_after")


def listFaults(control: TrafficControl, caller: Caller) -> dict[str, Any]:
    """The faults of the world, in the order in which they are tried."""
    return {"items": [_fields(fault) for fault in control.traffic.faults(caller.key.world_id)]}


def addFault(control: TrafficControl, caller: Caller, *, body: Mapping[str, Any]) -> dict[str, Any]:
    """A fault, after those that are there."""
    world_id = caller.key.world_id
    match = _match(control, world_id, body.get("match", {}))
    effect = _effect(body["effect"])
    lasting = _lasting(body["for"]) if "for" in body else None
    until = None if lasting is None else control.store.moment(world_id, control.store.wall()).now + lasting
    fault = Fault(str(uuid.uuid4()), 0, match, effect, body.get("times"), lasting, until)

    def add(faults: tuple[Fault, ...]) -> tuple[tuple[Fault, ...], Fault]:
        OWNED_LIMITS.require_fault(len(faults))
        numbered = replace(fault, number=max((other.number for other in faults), default=0) + 1)
        return (*faults, numbered), numbered

    return _fields(control.traffic.change_faults(world_id, add))


def clearFaults(control: TrafficControl, caller: Caller) -> None:
    """Removes every fault of the world."""
    control.traffic.change_faults(caller.key.world_id, lambda faults: ((), None))


def getFault(control: TrafficControl, caller: Caller, *, fault_id: str) -> dict[str, Any]:
    """One fault."""
    for fault in control.traffic.faults(caller.key.world_id):
        if fault.id == fault_id:
            return _fields(fault)
    raise _absent(fault_id)


def removeFault(control: TrafficControl, caller: Caller, *, fault_id: str) -> None:
    """Removes a fault."""

    def remove(faults: tuple[Fault, ...]) -> tuple[tuple[Fault, ...], bool]:
        others = tuple(fault for fault in faults if fault.id != fault_id)
        return others, len(others) < len(faults)

    if not control.traffic.change_faults(caller.key.world_id, remove):
        raise _absent(fault_id)


def _match(control: TrafficControl, world_id: str, wanted: Mapping[str, Any]) -> Match:
    match = Match(**wanted)
    control.require_known(world_id, "match/", match.operation, match.key_name, match.method)
    if match.path is not None and not match.path.startswith(("/", "*")):
        raise ValidationIssue(
            f"'match/path' is '{match.path[:200]}', which no path is; begin it with '/' or '*'.",
            field="match/path",
            value=match.path[:200],
            problem="not allowed",
        )
    return match


def _effect(wanted: Mapping[str, Any]) -> Effect:
    alone = [name for name in _OF_STATUS if name in wanted and "status" not in wanted]
    if alone:
        raise ValidationIssue(
            f"'effect/{alone[0]}' goes with a status; add 'status', or leave it out.",
            field=f"effect/{alone[0]}",
            problem="incomplete",
        )
    return Effect(**{**wanted, "latency": _latency(wanted["latency"]) if "latency" in wanted else None})


def _latency(wanted: Mapping[str, Any]) -> Latency:
    if "fixed_ms" in wanted:
        return Fixed(wanted["fixed_ms"])
    if "lognormal_ms" in wanted:
        return Lognormal(**wanted["lognormal_ms"])
    low, high = wanted["uniform_ms"]
    if low > high:
        raise ValidationIssue(
            f"'effect/latency/uniform_ms' goes from {low} down to {high}; put the smaller bound first.",
            field="effect/latency/uniform_ms",
            problem="not allowed",
        )
    return Uniform(low, high)


def _lasting(text: str) -> int:
    lasting = parse_duration(text)
    if lasting <= 0:
        raise ValidationIssue(
            f"'for' is '{text}'; a fault has to last some time.", field="for", value=text, problem="too small"
        )
    return lasting


def _fields(fault: Fault) -> dict[str, Any]:
    effect = {name: value for name, value in asdict(fault.effect).items() if value is not None}
    match fault.effect.latency:
        case Fixed(milliseconds):
            effect["latency"] = {"fixed_ms": milliseconds}
        case Uniform(low, high):
            effect["latency"] = {"uniform_ms": [low, high]}
        case Lognormal(median, sigma):
            effect["latency"] = {"lognormal_ms": {"median": median, "sigma": sigma}}
    return {
        "id": fault.id,
        "match": {name: value for name, value in asdict(fault.match).items() if value is not None},
        "times": fault.times,
        "for": None if fault.lasting is None else format_duration(fault.lasting),
        "effect": effect,
        "hits": fault.hits,
    }


def _absent(fault_id: str) -> NotFoundIssue:
    return NotFoundIssue(f"The world has no fault {fault_id}.", field="fault_id", value=fault_id)
