"""Signals that stop the program. Imported before anything that takes time to load."""

import os
import signal
import threading
from types import FrameType
from typing import Final

STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


def leave_at_signals() -> None:
    """Ends the process at once at a signal that stops it, with status 0: for the time before it serves.

    A handler of our own is needed where the program is the first process of a container, which ignores signals by default.
    """
    for stop in STOP_SIGNALS:
        signal.signal(stop, _leave)


def _leave(signal_number: int, frame: FrameType | None) -> None:
    # Not by an exception: raised in a finaliser or a callback of the collector it would be printed and forgotten.
    os._exit(0)


def stop_with(descriptor: int) -> None:
    """Stops the process, as a signal does, when whoever could write to a pipe is gone, however that ended."""

    def wait() -> None:
        # Not through sys.stdin: its lock, held for ever, makes the interpreter abort when it leaves for another reason.
        while os.read(descriptor, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()
