"""The way of a request: in through the router, down to its operation, and out with what befell it.

`connexion.middleware.abstract` is the seam that Connexion offers for middleware that works by operation. This one compiles
each operation once and routes by its own tree, since the contract wants answers to unknown paths, other methods, HEAD and
OPTIONS that Connexion's router does not give.
"""

import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any, Final

from connexion.middleware.abstract import RoutedMiddleware
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..domain.errors import InternalIssue, Issue, RateLimitIssue
from ..store.base import KeyRecord
from .contract import ContractAPI, Services
from .operation import Operation
from .pages.pages import REQUEST_ID_HEADER
from .request.context import ClientGone, RequestContext
from .request.ids import RequestIds
from .responses import Encoder, Response, error_response
from .router import Router
from .streaming.events import last_event_id
from .traffic.injection import corrupt, send_injected, short_circuit


class ContractMiddleware(RoutedMiddleware[ContractAPI]):
    """Answers every request for a path of a contract, and passes the others on, to the pages.

    What is done with requests for a contract that is not private (limits, faults, the journal) leaves a private one alone.
    """

    api_cls = ContractAPI

    def __init__(self, app: ASGIApp, services: Services) -> None:
        super().__init__(app)
        self._services: Final = services
        self._router: Final[Router[Operation]] = Router()
        self._encoder: Final = Encoder()
        self._new_id: Final[Callable[[], str]] = RequestIds(services.wall)
        self._public: tuple[bytes, ...] = ()

    def add_api(self, specification: Any, **kwargs: Any) -> ContractAPI:
        """Compiles a contract. Connexion calls this once for each, at start."""
        own = {"services": self._services, "encoder": self._encoder, "router": self._router}
        base_path, private = kwargs["base_path"], kwargs.get("private", False)
        if not private:
            self._public += (f"{base_path}/".encode(),)
        return super().add_api(specification, base_path=base_path, private=private, **own)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        context = RequestContext.of(scope, self._new_id(), self._services.wall())
        try:
            answer = await self._answer(context, receive)
        except ClientGone:
            return
        if answer is None:
            await self.app(_page_scope(scope, context.request_id), _no_body, send)
            return
        self._complete(context, answer)
        seconds = time.perf_counter() - began
        if context.raw_path.startswith(self._public):
            recorder = self._services.recorder
            if recorder.blocking:
                await recorder.note(context, answer, seconds)
            else:
                recorder.keep(context, answer, seconds)
        self._services.log.request(context, answer, seconds)
        if context.inject is not None:
            await send_injected(answer, context.inject, scope, receive, send)
        elif answer.listen is not None and context.method != "HEAD":
            await self._services.streams.run(answer, answer.listen, receive, send)
        else:
            await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
            await send({"type": "http.response.body", "body": b"" if context.method == "HEAD" else answer.body})

    async def _answer(self, context: RequestContext, receive: Receive) -> Response | None:
        """The answer; None for a path of no contract."""
        try:
            found = self._router.find(context.raw_path)
            if found is None:
                return None
            route, texts = found
            if context.method == "OPTIONS":
                return self._services.cors.options(context, route.allowed)
            operation = route.operation(context.method)
            context.operation_id = operation.operation_id
            if self._services.blocking:
                key = context.key = await run_in_threadpool(operation.authenticate, context)
            else:
                key = context.key = operation.authenticate(context)
            if not operation.private and key is not None:
                return await self._befallen(context, operation, key, texts, receive)
            answer = await operation.answer(context, texts, receive)
            if answer.listen is not None:
                answer.after = last_event_id(context)
            return answer
        except Issue as issue:
            return error_response(issue, context.request_id)
        except ClientGone:
            raise
        except Exception:  # noqa: BLE001  # the last resort: whatever fails is answered in the contract's form
            self._services.log.failure(context, traceback.format_exc())
            message = "The server failed unexpectedly; quote the request_id when you report it."
            return error_response(InternalIssue(message), context.request_id)

    async def _befallen(
        self, context: RequestContext, operation: Operation, key: KeyRecord, texts: Mapping[str, str], receive: Receive
    ) -> Response:
        """The answer of an operation behind the gate. The journal wants the body of a refused request too."""
        try:
            await self._services.gate.admit(context, key)
        except RateLimitIssue:
            await operation.read_unused_body(context, receive)
            raise
        inject = context.inject
        if inject is not None and inject.short_circuits:
            await operation.read_unused_body(context, receive)
            return short_circuit(inject, context.request_id)
        return await operation.answer(context, texts, receive)

    def _complete(self, context: RequestContext, answer: Response) -> None:
        """Gives an answer the headers that every answer carries, and what befalls it."""
        headers = answer.headers
        if context.inject is not None:
            corrupt(answer, context.inject)
        headers.append((b"x-request-id", context.request_id.encode()))
        headers += context.marks
        headers += self._services.cors.headers(context)
        if b"expect" in context.headers and not context.body_read:
            # The client may send the body that it asked about or not; what follows on the connection cannot be told.
            headers.append((b"connection", b"close"))


async def _no_body() -> Message:
    """Pages read no bodies, so none is kept for them."""
    return {"type": "http.request", "body": b"", "more_body": False}


def _page_scope(scope: Scope, request_id: str) -> Scope:
    name = REQUEST_ID_HEADER.lower().encode()
    headers = [pair for pair in scope["headers"] if pair[0] not in (name, b"content-length", b"transfer-encoding")]
    return {**scope, "headers": [*headers, (name, request_id.encode())]}
