"""The tag Rate limit of the control API: how often a key may call."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ...traffic.rate_limits import RateLimit
from ...worlds.traffic_control import TrafficControl
from ...worlds.world import Caller


def getRateLimit(control: TrafficControl, caller: Caller) -> dict[str, Any]:
    """The limit that holds for every key of the world: its own, else the sandbox's, else none."""
    return _fields(control.traffic.limit(caller.key.world_id) or control.limit)


def setRateLimit(control: TrafficControl, caller: Caller, *, body: Mapping[str, int]) -> dict[str, Any]:
    """Sets the world's own limit; every bucket is full then."""
    limit = RateLimit(body["limit"], body["per_seconds"], body.get("burst", body["limit"]))
    control.traffic.set_limit(caller.key.world_id, limit)
    return _fields(limit)


def removeRateLimit(control: TrafficControl, caller: Caller) -> None:
    """Takes the world's own limit away; the sandbox's holds again, where there is one."""
    control.traffic.set_limit(caller.key.world_id, None)


def _fields(limit: RateLimit | None) -> dict[str, Any]:
    return {"rate_limit": None if limit is None else asdict(limit)}
