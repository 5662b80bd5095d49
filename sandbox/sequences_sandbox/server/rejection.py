"""The error for bytes that are no request, in the contract's form: no application sees them."""

import logging
import time
from collections.abc import Sequence
from typing import Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from ..domain.errors import Issue
from ..http.request.client_address import counted
from ..http.request.ids import RequestIds
from ..http.responses import error_response
from ..http.traffic.access_log import FIELDS
from ..traffic.journal import redacted

_LOG: Final = logging.getLogger("sequences_sandbox.wire")
_new_id: Final = RequestIds(lambda: time.time_ns() // 1000)


def rejection(issue: Issue, default_headers: Sequence[tuple[bytes, bytes]], peer: str) -> bytes:
    """The response to `peer`, which announces that the connection ends."""
    request_id = _new_id()
    response = error_response(issue, request_id)
    client = counted(peer)
    fields = {"status": response.status, "request_id": request_id, "client": client}
    message = "rejected before it was a request: %d %s %s %s"
    _LOG.info(message, response.status, redacted(issue.message), request_id, client, extra={FIELDS: fields})
    own = [(b"x-request-id", request_id.encode()), (b"connection", b"close")]
    lines = b"".join([b"%b: %b\r\n" % pair for pair in (*default_headers, *response.headers, *own)])
    return b"%b%b\r\n%b" % (STATUS_LINE[response.status], lines, response.body)
