"""Fault rules as the control API takes and shows them."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from ...domain.timestamps import format_duration, parse_duration
from ...traffic.faults import FaultEffect, FaultMatch, FaultRule
from ...traffic.latency import Fixed, Latency, Lognormal, Uniform
from ...validation import field_issue
from .known_names import KnownNames

_OF_STATUS: Final = ("type", "message", "retry_after")


def read_match(names: KnownNames, wanted: Mapping[str, Any]) -> FaultMatch:
    """The match of a body. Raises ValidationIssue."""
    match = FaultMatch(**wanted)
    names.require("match/", match.operation, match.method, match.key_name)
    names.require_path("match/path", match.path)
    return match


def read_effect(wanted: Mapping[str, Any]) -> FaultEffect:
    """The effect of a body. Raises ValidationIssue."""
    alone = [name for name in _OF_STATUS if name in wanted and "status" not in wanted]
    if alone:
        raise field_issue(f"effect/{alone[0]}", "incomplete", "goes with a status; add 'status', or leave it out")
    return FaultEffect(**{**wanted, "latency": _read_latency(wanted["latency"]) if "latency" in wanted else None})


def read_length(text: str) -> int:
    """How long a rule lasts, in microseconds. Raises ValidationIssue."""
    lasting = parse_duration(text)
    if lasting <= 0:
        raise field_issue("for", "too small", f"is '{text}'; a fault rule has to last some time", text)
    return lasting


def show_rule(rule: FaultRule, now: int) -> dict[str, Any]:
    """A rule as it is at `now` (the world's clock)."""
    effect = {name: value for name, value in asdict(rule.effect).items() if value is not None}
    if rule.effect.latency is not None:
        effect["latency"] = _show_latency(rule.effect.latency)
    return {
        "id": rule.id,
        "match": {name: value for name, value in asdict(rule.match).items() if value is not None},
        "times": rule.times,
        "for": None if rule.lasting is None else format_duration(rule.lasting),
        "enabled": rule.enabled,
        "effect": effect,
        "state": rule.state(now),
        "matched": rule.matched,
        "fired": rule.fired,
    }


def _read_latency(wanted: Mapping[str, Any]) -> Latency:
    if "fixed_ms" in wanted:
        return Fixed(wanted["fixed_ms"])
    if "lognormal_ms" in wanted:
        return Lognormal(**wanted["lognormal_ms"])
    low, high = wanted["uniform_ms"]
    if low > high:
        expected = f"goes from {low} down to {high}; put the smaller bound first"
        raise field_issue("effect/latency/uniform_ms", "not allowed", expected)
    return Uniform(low, high)


def _show_latency(latency: Latency) -> dict[str, Any]:
    match latency:
        case Fixed(milliseconds):
            return {"fixed_ms": milliseconds}
        case Uniform(low, high):
            return {"uniform_ms": [low, high]}
        case Lognormal(median, sigma):
            return {"lognormal_ms": {"median": median, "sigma": sigma}}
