"""Fault rules as stored documents."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from ..resources.resource import Codec
from .faults import FaultEffect, FaultMatch, FaultRule
from .latency import Fixed, Latency, Lognormal, Uniform

_LATENCIES: Final[Mapping[str, type[Latency]]] = {"fixed": Fixed, "uniform": Uniform, "lognormal": Lognormal}
_KINDS: Final = {latency: kind for kind, latency in _LATENCIES.items()}


def _dump(rule: FaultRule) -> dict[str, Any]:
    document = asdict(rule)
    latency = rule.effect.latency
    if latency is not None:
        document["effect"]["latency"] = {"kind": _KINDS[type(latency)], **asdict(latency)}
    return document


def _load(document: Mapping[str, Any]) -> FaultRule:
    effect = dict(document["effect"])
    latency = effect.pop("latency")
    drawn = None
    if latency is not None:
        fields = dict(latency)
        drawn = _LATENCIES[fields.pop("kind")](**fields)
    match = FaultMatch(**document["match"])
    return FaultRule(**{**document, "match": match, "effect": FaultEffect(latency=drawn, **effect)})


FAULT_CODEC: Final = Codec(_dump, _load)
