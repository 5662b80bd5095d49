"""An operation of a contract, compiled at start: what its requests must be like, and the handler that carries them out."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final

from ..store.records import KeyRecord
from ..worlds.conflicts import again_after_conflicts
from ..worlds.worlds import Caller
from .request.body import Body, too_large
from .request.context import RequestContext
from .request.parameters import Parameter, Query, read_path

Authenticator = Callable[[RequestContext], KeyRecord | None]
Handler = Callable[..., Any]


class CompileError(Exception):
    """A contract that names something which the program does not have."""


class Operation:
    """One operation. `private` says that it belongs to the sandbox itself and not to the API that it stands in for.

    From how many bytes of a body on it may take long, says `long_from`: 0 where what it computes grows with what a world
    holds, None where it never does.

    `authenticate` finds the key of a request, None where none is asked for; it raises UnauthorizedIssue.
    """

    def __init__(
        self,
        operation: Mapping[str, Any],
        shared: list[Mapping[str, Any]],
        handler: Handler,
        authenticate: Authenticator,
        *,
        private: bool,
    ) -> None:
        parameters = [*shared, *operation.get("parameters", [])]
        self.operation_id: Final[str] = operation["operationId"]
        self.scope: Final[str | None] = operation.get("x-required-scope")
        self.status: Final = min(int(status) for status in operation["responses"] if status.startswith("2"))
        self.long_from: Final[int | None] = operation.get("x-long-work")
        self.authenticate: Final = authenticate
        self.private: Final = private
        self._path: Final = {
            parameter["name"]: Parameter("Path parameter", parameter["name"], parameter["schema"])
            for parameter in parameters
            if parameter["in"] == "path"
        }
        self._query: Final = Query([parameter for parameter in parameters if parameter["in"] == "query"])
        self._body: Final = Body(operation["requestBody"]) if "requestBody" in operation else None
        self._handler: Final = handler

    @property
    def takes_body(self) -> bool:
        """Whether a body is read."""
        return self._body is not None

    def read(self, context: RequestContext, texts: Mapping[str, str]) -> dict[str, Any]:
        """The values of parameters and body. Raises the first issue in the contract's order: 413, 415, 400."""
        if context.too_large:
            raise too_large()
        if self._body is not None:
            content_types = context.all(b"content-type")
            self._body.check_headers(
                ", ".join(content_types) or None, context.header(b"content-encoding"), empty=not context.body
            )
        values = read_path(self._path, texts)
        values.update(self._query.read(context.query))
        if self._body is not None:
            values["body"] = self._body.read(context.body)
        return values

    def call(self, caller: Caller | None, values: Mapping[str, Any]) -> Any:
        """What the handler returns. Only one that meets conflicts again and again lets the client see the conflict."""
        return again_after_conflicts(caller, lambda one: self._handler(one, **values))


def require_handler(operation: Mapping[str, Any], shared: list[Mapping[str, Any]], handler: Handler | None) -> Handler:
    """The handler, after checking that it takes just what the contract sends it. Raises CompileError.

    One that takes further names by `**` hands them to what declares them.
    """
    operation_id = operation["operationId"]
    if handler is None:
        raise CompileError(f"operationId '{operation_id}' has no handler of that name")
    parameters = [*shared, *operation.get("parameters", [])]
    sent = {parameter["name"] for parameter in parameters} | ({"body"} if "requestBody" in operation else set())
    signature = inspect.signature(handler).parameters.values()
    taken = {parameter.name for parameter in signature if parameter.kind is inspect.Parameter.KEYWORD_ONLY}
    open_ended = any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in signature)
    if not (taken <= sent if open_ended else taken == sent):
        raise CompileError(
            f"operationId '{operation_id}': the contract sends {sorted(sent)}, its handler takes {sorted(taken)}"
        )
    return handler
