"""HTTP/1.1 on one connection: uvicorn's protocol on httptools, made strict, bounded, and patient for a while only.

What uvicorn leaves open and this class closes:

- An offer of another protocol is declined, and its request is read whole. httptools stops parsing at the offer and takes
  the body for the next request.
- What arrives is parsed a head at a time, and not while a parsed request waits for its turn.
- Errors are sent in the contract's form, in their turn, and leave the client the time to read them.
"""

import asyncio
from collections import deque
from typing import Any, Final

import httptools
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from ..domain.errors import Issue, ValidationIssue
from ..http.traffic.injection import DROP
from .connection import drop, taken_bytes, unread_bytes
from .connections import Connections
from .head import MOST_HEAD_BYTES, check_head, origin_form, too_large, without_offer
from .idle_timeout import Pending
from .incoming import Incoming
from .rejection import rejection
from .response_writer import ResponseWriter

PATIENCE_SECONDS: Final = 60
"""How long a client may take over a request's head, and over its body, from the first byte to the last."""
SLOWEST_BYTES_A_SECOND: Final = 64 * 1024
"""How fast a client must take what is sent to it, beyond the patience."""

_MOST_BODY_BYTES: Final = 16 << 20
"""A body as it travels: with the frames of its chunks, and whether it is kept or not."""
_LINGER_SECONDS: Final = 2
_FIRST_REQUEST_SECONDS: Final = 0.5
"""How long a client that connected just before the server stops has to send its request."""
_LAST_OF_STREAM: Final = b"d\r\nretry: 1000\n\n\r\n0\r\n\r\n"
_NOWHERE: Final[deque[tuple[bytes, bytes]]] = deque(maxlen=0)
"""Keeps nothing of what is appended to it."""


class _Flow(FlowControl):
    """Does not read on while something that was read is not parsed."""

    unparsed = False

    def resume_reading(self) -> None:
        if not self.unparsed:
            super().resume_reading()


class Protocol(HttpToolsProtocol):
    """The server's side of one connection."""

    flow: _Flow

    def __init__(self, *args: Any, connections: Connections, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._connections: Final = connections

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.flow = _Flow(transport)
        self._writer = ResponseWriter(transport, self.loop)
        self._cycles: deque[RequestResponseCycle] = deque()  # requests without their whole response, oldest first
        self._incoming = Incoming()
        self._part_bytes = 0  # of the head or the body under way
        self._in_head, self._in_body = False, False
        self._is_stopping = False
        self._rejection: Issue | None = None
        self._backlog: tuple[Pending, int] | None = None
        self._extensions: dict[str, dict[object, object]] = {DROP: {DROP: self._writer.drop}}
        issue = self._connections.enter(self, self._peer)
        if issue is not None:
            self._rejection = issue
            self._write_rejection(issue)
            self.transport.close()  # at once: whoever opens too many is not given time to hold them

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.leave(self, self._peer)
        super().connection_lost(exc)

    @property
    def is_waiting(self) -> bool:
        """Whether no request is being carried out."""
        return not self._cycles or self._in_body

    @property
    def _peer(self) -> str:
        return self.client[0] if self.client else ""

    # From bytes to requests

    def data_received(self, data: bytes) -> None:
        self._incoming.add(data)
        self._parse_on()

    def _parse_on(self) -> None:
        """Parses what arrived, as far as there is room for what it makes."""
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
            self.timeout_keep_alive_task = None
        incoming = self._incoming
        while incoming:
            if self._is_last():
                incoming.clear()
                break
            if self.pipeline:
                self.flow.unparsed = True
                self.flow.pause_reading()
                return
            self._parse(incoming.take_of_body() if self._in_body else incoming.take_of_head())
        if self.flow.unparsed:
            self.flow.unparsed = False
            self.flow.resume_reading()

    def _is_last(self) -> bool:
        """Whether nothing that follows is read as a request: after an error, or a request that ends the connection."""
        if self._rejection is not None or self.transport.is_closing():
            return True
        return not self._in_body and bool(self._cycles) and not self._cycles[-1].keep_alive

    def _parse(self, piece: bytes) -> None:
        before, size = self._part_bytes, len(piece)
        self._part_bytes = before + size
        most = _MOST_BODY_BYTES if self._in_body else MOST_HEAD_BYTES
        within = before + size <= most
        try:
            # Over the bound the parser is given just what is within it: what it has read tells which error to send.
            self.parser.feed_data(piece if within else piece[: most - before])
        except httptools.HttpParserUpgrade as offer:
            self._decline(piece[offer.args[0] :])
        except httptools.HttpParserError as error:
            cause = error.__context__ or error
            message = f"This is not a request of HTTP/1.1: {cause}."
            self._reject(cause if isinstance(cause, Issue) else ValidationIssue(message, problem="malformed"))
        else:
            if not within and self._in_body:
                message = f"The body has more than {most} bytes as it was sent."
                self._reject(ValidationIssue(message, problem="too large"))
            elif not within:
                self._reject(too_large(self.url if self._in_head else b""))

    def _decline(self, rest: bytes) -> None:
        """Reads a request without its offer of another protocol, by a new parser: the old one takes no body for it."""
        method = self.parser.get_method()
        if method == b"CONNECT":
            message = "This server is no proxy: it does not connect to others."
            self._reject(ValidationIssue(message, problem="not allowed"))
            return
        head = without_offer(method, self.url, self.parser.get_http_version(), self.headers)
        self.parser = httptools.HttpRequestParser(self)
        self._part_bytes = 0
        self._parse(head)
        if rest and self._rejection is None:
            self._parse(rest)

    # What the parser calls

    def on_message_begin(self) -> None:
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        check_head(self.parser.get_http_version(), self.headers)
        self.url = origin_form(self.url)
        self.scope["extensions"] = self._extensions
        super().on_headers_complete()
        self.cycle.transport = self._writer  # type: ignore[assignment]  # all of a transport that it uses
        self._cycles.append(self.cycle)
        if self._is_stopping:
            self.cycle.keep_alive = False
        self._in_head, self._in_body = False, True
        self._part_bytes = 0
        # The scope has the list of the headers; what is appended from now on is a trailer, and no header of the request.
        self.headers = _NOWHERE  # type: ignore[assignment]

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        self._in_body, self._part_bytes = False, 0
        super().on_message_complete()

    # From responses to bytes

    def on_response_complete(self) -> None:
        self._writer.flush()
        self._cycles.popleft()
        super().on_response_complete()
        if self._rejection is not None and not self._cycles:
            self._send_rejection(self._rejection)
        elif self._incoming:
            self._parse_on()

    def _reject(self, issue: Issue) -> None:
        """Sends an error in place of a response to what was read last, after the responses to what was read before."""
        if self._rejection is not None:
            return
        self._rejection = issue
        if self._in_body:
            # It concerns the newest request, which then is not carried out further.
            newest = self.cycle
            if newest.response_started:
                self.transport.close()
                return
            self._cycles.pop()
            if self.pipeline and self.pipeline[0][0] is newest:
                self.pipeline.popleft()
            newest.disconnected = True
            newest.message_event.set()
        if not self._cycles:
            self._send_rejection(issue)

    def _send_rejection(self, issue: Issue) -> None:
        if self.transport.is_closing():
            return
        self._incoming.clear()
        self.flow.unparsed = False
        self.flow.resume_reading()
        self._write_rejection(issue)
        # Closed at once, a connection on which more arrives is reset, and the client may never see why.
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(_LINGER_SECONDS, self.transport.close)

    def _write_rejection(self, issue: Issue) -> None:
        self._connections.rejected(issue.status_code)
        self.transport.write(rejection(issue, self.server_state.default_headers, self._peer))

    def shutdown(self) -> None:
        """The server stops: streams, which alone have no length, end here; other responses are finished."""
        if self._cycles and self._cycles[0].response_started and self._cycles[0].chunked_encoding:
            self._cycles[0].disconnected = True
            self._cycles[0].message_event.set()
            self._writer.flush()
            self.transport.write(_LAST_OF_STREAM)
            self.transport.close()
        elif self._cycles:
            self._cycles[-1].keep_alive = False
        elif self.cycle is None:
            self._is_stopping = True  # type: ignore[unreachable]  # uvicorn has no cycle before the first request
            self.loop.call_later(_FIRST_REQUEST_SECONDS, self._close_unused)
        else:
            self.transport.close()

    def _close_unused(self) -> None:
        if not self._cycles:
            self.transport.close()

    # What the client owes

    def pending(self) -> Pending | None:
        """What the client is to take of its responses, or the request that it is to complete.

        A body that is not read at present is not the client's delay.
        """
        unread = unread_bytes(self.transport)
        if unread:
            return self._to_be_taken(unread)
        self._backlog = None
        if self._in_body:
            return None if self.flow.read_paused else Pending((self.cycle, "body"), PATIENCE_SECONDS)
        begun = self._in_head or self.cycle is None
        return Pending((self.cycle, "head"), PATIENCE_SECONDS) if begun and not self._cycles else None

    def _to_be_taken(self, unread: int) -> Pending:
        """What was unread at one time must be taken in a time that follows from its size, however steadily it is read."""
        taken = taken_bytes(self.transport) or 0
        if self._backlog is None or taken >= self._backlog[1]:
            seconds = PATIENCE_SECONDS + unread / SLOWEST_BYTES_A_SECOND
            self._backlog = Pending(("unread", taken), seconds), taken + unread
        return self._backlog[0]

    def close_idle(self) -> None:
        """Closes the connection, and drops what the client has left unread."""
        drop(self.transport, reset=self._backlog is not None)
