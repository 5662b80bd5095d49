"""What an honest client meets while one visitor attacks a hosted sandbox.

    python sandbox/bench/attack.py [NAME …]

For each attack one line: what the attacker got, how long the slowest honest request took, how many honest requests
were not answered with 200, and how the memory of the server grew.
"""

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx
from attackers import ATTACKS, OPTIONS, RepelledError, Target
from contestants import SCRATCH
from servers import sandbox

_HONEST_PAUSE_SECONDS: Final = 0.02


class Honest:
    """A client with a key of the default world, and a prober of health, who ask again and again."""

    def __init__(self, url: str) -> None:
        self._base: Final = f"http://{urlsplit(url).netloc}"
        self._stopped: Final = threading.Event()
        self._thread: Final = threading.Thread(target=self._ask)
        self.slowest = 0.0
        self.failed = 0

    def __enter__(self) -> "Honest":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _ask(self) -> None:
        key = {"Authorization": "Bearer topo_demo_readonly"}
        for path in _turns("/v1/sequences", "/_sandbox/health"):
            if self._stopped.wait(_HONEST_PAUSE_SECONDS):
                return
            began = time.monotonic()
            try:  # each on a connection of its own, as visitors come
                self.failed += httpx.get(f"{self._base}{path}", headers=key, timeout=60).status_code != 200
            except httpx.HTTPError:
                self.failed += 1
            self.slowest = max(self.slowest, time.monotonic() - began)


def _turns(*paths: str) -> Iterator[str]:
    while True:
        yield from paths


def _memory(process: int) -> float:
    """MB of a process that are in memory."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def main() -> None:
    """Carries out the attacks that are named, or all."""
    SCRATCH.mkdir(exist_ok=True)
    for attack in ATTACKS:
        if sys.argv[1:] and attack.__name__ not in sys.argv[1:]:
            continue
        with sandbox(*OPTIONS) as server:
            before = _memory(server["process"])
            with Honest(server["url"]) as honest:
                try:
                    got = attack(Target(server["url"]))
                except RepelledError as error:
                    got = str(error)
            grown = _memory(server["process"]) - before
        print(
            f"{attack.__name__}: {got}; slowest honest {honest.slowest:.2f} s, {honest.failed} not 200, +{grown:.0f} MB",
            flush=True,
        )


if __name__ == "__main__":
    main()
