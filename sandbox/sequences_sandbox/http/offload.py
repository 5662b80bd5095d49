"""The one place where a store that can wait is kept off the event loop."""

from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

from starlette.concurrency import run_in_threadpool

P = ParamSpec("P")
T = TypeVar("T")


class Offload:
    """Calls what may ask the store: in a thread where the store can wait for a database, else at once."""

    def __init__(self, blocking: bool) -> None:
        self.blocking: Final = blocking

    async def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self.blocking:
            return await run_in_threadpool(function, *args, **kwargs)
        return function(*args, **kwargs)
