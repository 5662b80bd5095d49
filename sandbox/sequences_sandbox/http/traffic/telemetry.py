"""What the operator learns of every request, those for pages and for the control API included."""

from typing import Final

from ...traffic.metrics import Tally
from ..request.context import RequestContext
from .access_log import Log
from .tracing import Tracing

_KEY_LIMIT: Final = "calls of a key"


class Telemetry:
    """Counts and logs requests, once their responses are known, and traces them if they are to be. For the event loop's
    thread alone."""

    def __init__(self, tally: Tally, log: Log, tracing: Tracing | None, default_world: str) -> None:
        self._tally: Final = tally
        self._log: Final = log
        self._tracing: Final = tracing
        self._default_world: Final = default_world

    def began(self, context: RequestContext) -> None:
        """Takes down that a request came."""
        if self._tracing is not None:
            self._tracing.begin(context)

    def finished(self, context: RequestContext, status: int, seconds: float) -> None:
        """Takes down a request; `seconds` are those that it took, without delays that are injected.

        Whoever only watches is not counted, as if nobody did.
        """
        self._log.request(context, status, seconds)
        if not context.observes:
            self._tally.request(context.operation_id, status, seconds)
        if status >= 400 or context.injection is not None:
            self._count_trouble(context, status)
        if self._tracing is not None:
            world = None if context.caller is None else context.caller.world
            kind = None if world is None else world.record.kind(self._default_world)
            self._tracing.end(context, status, kind)

    def _count_trouble(self, context: RequestContext, status: int) -> None:
        if context.injection is not None:
            self._tally.fault(context.injection.label)
        if status >= 500 and not context.is_excused and not context.observes:
            self._tally.failure(context.operation_id, status)
        limit = None if context.issue is None else context.issue.data.get("limit")
        if limit is not None:
            # A number is the rate limit of a key, which a world sets for itself.
            self._tally.limit(limit if isinstance(limit, str) else _KEY_LIMIT)
