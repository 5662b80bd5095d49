"""How one implementation serves programs with and without asyncio.

A method is written once, as a coroutine that awaits the results of its calls. The decorators `operation` and `attribute`
make of it what its object is: a plain method of a `Synchronous` one, an awaitable one of an `Asynchronous` one.
"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import wraps
from types import MethodType
from typing import Any, Concatenate, Generic, NamedTuple, ParamSpec, Protocol, Self, TypeVar, overload

from .errors import SandboxError

#: pytest shows no frame of a module that says so: a failing test ends at its own line.
__tracebackhide__ = True

P = ParamSpec("P")
R = TypeVar("R")


class Call(NamedTuple, Generic[R]):
    """One request to the control API, or with a `key` to the public one, whose response is an R.

    `words` says which argument of the method stands for which field of the API, so that messages speak of arguments.
    """

    method: str
    path: str
    body: Any = None
    query: Mapping[str, Any] = {}
    key: str | None = None
    words: Mapping[str, str] = {}


class Sender(Protocol):
    """Sends a call; its result is awaited."""

    def __call__(self, call: Call[R], /) -> Awaitable[R]: ...


class Synchronous:
    """An object whose methods return when their calls are answered. Its sender is one of `at_once`."""


class Asynchronous:
    """An object whose methods are awaited."""


def at_once(send: Callable[[Call[Any]], Any]) -> Sender:
    """The sender of a synchronous object: what it gives is awaited and is there already."""

    async def sent(call: Call[Any]) -> Any:
        return send(call)

    return sent


class WorldPart:
    """A part of a world, which sends its calls as the world does."""

    def __init__(self, world: Any) -> None:
        self._world = world
        self._send: Sender = world._send  # noqa: SLF001  # of the same family

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._world!r}>"


class operation(Generic[P, R]):  # noqa: N801  # a decorator
    """Makes a method of a coroutine."""

    def __init__(self, coroutine: Callable[Concatenate[Any, P], Coroutine[Any, Any, R]]) -> None:
        self.coroutine = coroutine
        self.__doc__ = coroutine.__doc__

    @overload
    def __get__(self, owner: None, kind: type) -> Self: ...
    @overload
    def __get__(self, owner: Synchronous, kind: type) -> Callable[P, R]: ...
    @overload
    def __get__(self, owner: Asynchronous, kind: type) -> Callable[P, Coroutine[Any, Any, R]]: ...
    def __get__(self, owner: Any, kind: type) -> Any:
        if owner is None:
            return self
        method = MethodType(self.coroutine, owner)
        return _waiting(method) if isinstance(owner, Synchronous) else _awaitable(method)


class attribute(Generic[R]):  # noqa: N801  # a decorator
    """Makes a property of a coroutine; one of an `Asynchronous` object is awaited."""

    def __init__(self, coroutine: Callable[[Any], Coroutine[Any, Any, R]]) -> None:
        self._operation: operation[[], R] = operation(coroutine)
        self.__doc__ = coroutine.__doc__

    @overload
    def __get__(self, owner: None, kind: type) -> Self: ...
    @overload
    def __get__(self, owner: Synchronous, kind: type) -> R: ...
    @overload
    def __get__(self, owner: Asynchronous, kind: type) -> Coroutine[Any, Any, R]: ...
    def __get__(self, owner: Any, kind: type) -> Any:
        return self if owner is None else self._operation.__get__(owner, kind)()


def _awaitable(method: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    @wraps(method)
    async def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await method(*args, **kwargs)
        except SandboxError as error:
            # A failing test shows the line that called, and not the frames of the client.
            raise error.with_traceback(None) from None

    return run


def _waiting(method: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, R]:
    @wraps(method)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            method(*args, **kwargs).send(None)
        except StopIteration as end:
            returned: R = end.value
            return returned
        except SandboxError as error:
            raise error.with_traceback(None) from None
        raise RuntimeError("a call of a synchronous client has to be answered when it is sent")

    return run
