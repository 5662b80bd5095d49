"""The way of a request, from top to bottom.

    1. the operation is found by path and method                                   404, 405
    2. the body is read, within its limit
    3. the key is found, and its world brought up to date                          401
    4. the rate limit takes a token, and fault rules may inject something          429
    5. the key's scope                                                             403
    6. size, media type, parameters, JSON, schema                                  413, 415, 400
    7. the handler, in a transaction on the world                                  404, 409, 422
    8. the response, its journal entry, then the bytes

Steps 3 to 8 are `_handle`, which may ask the store. Limits and faults stand for a gateway before the API, which knows keys
and nothing of scopes. `connexion.middleware.abstract` is the seam that Connexion offers for middleware that works by
operation; the router is ours, since the contract wants responses to unknown paths, other methods, HEAD and OPTIONS that
Connexion's does not give.
"""

import asyncio
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping
from copy import copy
from functools import partial
from typing import Any, Final, TypeVar

from connexion.middleware.abstract import RoutedMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..domain.errors import CatchingUpIssue, CommitIssue, InternalIssue, Issue, ValidationIssue
from ..domain.limits import MOST_SLICES
from ..traffic.metrics import CLIENT_GONE
from ..worlds.api_keys import require_scope
from ..worlds.conflicts import again_after_conflicts
from ..worlds.worlds import Caller, TakesLongError
from .contract import ContractAPI, Services
from .operation import Operation
from .pages.pages import REQUEST_ID_HEADER
from .request.context import ClientGone, RequestContext
from .request.ids import RequestIds
from .responses import Encoder, Response, error_response
from .router import Router
from .streaming.events import last_event_id
from .traffic.injection import corrupt, send_injected, short_circuit

T = TypeVar("T")

_GUARDS: Final = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
"""On every response of a contract: no cache keeps what one key may read, and no browser takes data for a script."""
_LARGE_BODY_BYTES: Final = 128 << 10
_MOST_UNREAD_BYTES: Final = 128 << 10
_READS: Final = ("GET", "HEAD")


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
        self._catching_up: Final = asyncio.Lock()

    def add_api(self, specification: Any, **kwargs: Any) -> ContractAPI:
        """Compiles a contract. Connexion calls this once for each, at start."""
        base_path, private = kwargs["base_path"], kwargs.get("private", False)
        if not private:
            self._public += (f"{base_path}/".encode(),)
        own = {"services": self._services, "router": self._router}
        return super().add_api(specification, base_path=base_path, private=private, **own)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        context = RequestContext.of(scope, self._new_id(), self._services.wall())
        self._services.telemetry.began(context)
        try:
            await self._answer(context, scope, receive, send)
        finally:
            if context.release is not None:
                context.release()

    async def _answer(self, context: RequestContext, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        try:
            response = await self._respond(context, receive, began)
        except ClientGone:
            self._services.telemetry.finished(context, CLIENT_GONE, time.perf_counter() - began)
            return
        if response is None:
            await self.app(_page_scope(scope, context.request_id), _no_body, self._logged(context, began, send))
            return
        # Here and not in `_finished`, which may run in a thread: this is for the event loop's thread.
        self._services.telemetry.finished(context, response.status, time.perf_counter() - began)
        start = {"type": "http.response.start", "status": response.status, "headers": response.headers}
        if context.injection is not None:
            await send_injected(response, context.injection, scope, receive, send)
        elif response.subscription is not None:
            await self._services.streams.run(start, response.subscription, receive, send)
        else:
            await send(start)
            body = b"" if context.method == "HEAD" else response.body
            if len(body) > _MOST_UNREAD_BYTES:
                await send({"type": "http.response.body", "body": body, "more_body": True})
                body = b""  # passes when the client has taken what was before, and until then a place is held
            await send({"type": "http.response.body", "body": body})

    def _logged(self, context: RequestContext, began: float, send: Send) -> Send:
        """Sends the response of a page, and takes down its request."""

        async def send_logged(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._services.telemetry.finished(context, message["status"], time.perf_counter() - began)
            await send(message)

        return send_logged

    async def _respond(self, context: RequestContext, receive: Receive, began: float) -> Response | None:
        """The response, complete and recorded; None for a path of no contract."""
        try:
            found = self._router.find(context.raw_path)
            if found is None:
                return None
            route, texts = found
            if context.method == "OPTIONS":
                response = self._services.cors.options(context, route.allowed)
                return await self._services.offload(self._finished, context, response, began)
            operation = route.operation(context.method)
            context.operation_id = operation.operation_id
            response = await self._operate(operation, context, texts, receive, began)
            if response.stream is not None and context.method != "HEAD":
                response.subscription = await self._services.streams.subscribe(response.stream, response.after)
            return response
        except Issue as issue:
            response = _error(issue, context)
            return await self._services.offload(self._finished, context, response, began)

    async def _operate(
        self, operation: Operation, context: RequestContext, texts: Mapping[str, str], receive: Receive, began: float
    ) -> Response:
        """The response of an operation, complete and recorded. Raises CatchingUpIssue, RateLimitIssue."""
        long_from = operation.long_from
        if long_from is not None or (operation.takes_body and b"expect" in context):
            # A place is taken, or the body asked for, only by who is let in.
            admit = partial(self._admit, context, operation)
            admitted = await self._in_slices(self._services.offload, self._guarded, context, admit)
            if isinstance(admitted, Response):
                return await self._services.offload(self._finished, context, admitted, began)
        if operation.takes_body:
            await context.read_body(receive, _LARGE_BODY_BYTES, self._services.held.body)
        size = len(context.body)
        is_large = size > _LARGE_BODY_BYTES
        context.is_long = is_large or (long_from is not None and size >= long_from)
        if not context.is_long:
            try:
                return await self._in_slices(self._services.offload, self._handle, context, operation, texts, began)
            except TakesLongError:
                context.is_long = True
        self._services.held.work(context)
        # Who sends little does not wait for those who send much.
        queue = self._services.large_work if is_large else self._services.long_work
        address = self._services.held.addresses.of(context.peer, context.headers)
        return await self._in_slices(partial(queue, address), self._handle, context, operation, texts, began)

    async def _in_slices(self, offload: Callable[..., Awaitable[T]], work: Callable[..., T], *args: Any) -> T:
        """What the work gives, which lets others in while the world of the request is catching up.

        Raises CatchingUpIssue when that takes more goes than a request has.
        """
        for _ in range(MOST_SLICES):
            try:
                return await offload(work, *args)
            except CatchingUpIssue:
                async with self._catching_up:  # in each turn of the loop one of all that catch up goes on
                    await asyncio.sleep(0)
        return await offload(work, *args)

    def _handle(
        self, context: RequestContext, operation: Operation, texts: Mapping[str, str], began: float
    ) -> Response:
        work = partial(self._carry_out, context, operation, texts)
        return self._finished(context, self._guarded(context, work), began)

    def _guarded(self, context: RequestContext, work: Callable[[], T]) -> T | Response:
        """What the work returns, or the error response for its failure."""
        try:
            return work()
        except (CatchingUpIssue, TakesLongError):
            raise
        except Issue as issue:
            return _error(issue, context)
        except Exception:  # noqa: BLE001  # the last resort: whatever fails gives an error in the contract's form
            self._services.log.failure(context, traceback.format_exc())
            message = "The server failed unexpectedly; quote the request_id when you report it."
            return _error(InternalIssue(message), context)

    def _carry_out(self, context: RequestContext, operation: Operation, texts: Mapping[str, str]) -> Response:
        caller = context.caller or self._admit(context, operation)
        if isinstance(caller, Response):
            return caller
        if caller is not None and operation.long_from is not None:
            caller = caller._replace(others_wait=not context.is_long)
        result = operation.call(caller, operation.read(context, texts))
        encoded = self._encoder.long_response if context.is_long else self._encoder.small_response
        response = encoded(operation.status, result)
        if response.stream is not None:
            response.after = last_event_id(context)
            self._services.held.stream(context, response)
        return response

    def _admit(self, context: RequestContext, operation: Operation) -> Caller | Response | None:
        """Whoever calls, None where no key is needed; or what is injected in place of a response."""
        key = context.key = operation.authenticate(context)
        caller = None if key is None else Caller(key, context.request_id)
        if caller is not None and caller.key.world_id:
            # First, since it may take several goes, and the request counts once.
            caller = again_after_conflicts(caller, partial(self._caught_up, context))
        if not operation.private and key is not None and caller is not None:
            injection = self._services.admission.check(context, caller)
            if injection is not None:
                self._services.held.delay(context, key.world_id, injection)
                context.injection = injection
                if injection.short_circuits:
                    return short_circuit(injection, context.request_id, context.trace)
        if key is not None and operation.scope is not None:
            require_scope(key, operation.scope)
        if context.observes and context.method not in _READS:
            raise ValidationIssue(
                "The header 'X-Sandbox-Observer' is for reads; leave it out of a request that changes something.",
                field="X-Sandbox-Observer",
                problem="not allowed",
            )
        context.caller = caller
        return caller

    def _caught_up(self, context: RequestContext, caller: Caller) -> Caller:
        """The caller with its world, in which what fell due is applied. Raises CatchingUpIssue, CommitIssue."""
        world = self._services.worlds.visit(caller.key)
        now = context.now = world.now
        caller = caller._replace(world=world)
        if world.is_behind(now):
            self._services.worlds.transaction(caller).catch_up()
        return caller

    def _finished(self, context: RequestContext, response: Response, began: float) -> Response:
        """The response with the headers that every response carries, and what is injected into it; recorded."""
        if context.injection is not None:
            corrupt(response, context.injection)
        headers = response.headers
        headers.append((b"x-request-id", context.request_id.encode()))
        headers += _GUARDS
        headers += context.marks
        headers += self._services.cors.headers(context)
        if b"expect" in context and not context.body_read:
            # The client may send the body that it asked about or not; what follows on the connection is unknown.
            headers.append((b"connection", b"close"))
        if context.is_under(self._public) and not context.observes:
            self._services.recorder.record(context, response, time.perf_counter() - began)
        return response


def _error(issue: Issue, context: RequestContext) -> Response:
    if isinstance(issue, CommitIssue) and context.method in _READS:
        # A read changes nothing that could be in conflict: others were faster to apply what fell due, again and again.
        issue = CatchingUpIssue("Others change this world all the time; try again.", retry_after_seconds=1)
    # A copy has no traceback, whose frames hold the context: what holds itself is freed late, with all that a client sent.
    context.issue = copy(issue)
    return error_response(issue, context.request_id, context.trace)


async def _no_body() -> Message:
    """Pages read no bodies, so none is kept for them."""
    return {"type": "http.request", "body": b"", "more_body": False}


def _page_scope(scope: Scope, request_id: str) -> Scope:
    name = REQUEST_ID_HEADER.lower().encode()
    headers = [pair for pair in scope["headers"] if pair[0] not in (name, b"content-length", b"transfer-encoding")]
    return {**scope, "headers": [*headers, (name, request_id.encode())]}
