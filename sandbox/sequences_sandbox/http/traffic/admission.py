"""What a request meets once its key is known: the rate limit of the key, then the fault rules of its world."""

import uuid
from typing import Final

from ...domain.errors import too_fast
from ...traffic.fault_header import NAME, parse_fault_header
from ...traffic.faults import FAULTS, Injection, RequestFacts, in_order, inject
from ...traffic.rate_limits import RATE_LIMIT, RateLimit, Verdict, stricter
from ...worlds.api_keys import gone
from ...worlds.conflicts import again_after_conflicts
from ...worlds.world import WorldState
from ...worlds.worlds import Caller, Worlds
from ..request.context import RequestContext
from ..responses import Headers

FAULT_HEADER: Final = NAME.lower().encode()


class AdmissionCheck:
    """The check before the operations of the contract.

    `limit` is the operator's, which no world's own exceeds and which holds for observers too. `header` allows a request to
    ask for a fault itself.
    """

    def __init__(self, worlds: Worlds, limit: RateLimit | None, *, header: bool) -> None:
        self._worlds: Final = worlds
        self._limit: Final = limit
        self._header: Final = header

    def check(self, context: RequestContext, caller: Caller) -> Injection | None:
        """What is injected into a request. Raises RateLimitIssue, UnauthorizedIssue and ValidationIssue."""
        world = caller.world
        if world is None:
            return None
        own = None if context.observes else world.documents.get(RATE_LIMIT, {}).get(RATE_LIMIT)
        limit = stricter(own, self._limit)
        if limit is not None:
            self._take(context, caller, world, limit)
        if context.observes:
            return None
        if self._header and FAULT_HEADER in context:
            return parse_fault_header(context.header(FAULT_HEADER) or "")
        return self._inject(context, caller) if world.documents.get(FAULTS) else None

    def _take(self, context: RequestContext, caller: Caller, world: WorldState, limit: RateLimit) -> None:
        key = caller.key
        # Whoever watches takes nothing from the client that it watches.
        bucket = _observers_bucket(key.id) if context.observes else key.id
        try:
            verdict = self._worlds.store.take_token(key.world_id, bucket, limit, world.wall, world.now)
        except KeyError:
            raise gone() from None
        context.marks += _headers(verdict)
        if not verdict.allowed:
            raise too_fast(
                f"This key may call {limit.limit} times in {limit.per_seconds} s;",
                verdict.retry_after_seconds,
                limit=limit.limit,
                per_seconds=limit.per_seconds,
                burst=limit.burst,
            )

    def _inject(self, context: RequestContext, caller: Caller) -> Injection | None:
        path = context.raw_path.decode("utf-8", "replace")
        facts = RequestFacts(context.operation_id, context.method, path, caller.key.name)
        return again_after_conflicts(caller, lambda one: self._counted(one, facts))

    def _counted(self, caller: Caller, facts: RequestFacts) -> Injection | None:
        with self._worlds.transaction(caller) as tx:
            before = in_order(tx.values(FAULTS))
            after, injection = inject(before, facts, tx.now, tx.world.record.random_seed)
            for old, new in zip(before, after, strict=True):
                if new is not old:
                    tx.write(FAULTS, new.id, new)
            return injection


def _observers_bucket(key_id: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, key_id))


def _headers(verdict: Verdict) -> Headers:
    return [
        (b"ratelimit-limit", b"%d" % verdict.limit),
        (b"ratelimit-remaining", b"%d" % verdict.remaining),
        (b"ratelimit-reset", b"%d" % verdict.reset_seconds),
    ]
