"""The access log: one line a request, as text or JSON, and never a key."""

import json
import logging
from collections.abc import Callable
from typing import Final, Literal

from ..instants import format_instant
from ..journal import blotted
from .answers import Answer
from .exchange import Exchange

LogFormat = Literal["text", "json"]

_LOGGER: Final = "sequences_sandbox"


class Log:
    """Where requests and failures are told. `form` is how a line is written."""

    def __init__(self, form: LogFormat, wall: Callable[[], int]) -> None:
        self._json: Final = form == "json"
        self._wall: Final = wall
        self._logger: Final = logging.getLogger(_LOGGER)

    def request(self, exchange: Exchange, answer: Answer, seconds: float) -> None:
        """Method, path, status, milliseconds and request id. The query is left out: it is the client's data."""
        if not self._logger.isEnabledFor(logging.INFO):
            return
        path = blotted(exchange.raw_path.decode("ascii", "backslashreplace"))
        milliseconds = round(seconds * 1000, 2)
        if self._json:
            line = json.dumps(
                {
                    "time": format_instant(self._wall()),
                    "method": exchange.method,
                    "path": path,
                    "status": answer.status,
                    "milliseconds": milliseconds,
                    "request_id": exchange.request_id,
                }
            )
        else:
            line = f"{exchange.method} {path} {answer.status} {milliseconds} ms {exchange.request_id}"
        self._logger.info("%s", line)

    def failure(self, exchange: Exchange, trace: str) -> None:
        """A failure of the program, with its trace."""
        self._logger.error("request %s failed\n%s", exchange.request_id, trace)
