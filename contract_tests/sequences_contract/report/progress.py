"""What is being tried, what is waited for and about how long still, on one line of a terminal; nothing in a pipe."""

import shutil
import threading
import time
from typing import TextIO

from ..engine.rule import Rule

_DIM, _RESET = "\033[2m", "\033[0m"
#: Seconds and the part of the rules that must be over before a guess of what is left is worth showing.
_SOON, _PART = 3.0, 0.05


class Progress:
    """Written over each second. Safe to use from several threads."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._began = time.monotonic()
        self._total = 0
        self._trying: dict[str, float] = {}
        self._done: set[str] = set()
        self._waits: dict[str, float] = {}
        if out.isatty():
            threading.Thread(target=self._keep_shown, daemon=True).start()

    def began(self, rule: Rule, total: int) -> None:
        """A rule is tried, one of so many."""
        with self._lock:
            self._total = total
            self._trying[rule.id] = time.monotonic()

    def ended(self, rule: Rule) -> None:
        """A rule was tried."""
        with self._lock:
            self._trying.pop(rule.id, None)
            self._done.add(rule.id)

    def waits(self, what: str, seconds: float) -> None:
        """Something is waited for so long."""
        with self._lock:
            self._waits[what] = max(self._waits.get(what, 0.0), time.monotonic() + seconds)

    def clear(self) -> None:
        """Takes the line away."""
        with self._lock:
            self._over.set()
            if self._out.isatty():
                self._write("")

    def line(self, now: float) -> str:
        """What the line says at a time of the monotonic clock."""
        parts = [f"{len(self._done)}/{self._total}"]
        trying = sorted(self._trying, key=self._trying.__getitem__)  # the one that takes longest first
        if trying:
            parts.append(trying[0] + (f" and {len(trying) - 1} more" if trying[1:] else ""))
        parts += [f"waits {until - now:.0f} s for {what}" for what, until in self._waits.items() if until - now >= 0.5]
        passed, done = now - self._began, len(self._done)
        if passed >= _SOON and done >= max(1.0, _PART * self._total):
            parts.append(f"about {passed * (self._total - done) / done:.0f} s left")
        return " · ".join(parts)

    def _keep_shown(self) -> None:
        while not self._over.wait(0.25):
            with self._lock:
                if not self._over.is_set() and self._total:
                    self._write(self.line(time.monotonic()))

    def _write(self, line: str) -> None:
        width = shutil.get_terminal_size().columns - 1
        shown = line if len(line) <= width else f"{line[: width - 1]}…"
        self._out.write(f"\r\033[K{_DIM}{shown}{_RESET}" if shown else "\r\033[K")
        self._out.flush()
