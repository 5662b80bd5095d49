"""What awaits a request once its key is known: the rate limit of the key, then the faults of its world.

The order of decisions: the contract's 404, 405 and 401 come first; a request that passes them takes a token, or is refused
with 429; then a fault can befall it; only then its scope, its body and its parameters are looked at. Limits and faults
stand for a gateway before the API, which knows keys and nothing of scopes; and no 429 hides that a key is wrong.
"""

from collections.abc import Callable
from typing import Final

from starlette.concurrency import run_in_threadpool

from ...domain.errors import RateLimitIssue
from ...store.base import KeyRecord, Store
from ...traffic.fault_header import NAME, parse_fault_header
from ...traffic.faults import Asked, inject
from ...traffic.rate_limits import RateLimit, Verdict, take
from ..request.context import RequestContext
from ..responses import Headers

FAULT_HEADER: Final = NAME.lower().encode()


class AdmissionCheck:
    """The gate before the operations of the contract.

    `limit` holds in every world that has none of its own; `header` allows a request to ask for a fault itself.
    """

    def __init__(self, store: Store, wall: Callable[[], int], limit: RateLimit | None, *, header: bool) -> None:
        self._store: Final = store
        self._traffic: Final = store.traffic
        self._blocking: Final = store.blocking
        self._wall: Final = wall
        self._limit: Final = limit
        self._header: Final = header

    async def admit(self, context: RequestContext, key: KeyRecord) -> None:
        """Lets a request pass, with the strike that befalls it. Raises RateLimitIssue, and ValidationIssue for a header."""
        if self._blocking:
            await run_in_threadpool(self._admit, context, key)
        elif self._limit is not None or FAULT_HEADER in context.headers or self._traffic.awaits(key.world_id):
            self._admit(context, key)

    def _admit(self, context: RequestContext, key: KeyRecord) -> None:
        pending = self._traffic.awaits(key.world_id)
        if not pending and self._limit is None and FAULT_HEADER not in context.headers:
            return
        try:
            limit = (self._traffic.limit(key.world_id) if pending else None) or self._limit
            if limit is not None:
                self._take(context, key, limit)
            if self._header and FAULT_HEADER in context.headers:
                context.inject = parse_fault_header(context.header(FAULT_HEADER) or "")
            elif pending:
                self._strike(context, key)
        except KeyError as error:
            if error.args != (key.world_id,):
                raise
            # The world is gone since the key was found; the operation says so.

    def _take(self, context: RequestContext, key: KeyRecord, limit: RateLimit) -> None:
        wall = self._wall()
        world = self._store.moment(key.world_id, wall).now
        verdict = self._traffic.change_level(key.world_id, key.id, lambda level: take(limit, level, wall, world))
        context.marks += _headers(verdict)
        if not verdict.allowed:
            wait = verdict.retry_after_seconds
            raise RateLimitIssue(
                f"This key may call {limit.limit} times in {limit.per_seconds} s; try again in {wait} s.",
                retry_after_seconds=wait,
                limit=limit.limit,
                per_seconds=limit.per_seconds,
                burst=limit.burst,
            )

    def _strike(self, context: RequestContext, key: KeyRecord) -> None:
        path = context.raw_path.decode("utf-8", "replace")
        asked = Asked(context.operation_id, context.method, path, key.name)
        moment = self._store.moment(key.world_id, self._wall())
        context.inject = self._traffic.change_faults(
            key.world_id, lambda faults: inject(faults, asked, moment.now, moment.seed)
        )


def _headers(verdict: Verdict) -> Headers:
    return [
        (b"ratelimit-limit", b"%d" % verdict.limit),
        (b"ratelimit-remaining", b"%d" % verdict.remaining),
        (b"ratelimit-reset", b"%d" % verdict.reset_seconds),
    ]
