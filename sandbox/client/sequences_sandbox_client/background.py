"""A server in the background: a process that cannot outlive the one that started it."""

import json
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import httpx

from .errors import SandboxNotStarted
from .servers import Server, environment, find_server, printed

__tracebackhide__ = True

_SECONDS_TO_STOP: Final = 5.0
_SECONDS_TO_ANSWER: Final = 5.0
_SECONDS_BETWEEN_LOOKS: Final = 0.01
_SECONDS_BETWEEN_QUESTIONS: Final = 0.2


class Background:
    """A sandbox on a free port; `ready` is what its ready file says. Raises SandboxNotStarted.

    The server stops when its standard input ends, and that is a pipe whose other end only this process holds: however this
    process ends, the server does too.
    """

    def __init__(self, fixture: str, arguments: Sequence[str]) -> None:
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._log = Path(self._folder.name) / "log"
        ready = Path(self._folder.name) / "ready.json"
        try:
            server = find_server(fixture, ready, arguments)
        except SandboxNotStarted:
            self._folder.cleanup()
            raise
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603
                server.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=log,
                env=environment(server),
            )
        try:
            self.ready = self._wait_for(server, ready)
        except BaseException:
            self._process.kill()
            self._clean()
            raise

    def log(self) -> str:
        """The warnings and errors of the server; empty after it was stopped."""
        return self._log.read_text(encoding="utf-8", errors="replace").strip() if self._log.exists() else ""

    def stop(self) -> None:
        """Ends the process, by force if it does not stop."""
        self._process.terminate()
        try:
            self._process.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._clean()

    def _clean(self) -> None:
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._folder.cleanup()

    def _wait_for(self, server: Server, ready: Path) -> dict[str, Any]:
        deadline = time.monotonic() + server.seconds
        while time.monotonic() < deadline:
            if ready.exists():
                found: dict[str, Any] = json.loads(ready.read_text(encoding="utf-8"))
                return found
            if server.address and (address := printed(server.address)) and _is_ready(address):
                return {"url": f"http://{address}", "admin_token": server.admin_token}
            if self._process.poll() is not None:
                raise SandboxNotStarted(f"The sandbox did not start. {self.log()}")
            time.sleep(_SECONDS_BETWEEN_QUESTIONS if server.address else _SECONDS_BETWEEN_LOOKS)
        raise SandboxNotStarted(f"The sandbox was not ready within {server.seconds:.0f} s.")


def _is_ready(address: str) -> bool:
    try:
        ready = httpx.get(f"http://{address}/_sandbox/ready", timeout=_SECONDS_TO_ANSWER, trust_env=False)
    except (httpx.RequestError, httpx.InvalidURL):
        return False
    return ready.is_success
