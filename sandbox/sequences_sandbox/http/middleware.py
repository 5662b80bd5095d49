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

from ..errors import InternalIssue, Issue, RateLimitIssue
from ..store.base import KeyRecord
from .answers import Answer, Encoder, refusal
from .compile import Operation
from .contract import ContractAPI, Services
from .delivery import deliver, disfigure, spared
from .events import last_event_id
from .exchange import ClientGone, Exchange
from .ids import RequestIds
from .pages import REQUEST_ID_HEADER
from .router import Router


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
        exchange = Exchange.of(scope, self._new_id(), self._services.wall())
        try:
            answer = await self._answer(exchange, receive)
        except ClientGone:
            return
        if answer is None:
            await self.app(_page_scope(scope, exchange.request_id), _no_body, send)
            return
        self._complete(exchange, answer)
        seconds = time.perf_counter() - began
        if exchange.raw_path.startswith(self._public):
            recorder = self._services.recorder
            if recorder.blocking:
                await recorder.note(exchange, answer, seconds)
            else:
                recorder.keep(exchange, answer, seconds)
        self._services.log.request(exchange, answer, seconds)
        if exchange.strike is not None:
            await deliver(answer, exchange.strike, scope, receive, send)
        elif answer.listen is not None and exchange.method != "HEAD":
            await self._services.streams.run(answer, answer.listen, receive, send)
        else:
            await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
            await send({"type": "http.response.body", "body": b"" if exchange.method == "HEAD" else answer.body})

    async def _answer(self, exchange: Exchange, receive: Receive) -> Answer | None:
        """The answer; None for a path of no contract."""
        try:
            found = self._router.find(exchange.raw_path)
            if found is None:
                return None
            route, texts = found
            if exchange.method == "OPTIONS":
                return self._services.cors.options(exchange, route.allowed)
            operation = route.operation(exchange.method)
            exchange.operation_id = operation.operation_id
            if self._services.blocking:
                key = exchange.key = await run_in_threadpool(operation.authenticate, exchange)
            else:
                key = exchange.key = operation.authenticate(exchange)
            if not operation.private and key is not None:
                return await self._befallen(exchange, operation, key, texts, receive)
            answer = await operation.answer(exchange, texts, receive)
            if answer.listen is not None:
                answer.after = last_event_id(exchange)
            return answer
        except Issue as issue:
            return refusal(issue, exchange.request_id)
        except ClientGone:
            raise
        except Exception:  # noqa: BLE001  # the last resort: whatever fails is answered in the contract's form
            self._services.log.failure(exchange, traceback.format_exc())
            message = "The server failed unexpectedly; quote the request_id when you report it."
            return refusal(InternalIssue(message), exchange.request_id)

    async def _befallen(
        self, exchange: Exchange, operation: Operation, key: KeyRecord, texts: Mapping[str, str], receive: Receive
    ) -> Answer:
        """The answer of an operation behind the gate. The journal wants the body of a refused request too."""
        try:
            await self._services.gate.admit(exchange, key)
        except RateLimitIssue:
            await operation.read_unused_body(exchange, receive)
            raise
        strike = exchange.strike
        if strike is not None and strike.spares_handler:
            await operation.read_unused_body(exchange, receive)
            return spared(strike, exchange.request_id)
        return await operation.answer(exchange, texts, receive)

    def _complete(self, exchange: Exchange, answer: Answer) -> None:
        """Gives an answer the headers that every answer carries, and what befalls it."""
        headers = answer.headers
        if exchange.strike is not None:
            disfigure(answer, exchange.strike)
        headers.append((b"x-request-id", exchange.request_id.encode()))
        headers += exchange.marks
        headers += self._services.cors.headers(exchange)
        if b"expect" in exchange.headers and not exchange.body_read:
            # The client may send the body that it asked about or not; what follows on the connection cannot be told.
            headers.append((b"connection", b"close"))


async def _no_body() -> Message:
    """Pages read no bodies, so none is kept for them."""
    return {"type": "http.request", "body": b"", "more_body": False}


def _page_scope(scope: Scope, request_id: str) -> Scope:
    name = REQUEST_ID_HEADER.lower().encode()
    headers = [pair for pair in scope["headers"] if pair[0] not in (name, b"content-length", b"transfer-encoding")]
    return {**scope, "headers": [*headers, (name, request_id.encode())]}
