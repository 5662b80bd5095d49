"""A client's connection, below HTTP: what the client has left unread, and how to break with it."""

import asyncio
import socket
import struct
import sys

if sys.platform != "win32":
    import fcntl
    import termios


def unread_bytes(transport: asyncio.Transport) -> int:
    """How much the client has left unread of what was written, 0 where the system takes all that there is.

    The system's own share is counted where it can be told: a slow reader may draw on that alone for minutes.
    """
    waiting = transport.get_write_buffer_size()
    connected = transport.get_extra_info("socket")
    if not waiting or connected is None or sys.platform == "win32":
        return waiting
    try:
        (sent,) = struct.unpack("i", fcntl.ioctl(connected.fileno(), termios.TIOCOUTQ, b"\0" * 4))
    except (OSError, ValueError):  # a system that does not tell this of sockets, or a connection that is just gone
        return waiting
    return waiting + int(sent)


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
