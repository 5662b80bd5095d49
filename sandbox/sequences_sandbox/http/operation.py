"""The heart: an operation of a contract, compiled at start into one object that answers its requests.

Down once and back by return: key, scope, size and type, parameters and body, handler, wire form. Nothing is looked up in
the contract, and nothing is built from it, while a request is under way.
"""

import inspect
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.types import Receive

from ..domain.errors import TooLargeIssue
from ..store.base import KeyRecord
from ..worlds.api_keys import require_scope
from ..worlds.world import Caller
from .request.body import Body
from .request.context import RequestContext
from .request.parameters import Query, compile_reader, read_parameter
from .responses import Encoder, Response

Authenticator = Callable[[RequestContext], KeyRecord | None]
Handler = Callable[..., Any]


class CompileError(Exception):
    """A contract that names something which the program does not have."""


class Operation:
    """One operation. `blocking` says that its handler can wait and is to run off the event loop, `private` that it is no
    operation of the API that the sandbox stands in for.

    `authenticate` finds the key of a request, None where none is asked for; it raises UnauthorizedIssue.
    """

    def __init__(
        self,
        operation: Mapping[str, Any],
        shared: list[Mapping[str, Any]],
        handler: Handler,
        authenticate: Authenticator,
        encoder: Encoder,
        *,
        blocking: bool,
        private: bool,
    ) -> None:
        parameters = [*shared, *operation.get("parameters", [])]
        self.operation_id: Final[str] = operation["operationId"]
        self._scope: Final[str | None] = operation.get("x-required-scope")
        self._path: Final = {
            parameter["name"]: compile_reader(parameter["schema"])
            for parameter in parameters
            if parameter["in"] == "path"
        }
        self._query: Final = Query([parameter for parameter in parameters if parameter["in"] == "query"])
        self._body: Final = Body(operation["requestBody"]) if "requestBody" in operation else None
        self._status: Final = min(int(status) for status in operation["responses"] if status.startswith("2"))
        self._handler: Final = handler
        self.authenticate: Final = authenticate
        self._encoder: Final = encoder
        self._blocking: Final = blocking
        self.private: Final = private

    async def answer(self, context: RequestContext, texts: Mapping[str, str], receive: Receive) -> Response:
        """The answer to a request whose key is known. Raises an Issue to refuse it, the first in the contract's order."""
        key = context.key
        if key is not None and self._scope is not None:
            require_scope(key, self._scope)
        body = None
        if self._body is not None:
            body = await context.read_body(receive)
            self._body.check_type(context.header(b"content-type"), empty=not body)
        values = {
            name: read_parameter("Path parameter", name, texts[name], reader) for name, reader in self._path.items()
        }
        values.update(self._query.read(context.query))
        if self._body is not None and body is not None:
            values["body"] = self._body.read(body)
        caller = Caller(key, context.request_id) if key is not None else None
        if self._blocking:
            result = await run_in_threadpool(self._handler, caller, **values)
        else:
            result = self._handler(caller, **values)
        return self._encoder.answer(self._status, result)

    async def read_unused_body(self, context: RequestContext, receive: Receive) -> None:
        """Reads the body of a request that is not carried out, as far as it would have been read."""
        if self._body is not None and not context.body_read:
            with suppress(TooLargeIssue):
                await context.read_body(receive)


def require_handler(operation: Mapping[str, Any], shared: list[Mapping[str, Any]], handler: Handler | None) -> Handler:
    """The handler, after checking that it takes just what the contract sends it. Raises CompileError."""
    operation_id = operation["operationId"]
    if handler is None:
        raise CompileError(f"operationId '{operation_id}' has no handler of that name")
    parameters = [*shared, *operation.get("parameters", [])]
    sent = {parameter["name"] for parameter in parameters} | ({"body"} if "requestBody" in operation else set())
    taken = {
        name
        for name, parameter in inspect.signature(handler).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }
    if sent != taken:
        raise CompileError(
            f"operationId '{operation_id}': the contract sends {sorted(sent)}, its handler takes {sorted(taken)}"
        )
    return handler
