"""A server in the background: a process that cannot outlive the one that started it."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from .errors import SandboxNotStarted

_SECONDS_TO_START: Final = 60.0
_SECONDS_TO_STOP: Final = 5.0
_OPTIONS: Final = "SEQUENCES_SANDBOX_"


class Background:
    """`sequences-sandbox serve` on a free port; `ready` is what its ready file says. Raises SandboxNotStarted.

    The server stops when its standard input ends, and that is a pipe whose other end only this process holds: however this
    process ends, the server does too.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._log = Path(self._folder.name) / "log"
        ready = Path(self._folder.name) / "ready.json"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603
                _command(ready, arguments),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=log,
                env=_environment(),
            )
        try:
            self.ready = self._wait_for(ready)
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

    def _wait_for(self, ready: Path) -> dict[str, Any]:
        deadline = time.monotonic() + _SECONDS_TO_START
        while time.monotonic() < deadline:
            if ready.exists():
                found: dict[str, Any] = json.loads(ready.read_text(encoding="utf-8"))
                return found
            if self._process.poll() is not None:
                raise SandboxNotStarted(f"The sandbox did not start. {self.log()}")
            time.sleep(0.01)
        raise SandboxNotStarted(f"The sandbox was not ready within {_SECONDS_TO_START:.0f} s.")


def _command(ready: Path, arguments: Sequence[str]) -> list[str]:
    # -P: the working folder is the user's, and may hold modules of any name.
    serve = [sys.executable, "-P", "-m", "sequences_sandbox", "serve", "--host", "127.0.0.1", "--port", "0"]
    return [*serve, "--ready-file", str(ready), "--log-level", "warning", "--exit-with-stdin", *arguments]


def _environment() -> dict[str, str]:
    """This process's, less the options of another sandbox."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_OPTIONS)}
