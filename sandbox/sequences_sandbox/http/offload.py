"""The one place where work that takes long, or waits for a store, is kept off the event loop."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from functools import partial
from typing import Final, ParamSpec, TypeVar, cast

from starlette.concurrency import run_in_threadpool

P = ParamSpec("P")
T = TypeVar("T")


class Offload:
    """Calls what may ask the store: in a thread where the store can wait for a database, else at once."""

    def __init__(self, blocking: bool) -> None:
        self.blocking: Final = blocking

    async def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self.blocking:
            return await _in_thread(function, *args, **kwargs)
        return function(*args, **kwargs)


class LongWork:
    """Calls what computes for long in a thread, `at_once` calls at a time, and lets short requests go first.

    The others wait, and the addresses that they come from take turns: who asks for much waits behind himself.
    """

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._waiting: Final[OrderedDict[str, deque[asyncio.Future[None]]]] = OrderedDict()

    async def __call__(self, address: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        await self._turn(address)
        try:
            return await _in_thread(function, *args, **kwargs)
        finally:
            self._next()

    async def _turn(self, address: str) -> None:
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(address, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._next()  # it was given to who is no longer there
            raise

    def _next(self) -> None:
        """Gives the place that is free now to the next address."""
        while self._waiting:
            address, line = self._waiting.popitem(last=False)
            turn = line.popleft()
            if line:
                self._waiting[address] = line
            if not turn.cancelled():
                turn.set_result(None)
                return
        self._free += 1


async def _in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What a function returns or raises, called in a thread.

    An error that crosses to the event loop by itself is held by a future that its own traceback holds: until garbage is
    collected, the request would stay with it.
    """
    value, error = await run_in_threadpool(_outcome, partial(function, *args, **kwargs))
    if error is not None:
        try:
            raise error
        finally:
            del error
    return cast(T, value)


def _outcome(work: Callable[[], T]) -> tuple[T | None, Exception | None]:
    try:
        return work(), None
    except Exception as error:  # noqa: BLE001  # it is raised again
        return None, error
