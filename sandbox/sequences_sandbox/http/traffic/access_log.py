"""The access log: one line a request, as text or JSON, and never a secret.

Lines are gathered and written once per turn of the event loop: to write each by itself costs more than to make it.
"""

import asyncio
import json
import logging
import re
from collections.abc import Callable
from typing import Final, Literal
from urllib.parse import quote, unquote

from ...domain.timestamps import format_timestamp
from ...traffic.journal import redacted
from ..request.context import RequestContext
from ..responses import Response

LogFormat = Literal["text", "json"]
FORMATTED: Final = "formatted"
"""The attribute of a log record whose message is whole lines in the chosen form already."""

_WHOLE_LINES: Final = {FORMATTED: True}
_SECRET_NAMES: Final = re.compile("password|token|secret|key", re.IGNORECASE)
_PARTS: Final = re.compile("([/?&;])")
_REDACTED: Final = "***"
_AS_IT_IS: Final = "/?&;=:@!$'()*+,"


class Log:
    """Where requests and failures are logged. `form` is how a line is written."""

    def __init__(self, form: LogFormat, wall: Callable[[], int]) -> None:
        self._json: Final = form == "json"
        self._wall: Final = wall
        self._logger: Final = logging.getLogger("sequences_sandbox")
        self._lines: Final[list[str]] = []

    def request(self, context: RequestContext, answer: Response, seconds: float) -> None:
        """Method, path, status, milliseconds and request id. The query is left out: it is the client's data."""
        if not self._logger.isEnabledFor(logging.INFO):
            return
        path = without_secrets(context.raw_path.decode("ascii", "backslashreplace"))
        milliseconds = round(seconds * 1000, 2)
        if self._json:
            line = json.dumps(
                {
                    "time": format_timestamp(self._wall()),
                    "level": "info",
                    "method": context.method,
                    "path": path,
                    "status": answer.status,
                    "milliseconds": milliseconds,
                    "request_id": context.request_id,
                }
            )
        else:
            line = f"{context.method} {path} {answer.status} {milliseconds} ms {context.request_id}"
        if not self._lines:
            asyncio.get_running_loop().call_soon(self._write)
        self._lines.append(line)

    def failure(self, context: RequestContext, trace: str) -> None:
        """A failure of the program, with its trace."""
        message = f"request {context.request_id} failed"
        if self._json:
            now = format_timestamp(self._wall())
            line = {
                "time": now,
                "level": "error",
                "message": message,
                "request_id": context.request_id,
                "traceback": trace,
            }
            self._logger.error("%s", json.dumps(line), extra=_WHOLE_LINES)
        else:
            self._logger.error("%s\n%s", message, trace)

    def _write(self) -> None:
        lines = "\n".join(self._lines)
        self._lines.clear()
        self._logger.info("%s", lines, extra=_WHOLE_LINES)


def without_secrets(address: str) -> str:
    """A path or query without API keys, and without the values of parameters that are named as secrets are.

    An address in which percent-encoding hides one is shown decoded as far as it is needed.
    """
    decoded = unquote(address) if "%" in address else address
    parts = map(_part_without_secret, _PARTS.split(decoded)) if "=" in decoded else (decoded,)
    shown = redacted("".join(parts))
    return address if shown == decoded else quote(shown, _AS_IT_IS)


def _part_without_secret(part: str) -> str:
    name, equals, _ = part.partition("=")
    return f"{name}={_REDACTED}" if equals and _SECRET_NAMES.search(name) else part
