"""A sandbox to test against: started in the background, or already running somewhere."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from .background import Background
from .errors import SandboxNotStarted
from .transport import Control, connection
from .values import Fixture, Instant, document, given, moment
from .world import World


class Sandbox:
    """A running sandbox. As a context manager, one that was started here is stopped when left."""

    def __init__(self, url: str, admin_token: str | None = None, background: Background | None = None) -> None:
        self._http = connection(url)
        self._control = Control(self._http, admin_token)
        self._background = background
        self.url = str(self._http.base_url).rstrip("/")

    @classmethod
    def start(cls, fixture: str | Path = "demo", *, arguments: Sequence[str] = ()) -> "Sandbox":
        """Starts a sandbox on a free port, as a process that ends with this one. Raises SandboxNotStarted.

        `arguments` are further ones of `sequences-sandbox serve`, such as ["--clock", "2026-03-02T09:00:00Z", "--freeze"].
        """
        background = Background(["--fixture", str(fixture), *arguments])
        return cls(background.ready["url"], background.ready.get("admin_token"), background)

    @classmethod
    def connect(cls, url: str, admin_token: str | None = None) -> "Sandbox":
        """A sandbox that runs already. Raises SandboxNotStarted when none answers there."""
        sandbox = cls(url, admin_token)
        health = sandbox._control("GET", "/health")
        if not isinstance(health, dict) or "uptime_seconds" not in health:
            raise SandboxNotStarted(f"{url} answers, but is no sandbox.")
        return sandbox

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def world(
        self,
        fixture: Fixture | None = None,
        *,
        name: str | None = None,
        now: Instant | None = None,
        frozen: bool | None = None,
        seed: int | None = None,
        ttl_seconds: int | None = None,
    ) -> World:
        """A new private world, from the sandbox's own fixture unless another is given.

        `now` is the instant of its birth; `seed` is what chance is drawn from; with `ttl_seconds` it goes when it was not
        used for so long. Raises InvalidError for a fixture that cannot be used.
        """
        body = {
            "fixture": None if fixture is None else document(fixture),
            "name": name,
            "now": None if now is None else moment(now),
            "frozen": frozen,
            "seed": seed,
            "ttl_seconds": ttl_seconds,
        }
        description = self._control("POST", "/worlds", body=given(body))
        return World(self._http, f"{self.url}/v1", description)

    def log(self) -> str:
        """What a sandbox that was started here complained of; empty when all is well, and for one that was not."""
        return "" if self._background is None else self._background.log()

    def stop(self) -> None:
        """Stops a sandbox that was started here, and lets go of one that was not."""
        self._http.close()
        if self._background is not None:
            self._background.stop()
