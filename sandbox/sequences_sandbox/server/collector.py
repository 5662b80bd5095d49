"""When garbage is collected: a request of the API leaves none, so the collector waits for what does.

Python's own rule counts what was made and has not gone. In a sandbox that is runs, histories and journals, which stay; to
look through them again and again took a hundredth of all time, in pauses. What does leave garbage are connections that
ended, and pages.
"""

import gc
from typing import Final

_MOST_ENDED: Final = 500
_WORTH: Final = 10_000
_OLD_EVERY: Final = 10


class Collector:
    """Looks for garbage in place of Python's own rule. Asked once a second, on the event loop's thread."""

    def __init__(self) -> None:
        self._ended = 0
        self._requests = 0
        self._times = 0

    def look(self, ended: int, requests: int) -> None:
        """Collects where it is time. Given are how many connections ended and requests came so far.

        It is time when many connections ended, or when nobody asked for anything for a second and much is new. Most times
        only what is new is looked through, now and then everything.
        """
        idle, self._requests = requests == self._requests, requests
        if ended - self._ended < _MOST_ENDED and not (idle and gc.get_count()[0] >= _WORTH):
            return
        self._ended = ended
        self._times += 1
        gc.collect(1 if self._times % _OLD_EVERY else 2)
