"""How one implementation serves programs with and without asyncio.

A method is written once, as a generator: it yields the calls that it needs, gets their results, and returns its own. The
decorators `operation` and `attribute` make of it what its object is: a plain method of a `Synchronous` one, an awaitable
one of an `Asynchronous` one.
"""

from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from functools import wraps
from types import MethodType
from typing import Any, Concatenate, Generic, NamedTuple, ParamSpec, Self, TypeVar, overload

from .errors import SandboxError

#: pytest shows no frame of this module: a failing test ends at its own line.
__tracebackhide__ = True

P = ParamSpec("P")
R = TypeVar("R")


class Call(NamedTuple):
    """One request to the control API, or with a `key` to the public one.

    `words` says which argument of the method stands for which field of the API, so that messages speak of arguments.
    """

    method: str
    path: str
    body: Any = None
    query: Mapping[str, Any] = {}
    key: str | None = None
    words: Mapping[str, str] = {}


Steps = Generator[Call, Any, R]


class Synchronous:
    """An object whose methods return when their calls are answered."""

    _send: Callable[[Call], Any]


class Asynchronous:
    """An object whose methods are awaited."""

    _send: Callable[[Call], Awaitable[Any]]


class WorldPart:
    """A part of a world, which sends its calls as the world does."""

    def __init__(self, world: Any) -> None:
        self._world = world
        self._send = world._send  # noqa: SLF001  # of the same family

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._world!r}>"


class operation(Generic[P, R]):  # noqa: N801  # a decorator
    """Makes a method of a generator."""

    def __init__(self, steps: Callable[Concatenate[Any, P], Steps[R]]) -> None:
        self.steps = steps
        self.__doc__ = steps.__doc__

    @overload
    def __get__(self, owner: None, kind: type) -> Self: ...
    @overload
    def __get__(self, owner: Synchronous, kind: type) -> Callable[P, R]: ...
    @overload
    def __get__(self, owner: Asynchronous, kind: type) -> Callable[P, Coroutine[Any, Any, R]]: ...
    def __get__(self, owner: Any, kind: type) -> Any:
        if owner is None:
            return self
        method, send = MethodType(self.steps, owner), owner._send  # noqa: SLF001  # of the same family
        return _waiting(method, send) if isinstance(owner, Synchronous) else _awaitable(method, send)


class attribute(Generic[R]):  # noqa: N801  # a decorator
    """Makes a property of a generator; one of an `Asynchronous` object is awaited."""

    def __init__(self, steps: Callable[[Any], Steps[R]]) -> None:
        self._operation: operation[[], R] = operation(steps)
        self.__doc__ = steps.__doc__

    @overload
    def __get__(self, owner: None, kind: type) -> Self: ...
    @overload
    def __get__(self, owner: Synchronous, kind: type) -> R: ...
    @overload
    def __get__(self, owner: Asynchronous, kind: type) -> Coroutine[Any, Any, R]: ...
    def __get__(self, owner: Any, kind: type) -> Any:
        return self if owner is None else self._operation.__get__(owner, kind)()


def _waiting(method: Callable[P, Steps[R]], send: Callable[[Call], Any]) -> Callable[P, R]:
    @wraps(method)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        steps = method(*args, **kwargs)
        try:
            call = next(steps)
            while True:
                try:
                    result = send(call)
                except SandboxError as error:
                    call = steps.throw(error)
                else:
                    call = steps.send(result)
        except StopIteration as end:
            returned: R = end.value
            return returned
        except SandboxError as error:
            # A failing test shows the line that called, and not the frames of the client.
            raise error.with_traceback(None) from None

    return run


def _awaitable(
    method: Callable[P, Steps[R]], send: Callable[[Call], Awaitable[Any]]
) -> Callable[P, Coroutine[Any, Any, R]]:
    @wraps(method)
    async def run(*args: P.args, **kwargs: P.kwargs) -> R:
        steps = method(*args, **kwargs)
        try:
            call = next(steps)
            while True:
                try:
                    result = await send(call)
                except SandboxError as error:
                    call = steps.throw(error)
                else:
                    call = steps.send(result)
        except StopIteration as end:
            returned: R = end.value
            return returned
        except SandboxError as error:
            raise error.with_traceback(None) from None

    return run
