"""The access log: one line a request, as text or JSON, and never a secret.

The level of a line says what an operator wants to know: `error` for a request that failed, `warning` for one that took
long, `info` for any other. What a fault injected is neither: whoever asked for it expects it. That the database is away is
said once, by the store, and not again for each request.

Lines are gathered and written 20 times a second: to write each by itself costs more than to make it. What is no request,
such as a failure with its trace, is written at once, and so may stand before requests that came first.
"""

import asyncio
import json
import logging
import re
from collections.abc import Callable
from typing import Final, Literal
from urllib.parse import quote

from ...domain.errors import UnavailableIssue
from ...domain.timestamps import format_timestamp
from ...traffic.journal import fully_decoded, redacted
from ..request.client_address import ClientAddresses
from ..request.context import RequestContext

LogFormat = Literal["text", "json"]
FORMATTED: Final = "formatted"
"""The attribute of a log record whose message is whole lines in the chosen form already."""

FIELDS: Final = "fields"
"""The attribute of a log record that has more than its message: what JSON says in fields of their own."""

_LEVELS: Final = {logging.INFO: "info", logging.WARNING: "warning", logging.ERROR: "error"}
_WHOLE_LINES: Final = {FORMATTED: True}
_SECRET_NAMES: Final = re.compile("passw|pwd|token|secret|key|auth|credential|session|signature", re.IGNORECASE)
_PARTS: Final = re.compile("([/?&;])")
_REDACTED: Final = "***"
_SLOW_SECONDS: Final = 1.0
_GATHERING_SECONDS: Final = 0.05
_MOST_OF_PATH: Final = 1000
_MOST_READ: Final = 4 * _MOST_OF_PATH
"""How much of a path is looked at for secrets, which is done beside other requests."""
_AS_IT_IS: Final = "/?&;=:@!$'()*+,"


class Log:
    """Where requests and failures are logged. `form` is how a line is written.

    Of requests one in `every` is logged, and each that was answered with 5xx or was slow.
    """

    def __init__(self, form: LogFormat, wall: Callable[[], int], addresses: ClientAddresses, every: int = 1) -> None:
        self._json: Final = form == "json"
        self._wall: Final = wall
        self._addresses: Final = addresses
        self._every: Final = every
        self._skipped = 0
        self._logger: Final = logging.getLogger("sequences_sandbox")
        self._lines: Final[list[str]] = []
        self._highest = logging.INFO

    def request(self, context: RequestContext, status: int, seconds: float) -> None:
        """Method, path, status, milliseconds, request id and client. The query is left out: it is the client's data."""
        level = logging.INFO
        if status >= 500:
            level = _level_of_5xx(context)
        elif seconds >= _SLOW_SECONDS:
            level = logging.WARNING
        if not self._logger.isEnabledFor(level):
            return
        self._skipped += 1
        if level == logging.INFO and status < 500 and self._skipped < self._every:
            return
        self._skipped = 0
        self._highest = max(self._highest, level)
        client = self._addresses.of(context.peer, context.headers)
        path = without_secrets(context.raw_path[:_MOST_READ].decode("ascii", "backslashreplace"))[:_MOST_OF_PATH]
        milliseconds = round(seconds * 1000, 2)
        if self._json:
            line = json.dumps(
                {
                    "time": format_timestamp(self._wall()),
                    "level": _LEVELS[level],
                    "method": context.method,
                    "path": path,
                    "status": status,
                    "milliseconds": milliseconds,
                    "request_id": context.request_id,
                    "client": client,
                    **(context.trace or {}),
                }
            )
        else:
            line = f"{context.method} {path} {status} {milliseconds} ms {context.request_id} {client}"
        if not self._lines:
            asyncio.get_running_loop().call_later(_GATHERING_SECONDS, self.flush)
        self._lines.append(line)

    def failure(self, context: RequestContext, trace: str) -> None:
        """A failure of the program, with its trace."""
        trace = redacted(trace)
        message = f"request {context.request_id} failed"
        if self._json:
            self._logger.error(message, extra={FIELDS: {"request_id": context.request_id, "traceback": trace}})
        else:
            self._logger.error("%s\n%s", message, trace)

    def flush(self) -> None:
        """Writes what was gathered."""
        if not self._lines:
            return
        lines = "\n".join(self._lines)
        self._lines.clear()
        self._logger.log(self._highest, "%s", lines, extra=_WHOLE_LINES)
        self._highest = logging.INFO


def _level_of_5xx(context: RequestContext) -> int:
    expected = context.injection is not None or isinstance(context.issue, UnavailableIssue)
    return logging.INFO if expected else logging.ERROR


def without_secrets(address: str) -> str:
    """A path or query without API keys, and without the values of parameters that are named as secrets are.

    A part of it in which percent-encoding hides such a name is shown decoded up to there.
    """
    if "=" in address or "%" in address:
        address = "".join(map(_part_without_secret, _PARTS.split(address)))
    return redacted(address)


def _part_without_secret(part: str) -> str:
    """What stands between two separators. A value ends with its part: separators that are encoded belong to it."""
    decoded, end = fully_decoded(part), 0
    for piece in _PARTS.split(decoded) if "=" in decoded else ():
        name, equals, _ = piece.partition("=")
        if equals and _SECRET_NAMES.search(name):
            return f"{quote(decoded[: end + len(name)], _AS_IT_IS)}={_REDACTED}"
        end += len(piece)
    return part
