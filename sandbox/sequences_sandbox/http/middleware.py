"""Connexion's way in: the contracts are registered here, and every request enters and leaves here.

`connexion.middleware.abstract` is the seam that Connexion offers for middleware that works by operation. This one compiles
each operation once and routes by its own tree, since the contract wants answers to unknown paths, other methods, HEAD and
OPTIONS that Connexion's router does not give.
"""

import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from connexion.middleware.abstract import RoutedAPI, RoutedMiddleware
from connexion.operations.abstract import AbstractOperation
from connexion.resolver import Resolver
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import InternalIssue, Issue, RateLimitIssue
from ..store.base import KeyRecord
from .answers import Answer, Encoder, refusal
from .compile import Authenticator, CompileError, Handler, Operation, require_handler
from .cors import Cors
from .delivery import deliver, disfigure, spared
from .events import Streams, last_event_id
from .exchange import ClientGone, Exchange
from .gate import Gate
from .ids import RequestIds
from .log import Log
from .pages import REQUEST_ID_HEADER
from .recorder import Recorder
from .router import Router
from .security import Hosts


@dataclass(frozen=True, slots=True)
class Services:
    """What the operations need: handlers by operationId, authenticators by security scheme, and the ways out."""

    handlers: Mapping[str, Handler]
    authenticators: Mapping[str, Authenticator]
    cors: Cors
    hosts: Hosts
    gate: Gate
    recorder: Recorder
    streams: Streams
    log: Log
    wall: Callable[[], int]
    blocking: bool


class HandlerResolver(Resolver):
    """Finds the handler of an operationId, and stops the start where there is none."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        super().__init__(handlers.get)


class ContractAPI(RoutedAPI[Operation]):
    """One contract, its operations compiled. A `private` one answers under the server's own host names only."""

    def __init__(
        self,
        specification: Any,
        *,
        services: Services,
        encoder: Encoder,
        router: Router[Operation],
        private: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(specification, resolver=HandlerResolver(services.handlers), **kwargs)
        self._services = services
        self._private = private
        self._encoder = encoder
        self._router = router
        self.add_paths()

    def make_operation(self, operation: AbstractOperation) -> Operation:
        """Compiles an operation and gives it its place in the tree."""
        path, method = operation.path, operation.method
        item = self.specification["paths"][path]
        raw, shared = item[method], item.get("parameters", [])
        compiled = Operation(
            raw,
            shared,
            require_handler(raw, shared, self._services.handlers.get(raw["operationId"])),
            self._authenticator(operation.security),
            self._encoder,
            blocking=self._services.blocking,
            private=self._private,
        )
        self._router.add(self.base_path, path, method, compiled)
        return compiled

    def _authenticator(self, security: list[Mapping[str, Any]]) -> Authenticator:
        authenticate = self._scheme([name for requirement in security for name in requirement])
        if not self._private:
            return authenticate
        hosts = self._services.hosts

        def authenticate_under_own_name(exchange: Exchange) -> KeyRecord | None:
            hosts.require(exchange)
            return authenticate(exchange)

        return authenticate_under_own_name

    def _scheme(self, names: list[str]) -> Authenticator:
        if not names:
            return lambda exchange: None
        if len(names) > 1 or names[0] not in self._services.authenticators:
            raise CompileError(
                f"security {names}: known are {sorted(self._services.authenticators)}, one for an operation"
            )
        return self._services.authenticators[names[0]]


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
