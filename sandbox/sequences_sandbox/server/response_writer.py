"""Fewer writes: the head of a response leaves together with the body that follows it."""

import asyncio
from typing import Final

from .connection import drop

_MOST_JOINED_BYTES: Final = 64 << 10


class ResponseWriter:
    """The transport as a response sees it. Two writes would cost two system calls here, and wake the client twice.

    What stands alone until the event loop's next turn, such as the head of a stream, is written then.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport: Final = transport
        self._loop: Final = loop
        self._head = b""

    def write(self, data: bytes) -> None:
        """Writes a head, or what follows one."""
        head, self._head = self._head, b""
        if head and len(data) <= _MOST_JOINED_BYTES:
            self._transport.write(head + data)
        elif head:
            self._transport.write(head)
            self._transport.write(data)
        else:
            self._head = data
            self._loop.call_soon(self.flush)

    def flush(self) -> None:
        """Writes what is kept back."""
        head, self._head = self._head, b""
        if head and not self._transport.is_closing():
            self._transport.write(head)

    def is_closing(self) -> bool:
        """Whether nothing more can be written."""
        return self._transport.is_closing()

    def close(self) -> None:
        """Ends the connection after what was written."""
        self.flush()
        self._transport.close()

    def drop(self, reset: bool) -> None:
        """Ends the connection now, before the end of its response."""
        self.flush()
        drop(self._transport, reset=reset)
