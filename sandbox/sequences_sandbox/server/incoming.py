"""Bytes that arrived and are not parsed yet, given out a head at a time.

httptools parses all that it is given, and each request in it costs a hundred times its bytes. What decides where a message
ends is the parser alone; this only looks for where the next head may end, so as not to give it two.
"""

from typing import Final

_HEAD_END: Final = b"\r\n\r\n"
_LEAST_BODY_PIECE: Final = 512


class Incoming:
    """What arrived on one connection."""

    def __init__(self) -> None:
        self._data, self._at = b"", 0
        self._seam = b""  # the last bytes of a head that goes on: its end may have begun in them

    def __bool__(self) -> bool:
        return self._at < len(self._data)

    def __len__(self) -> int:
        return len(self._data) - self._at

    def add(self, data: bytes) -> None:
        self._data = self._data[self._at :] + data if self else data
        self._at = 0

    def clear(self) -> None:
        self._data, self._at = b"", 0

    def take_of_head(self) -> bytes:
        """The bytes up to the end of a head, or all there are."""
        end = self._head_end()
        if end is not None:
            self._seam = b""
            return self._take(end)
        piece = self._take(len(self._data))
        self._seam = (self._seam + piece[-3:])[-3:]
        return piece

    def _head_end(self) -> int | None:
        if self._seam:
            across = (self._seam + self._data[self._at : self._at + 3]).find(_HEAD_END)
            if across >= 0:
                return self._at + across + len(_HEAD_END) - len(self._seam)
        found = self._data.find(_HEAD_END, self._at)
        return None if found < 0 else found + len(_HEAD_END)

    def take_of_body(self) -> bytes:
        """Bytes of a body, and no more of what may follow it than some small heads."""
        found = self._data.find(_HEAD_END, self._at + _LEAST_BODY_PIECE)
        return self._take(len(self._data) if found < 0 else found + len(_HEAD_END))

    def _take(self, end: int) -> bytes:
        piece = self._data[self._at : end]
        self._at = end
        if not self:
            self.clear()  # a connection that stays open keeps nothing of what was taken
        return piece
