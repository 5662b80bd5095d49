"""A client's connection, below HTTP: what the client has not taken yet, and how to break with it."""

import asyncio
import socket
import struct
import sys
from typing import Final

if sys.platform == "linux":
    import fcntl
    import termios

_TCP_INFO_SIZE: Final = 128
_BYTES_ACKED: Final = struct.Struct("@Q")
_BYTES_ACKED_AT: Final = 120
"""Where `struct tcp_info` of linux/tcp.h holds how many bytes the other side has taken since the connection began."""


def unread_bytes(transport: asyncio.Transport) -> int:
    """How much the client has left unread of what was written, the system's own buffer included where it can be asked.

    A slow reader may draw on that buffer alone for minutes.
    """
    waiting = transport.get_write_buffer_size()
    connected = transport.get_extra_info("socket")
    if connected is None or sys.platform != "linux":
        return waiting
    try:
        (sent,) = struct.unpack("i", fcntl.ioctl(connected.fileno(), termios.TIOCOUTQ, b"\0" * 4))
    except (OSError, ValueError):  # not a TCP socket, or a connection that is just gone
        return waiting
    return waiting + int(sent)


def taken_bytes(transport: asyncio.Transport) -> int | None:
    """How much the client has taken since the connection began; None where the system does not say."""
    connected = transport.get_extra_info("socket")
    if connected is None or sys.platform != "linux":
        return None
    try:
        info = connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_SIZE)
    except OSError:
        return None
    return int(_BYTES_ACKED.unpack_from(info, _BYTES_ACKED_AT)[0]) if len(info) == _TCP_INFO_SIZE else None


def drop(transport: asyncio.Transport, *, reset: bool) -> None:
    """Breaks a connection: with a reset at once, or with an end after what was written so far."""
    if not reset:
        transport.close()
        return
    connected = transport.get_extra_info("socket")
    if connected is not None:
        # Closing without lingering is what makes the system send a reset in place of an orderly end.
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
