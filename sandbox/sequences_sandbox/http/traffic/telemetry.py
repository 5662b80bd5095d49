"""What the operator learns of every request, those for pages and for the control API included."""

from typing import Any, Final

from ...traffic.metrics import Tally
from ..request.context import RequestContext
from .access_log import Log

_KEY_LIMIT: Final = "calls of a key"


class Telemetry:
    """Counts and logs requests, once their responses are known. For the event loop's thread alone."""

    def __init__(self, tally: Tally, log: Log) -> None:
        self._tally: Final = tally
        self._log: Final = log

    def finished(self, context: RequestContext, status: int, seconds: float) -> None:
        """Takes down a request; `seconds` are those that it took, without delays that are injected."""
        self._log.request(context, status, seconds)
        self._tally.request(context.operation_id, status, seconds)
        if context.injection is not None:
            self._tally.fault(context.injection.label)
        elif status >= 500:
            self._tally.failure(context.operation_id, status)
        if context.issue is not None:
            self._limit(context.issue.data.get("limit"))

    def _limit(self, limit: Any) -> None:
        """Counts a limit that was reached. A number is the rate limit of a key, which a world sets for itself."""
        if limit is not None:
            self._tally.limit(limit if isinstance(limit, str) else _KEY_LIMIT)
