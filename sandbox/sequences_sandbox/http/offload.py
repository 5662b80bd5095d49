"""The one place where work that takes long, or waits for a store, is kept off the event loop."""

import asyncio
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


class LongWork:
    """Calls what computes for long in a thread, `at_once` calls at a time: the others wait, and short requests do not."""

    def __init__(self, at_once: int) -> None:
        self._slots: Final = asyncio.Semaphore(at_once)

    async def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        async with self._slots:
            return await run_in_threadpool(function, *args, **kwargs)
