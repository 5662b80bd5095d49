"""A typed client of the control API, for tests in Python: a sandbox of one's own, and private worlds in it.

    from sequences_sandbox_client import Sandbox

    with Sandbox.start() as sandbox, sandbox.world() as world:
        world.clock.advance("P2D")
        world.faults.add(status=429, retry_after=2, on="pauseSequence", nth=3)
        my_integration(base_url=world.url, key=world.key)
        world.journal.verify("stopSequence", body={"reason": "WIN"}, exactly=1)

`AsyncSandbox` is the same for asyncio. The client speaks to a sandbox over HTTP, and imports nothing of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api import *  # noqa: F403  # api.__all__ says which

__version__ = "0.1.0"


def __dir__() -> list[str]:
    return [*globals(), *import_module(f"{__name__}.api").__all__]


def __getattr__(name: str) -> Any:
    # pytest loads this package with every run and a shell with every command: httpx waits until it is needed.
    api = import_module(f"{__name__}.api")
    if name in api.__all__:
        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
