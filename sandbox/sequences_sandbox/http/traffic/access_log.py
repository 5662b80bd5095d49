"""The access log: one line a request, as text or JSON, and never a key."""

import json
import logging
from collections.abc import Callable
from typing import Final, Literal

from ...domain.timestamps import format_timestamp
from ...traffic.journal import redacted
from ..request.context import RequestContext
from ..responses import Response

LogFormat = Literal["text", "json"]

_LOGGER: Final = "sequences_sandbox"


class Log:
    """Where requests and failures are told. `form` is how a line is written."""

    def __init__(self, form: LogFormat, wall: Callable[[], int]) -> None:
        self._json: Final = form == "json"
        self._wall: Final = wall
        self._logger: Final = logging.getLogger(_LOGGER)

    def request(self, context: RequestContext, answer: Response, seconds: float) -> None:
        """Method, path, status, milliseconds and request id. The query is left out: it is the client's data."""
        if not self._logger.isEnabledFor(logging.INFO):
            return
        path = redacted(context.raw_path.decode("ascii", "backslashreplace"))
        milliseconds = round(seconds * 1000, 2)
        if self._json:
            line = json.dumps(
                {
                    "time": format_timestamp(self._wall()),
                    "method": context.method,
                    "path": path,
                    "status": answer.status,
                    "milliseconds": milliseconds,
                    "request_id": context.request_id,
                }
            )
        else:
            line = f"{context.method} {path} {answer.status} {milliseconds} ms {context.request_id}"
        self._logger.info("%s", line)

    def failure(self, context: RequestContext, trace: str) -> None:
        """A failure of the program, with its trace."""
        self._logger.error("request %s failed\n%s", context.request_id, trace)
