"""A sandbox to test against: started in the background, or already running somewhere."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from .errors import SandboxNotStarted
from .parts import Instant, given, moment
from .transport import Control
from .world import World

_SECONDS_TO_START = 30.0
_SECONDS_TO_STOP = 5.0


class Sandbox:
    """A running sandbox. As a context manager, one that was started here is stopped when left."""

    def __init__(
        self, url: str, process: "subprocess.Popen[bytes] | None" = None, admin_token: str | None = None
    ) -> None:
        self.url = url.rstrip("/")
        self._process = process
        self._http = httpx.Client(base_url=self.url, timeout=30)
        self._control = Control(self._http, admin_token)

    @classmethod
    def start(cls, fixture: str = "demo", arguments: Sequence[str] = ()) -> "Sandbox":
        """Starts a sandbox on a free port, as a process that ends with this one. Raises SandboxNotStarted."""
        with tempfile.TemporaryDirectory() as folder:
            ready, log = Path(folder) / "ready.json", Path(folder) / "log"
            command = [
                sys.executable, "-m", "sequences_sandbox", "serve", "--port", "0", "--ready-file", str(ready),
                "--fixture", fixture, "--log-level", "warning", "--exit-with-stdin", *arguments,
            ]  # fmt: skip
            with log.open("wb") as out:
                # The server leaves when its standard input ends: so it cannot outlive this process, however that ends.
                process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=out)  # noqa: S603
            try:
                return cls(_url_of(process, ready, log), process)
            except BaseException:
                process.kill()
                process.wait()
                raise

    @classmethod
    def connect(cls, url: str, admin_token: str | None = None) -> "Sandbox":
        """A sandbox that runs already. Raises SandboxNotStarted when none answers there."""
        sandbox = cls(url.rstrip("/").removesuffix("/v1"), admin_token=admin_token)
        sandbox._control("GET", "/health")
        return sandbox

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def world(
        self,
        fixture: str | Mapping[str, Any] | None = None,
        *,
        name: str | None = None,
        now: Instant | None = None,
        frozen: bool | None = None,
        seed: int | None = None,
        ttl_seconds: int | None = None,
    ) -> World:
        """A new private world, from the sandbox's fixture unless another name or document is given."""
        body = {
            "fixture": fixture, "name": name, "now": None if now is None else moment(now), "frozen": frozen,
            "seed": seed, "ttl_seconds": ttl_seconds,
        }  # fmt: skip
        description = self._control("POST", "/worlds", body=given(body))
        return World(self._http, f"{self.url}/v1", description)

    def stop(self) -> None:
        """Stops a sandbox that was started here, and lets go of one that was not."""
        self._http.close()
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()


def _url_of(process: "subprocess.Popen[bytes]", ready: Path, log: Path) -> str:
    deadline = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < deadline:
        if ready.exists():
            return str(json.loads(ready.read_text(encoding="utf-8"))["url"])
        if process.poll() is not None:
            raise SandboxNotStarted(f"The sandbox did not start: {log.read_text(encoding='utf-8', errors='replace')}")
        time.sleep(0.01)
    raise SandboxNotStarted(f"The sandbox was not ready within {_SECONDS_TO_START:.0f} s.")
