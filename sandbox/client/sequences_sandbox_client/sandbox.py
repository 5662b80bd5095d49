"""A sandbox to test against: started in the background, or already running somewhere."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

from .background import Background
from .calls import Asynchronous, Call, Sender, Synchronous, at_once, operation
from .transport import AsyncControlClient, ControlClient, async_connection, connection, root_of
from .values import FixtureValue, TimeValue, fixture_fields, given, timestamp
from .world import AsyncWorld, World

__tracebackhide__ = True

W = TypeVar("W")


class SandboxMethods(Generic[W]):
    """A running sandbox, at `url`."""

    _send: Sender

    def __init__(self, url: str, admin_token: str | None = None, background: Background | None = None) -> None:
        self.url = str(root_of(url)).rstrip("/")
        self._background = background

    @classmethod
    def start(cls, fixture: str | Path = "demo", *, arguments: Sequence[str] = ()) -> Self:
        """Starts a sandbox on a free port, as a process that ends with this one. Raises SandboxNotStarted.

        `arguments` are further ones of `sequences-sandbox serve`, such as ["--clock", "2026-03-02T09:00:00Z", "--freeze"].
        """
        background = Background(str(fixture), arguments)
        return cls(background.ready["url"], background.ready.get("admin_token"), background)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {self.url}{', started here' if self._background is not None else ''}>"

    @operation
    async def world(
        self,
        fixture: FixtureValue | None = None,
        *,
        name: str | None = None,
        now: TimeValue | None = None,
        frozen: bool | None = None,
        seed: int | None = None,
        ttl_seconds: int | None = None,
    ) -> W:
        """A new private world, from the sandbox's own fixture unless another is given.

        `now` is the time that its clock starts with; `seed` is the seed of everything random; with `ttl_seconds` it is
        removed when it was not used for so long. Raises InvalidError for a fixture that cannot be used.
        """
        body = {
            **fixture_fields(fixture),
            "name": name,
            "now": timestamp("sandbox.world(now=...)", now),
            "frozen": frozen,
            "seed": seed,
            "ttl_seconds": ttl_seconds,
        }
        return self._opened(await self._send(Call("POST", "/worlds", given(body), words={"fixture_file": "fixture"})))

    @operation
    async def check(self) -> None:
        """Raises SandboxNotStarted unless a sandbox answers."""
        await self._send(Call[Any]("GET", "/health"))

    def log(self) -> str:
        """The warnings and errors of a sandbox that was started here; empty for another one."""
        return "" if self._background is None else self._background.log()

    def _opened(self, description: Mapping[str, Any]) -> W:
        raise NotImplementedError

    def _stop_background(self) -> None:
        if self._background is not None:
            self._background.stop()


class Sandbox(SandboxMethods[World], Synchronous):
    """A running sandbox. As a context manager, one that was started here is stopped when left."""

    def __init__(self, url: str, admin_token: str | None = None, background: Background | None = None) -> None:
        super().__init__(url, admin_token, background)
        self._http = connection(url)
        self._send = at_once(ControlClient(self._http, admin_token))

    @classmethod
    def connect(cls, url: str, admin_token: str | None = None) -> "Sandbox":
        """A sandbox that runs already. Raises SandboxNotStarted when none answers there."""
        sandbox = cls(url, admin_token)
        sandbox.check()
        return sandbox

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stops a sandbox that was started here, and closes the connection to one that was not."""
        self._http.close()
        self._stop_background()

    def _opened(self, description: Mapping[str, Any]) -> World:
        return World(self._http, f"{self.url}/v1", description)


class AsyncSandbox(SandboxMethods[AsyncWorld], Asynchronous):
    """A running sandbox for asyncio. As an asynchronous context manager, one that was started here is stopped when left.

    `start` blocks until the sandbox is ready.
    """

    def __init__(self, url: str, admin_token: str | None = None, background: Background | None = None) -> None:
        super().__init__(url, admin_token, background)
        self._http = async_connection(url)
        self._send = AsyncControlClient(self._http, admin_token)

    @classmethod
    async def connect(cls, url: str, admin_token: str | None = None) -> "AsyncSandbox":
        """A sandbox that runs already. Raises SandboxNotStarted when none answers there."""
        sandbox = cls(url, admin_token)
        await sandbox.check()
        return sandbox

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Stops a sandbox that was started here, and closes the connection to one that was not."""
        await self._http.aclose()
        self._stop_background()

    def _opened(self, description: Mapping[str, Any]) -> AsyncWorld:
        return AsyncWorld(self._http, f"{self.url}/v1", description)
