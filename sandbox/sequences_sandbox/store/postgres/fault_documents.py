"""Faults as JSON."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Final

from ...traffic.faults import Effect, Fault, Fixed, Latency, Lognormal, Match, Uniform

_LATENCIES: Final[Mapping[str, type[Latency]]] = {"fixed": Fixed, "uniform": Uniform, "lognormal": Lognormal}
_KINDS: Final = {latency: kind for kind, latency in _LATENCIES.items()}


def dump(faults: Iterable[Fault]) -> str:
    """The text that `load` reads, once parsed."""
    return json.dumps([_document(fault) for fault in faults])


def load(documents: Iterable[Mapping[str, Any]]) -> tuple[Fault, ...]:
    """Faults from parsed JSON."""
    return tuple(_read(document) for document in documents)


def _document(fault: Fault) -> dict[str, Any]:
    document = asdict(fault)
    latency = fault.effect.latency
    if latency is not None:
        document["effect"]["latency"] = {"kind": _KINDS[type(latency)], **asdict(latency)}
    return document


def _read(document: Mapping[str, Any]) -> Fault:
    effect = dict(document["effect"])
    latency = effect.pop("latency")
    drawn = None
    if latency is not None:
        fields = dict(latency)
        drawn = _LATENCIES[fields.pop("kind")](**fields)
    return Fault(**{**document, "match": Match(**document["match"]), "effect": Effect(latency=drawn, **effect)})
