"""The tag Rate limit of the control API: how often a key may call."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ...domain.errors import BusinessIssue
from ...store.records import KeyRecord
from ...traffic.rate_limits import RATE_LIMIT, RateLimit, Verdict, look, stricter
from ...worlds.worlds import Caller
from .control import Control


def getRateLimit(control: Control, caller: Caller) -> dict[str, Any]:
    """The limit that holds, the stricter of the world's own and the operator's, and what each key that called has left."""
    with control.worlds.transaction(caller) as tx:
        own = tx.value(RATE_LIMIT, RATE_LIMIT)
        wall, now = tx.world.wall, tx.now
    limit = stricter(own, control.limit)
    if limit is None:
        return {**_fields(None), "set_by": None, "keys": []}
    levels = control.worlds.store.levels(caller.key.world_id)
    called = [key for key in control.worlds.store.keys(caller.key.world_id) if key.id in levels]
    return {
        **_fields(limit),
        "set_by": "world" if limit is own else "operator",
        "keys": [_left(key, look(limit, levels[key.id], wall, now)) for key in called],
    }


def setRateLimit(control: Control, caller: Caller, *, body: Mapping[str, int]) -> dict[str, Any]:
    """Sets the world's own limit, and fills every bucket. Raises BusinessIssue for a laxer one than the operator's."""
    limit = RateLimit(body["limit"], body["per_seconds"], body.get("burst", body["limit"]))
    if control.limit is not None and limit.laxer_than(control.limit):
        most = control.limit
        raise BusinessIssue(
            f"The operator allows {most.limit} calls in {most.per_seconds} s, {most.burst} at once; give no more.",
            allowed=asdict(most),
        )
    _store(control, caller, limit)
    return _fields(limit)


def removeRateLimit(control: Control, caller: Caller) -> None:
    """Removes the world's own limit; the operator's holds again, where there is one."""
    _store(control, caller, None)


def _store(control: Control, caller: Caller, limit: RateLimit | None) -> None:
    with control.worlds.transaction(caller) as tx:
        tx.write(RATE_LIMIT, RATE_LIMIT, limit)
    control.worlds.store.clear_traffic(caller.key.world_id, journal=False)


def _left(key: KeyRecord, verdict: Verdict) -> dict[str, Any]:
    return {"id": key.id, "name": key.name, "remaining": verdict.remaining, "reset_seconds": verdict.reset_seconds}


def _fields(limit: RateLimit | None) -> dict[str, Any]:
    return {"rate_limit": None if limit is None else asdict(limit)}
