"""What the tests of the sandbox share: a sandbox in this process, with a clock that the test moves."""

import asyncio
import json
import logging
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sequences_sandbox.app import App, build
from sequences_sandbox.domain.timestamps import parse_timestamp
from sequences_sandbox.settings import Settings
from sequences_sandbox.store.base import Store
from sequences_sandbox_client import Sandbox

NewStore = Callable[[Callable[[], int]], Store]
BIRTH = "2026-03-02T09:00:00Z"


@pytest.fixture(autouse=True)
def _log_of_serve_ends_with_the_test() -> Iterator[None]:
    """`serve` gives the root logger the standard error of its time, which is closed when a test is over."""
    level = logging.root.level
    yield
    for handler in logging.root.handlers[:]:
        if type(handler) is logging.StreamHandler:
            logging.root.removeHandler(handler)
    logging.root.setLevel(level)


@dataclass
class ManualClock:
    """The machine's time, moved by hand; microseconds since 1970."""

    now: int = parse_timestamp(BIRTH)

    def __call__(self) -> int:
        return self.now

    def advance(self, microseconds: int) -> None:
        self.now += microseconds


class Api:
    """A sandbox called in this process, without a socket."""

    def __init__(self, app: App, clock: ManualClock) -> None:
        self.app = app
        self.clock = clock
        self.key = next((token for token, _ in app.default.keys), "")

    def __call__(self, method: str, path: str, *, key: str | None = "", **how: Any) -> httpx.Response:
        """One request. `key` replaces the first key, None sends none. Relative paths are under /v1."""
        headers = httpx.Headers(how.pop("raw_headers", None) or how.pop("headers", {}))
        if key is not None:
            headers.setdefault("Authorization", f"Bearer {key or self.key}")
        url = path if path.startswith("/") else f"/v1/{path}"
        return asyncio.run(self._send(method, url, headers, how))

    async def _send(self, method: str, url: str, headers: httpx.Headers, how: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(self.app.asgi, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:4010") as client:
            return await client.request(method, url, headers=headers, **how)

    def sequences(self, **query: Any) -> list[dict[str, Any]]:
        """The runs of a list call."""
        items: list[dict[str, Any]] = self("GET", "sequences", params={"size": 100, **query}).json()["items"]
        return items


@pytest.fixture(scope="session", autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What commands keep from one to the next stays out of the user's home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def api_with(clock: ManualClock, new_store: NewStore) -> Callable[..., Api]:
    """Makes a sandbox with given settings, on a store of its own or a given one. Its clock stands unless it is advanced."""

    def make(store: Store | None = None, **settings: Any) -> Api:
        return Api(build(Settings(**settings), clock, store or new_store(clock)), clock)

    return make


@pytest.fixture
def api(api_with: Callable[..., Api]) -> Api:
    """The demo world, at its birth."""
    return api_with(fixture="demo")


@pytest.fixture
def api_of(api_with: Callable[..., Api]) -> Callable[..., Api]:
    """Makes a sandbox that serves a given contract."""
    return lambda contract, fixture="demo": api_with(contract=contract, fixture=fixture)


@pytest.fixture
def every_status(api_with: Callable[..., Api]) -> Api:
    """The world with one run in each status."""
    return api_with(fixture="every_status")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The URL of a sandbox with its demo data, on a real socket."""
    with Sandbox.start() as sandbox:
        yield sandbox.url


@pytest.fixture
def client(url: str) -> Iterator[httpx.Client]:
    """A client of it, with a key that may read and write; the world is as at its birth."""
    headers = {"Authorization": "Bearer topo_demo_readwrite"}
    with httpx.Client(base_url=url, headers=headers, timeout=20) as client:
        client.post("/_sandbox/world/reset", json={})
        yield client


@pytest.fixture(scope="session")
def eventually() -> Callable[..., None]:
    """Waits until something is so."""

    def wait(condition: Callable[[], object], seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it never came to be so"
            time.sleep(0.02)

    return wait


class Running:
    """A sandbox started as a user starts it."""

    def __init__(self, *arguments, python=sys.executable, cwd=None, **environment):
        self.process = subprocess.Popen(
            [python, "-m", "sequences_sandbox", "serve", "--port", "0", *arguments],
            cwd=cwd,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        self.banner = ""
        for line in self.process.stdout:
            self.banner += line
            if "Ctrl-C" in line:
                break
        self.base = re.search(r"http://\S+/v1", self.banner)[0]

    def get(self, path, token="topo_demo_readonly"):
        request = urllib.request.Request(self.base + path, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def stop(self, how=signal.SIGINT):
        self.process.send_signal(how)
        _, errors = self.process.communicate(timeout=20)
        return self.process.returncode, errors


@pytest.fixture
def running():
    started = []

    def start(*arguments, **how):
        started.append(Running(*arguments, **how))
        return started[-1]

    yield start
    for sandbox in started:
        sandbox.process.kill()
        sandbox.process.communicate()
