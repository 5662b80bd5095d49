"""What is kept of every request for the contract's paths: its line in the journal, an event, and the tally.

It is kept before the answer is sent, so that whoever has the answer finds it in the journal.
"""

import traceback
from typing import Any, Final

from starlette.concurrency import run_in_threadpool

from ...domain.errors import UnauthorizedIssue, UnavailableIssue
from ...domain.timestamps import format_timestamp
from ...store.base import KeyRecord, Store
from ...traffic.journal import MOST_BODY_BYTES, SECRET_HEADERS, Entry
from ...traffic.metrics import Tally
from ...worlds.events import REQUEST, EventBus
from ..operation import Authenticator
from ..request.context import RequestContext
from ..responses import Response
from .access_log import Log


class Recorder:
    """Keeps requests with the world of their key, and with the default world those that have no valid key.

    Of the latter a `discreet` one keeps neither query, headers nor body: where strangers call, each could read there what
    another sent by mistake. What cannot be kept is told in the log, and takes no answer away.
    """

    def __init__(
        self,
        store: Store,
        listeners: EventBus,
        tally: Tally,
        log: Log,
        default_world: str,
        authenticate: Authenticator,
        *,
        discreet: bool,
    ) -> None:
        self._store: Final = store
        self._record: Final = store.traffic.record
        self.blocking: Final = store.blocking
        self._listeners: Final = listeners
        self._tally: Final = tally
        self._log: Final = log
        self._default_world: Final = default_world
        self._authenticate: Final = authenticate
        self._discreet: Final = discreet

    async def note(self, context: RequestContext, answer: Response, seconds: float) -> None:
        """Keeps a request, and its answer as it will be sent, in a store that can block."""
        await run_in_threadpool(self._try, context, answer, self._count(context, answer, seconds))

    def keep(self, context: RequestContext, answer: Response, seconds: float) -> None:
        """Keeps a request, and its answer as it will be sent, at once."""
        self._try(context, answer, self._count(context, answer, seconds))

    def _count(self, context: RequestContext, answer: Response, seconds: float) -> float:
        """Counts a request, on the event loop's thread; returns how long it takes with what befalls it."""
        inject = context.inject
        if inject is not None:
            seconds += (inject.milliseconds or 0) / 1000 + (inject.effect.drip_seconds or 0)
            self._tally.fault(inject.label)
        self._tally.request(context.operation_id, answer.status, seconds)
        return seconds

    def _try(self, context: RequestContext, answer: Response, seconds: float) -> None:
        try:
            self._keep(context, answer, seconds)
        except UnavailableIssue:
            return  # While its database is gone a sandbox says so in its answers, and has no journal.
        except Exception:  # noqa: BLE001  # whatever the store fails with
            self._log.failure(context, traceback.format_exc())

    def _keep(self, context: RequestContext, answer: Response, seconds: float) -> None:
        key = context.key or self._key(context)
        world_id = self._default_world if key is None else key.world_id
        try:
            moment = self._store.moment(world_id, context.wall)
        except KeyError:
            return  # The world is gone, and its journal with it.
        query, headers, body = context.query, context.headers, context.body
        if key is None and self._discreet:
            query, headers, body = b"", {}, b""
        for name in SECRET_HEADERS:
            headers.pop(name, None)
        entry = Entry(
            context.request_id,
            moment.epoch + moment.now,
            context.method,
            context.raw_path,
            query,
            context.operation_id,
            None if key is None else key.name,
            answer.status,
            seconds,
            None if context.inject is None else context.inject.label,
            headers,
            body[:MOST_BODY_BYTES],
            len(body),
            tuple(answer.headers),
            answer.body[:MOST_BODY_BYTES],
            len(answer.body),
        )
        self._record(world_id, entry)
        if self._listeners.wanted(world_id):
            self._listeners.publish(world_id, REQUEST, summary(entry))

    def _key(self, context: RequestContext) -> KeyRecord | None:
        """The key of a request that was refused before its key was looked at."""
        try:
            return self._authenticate(context)
        except UnauthorizedIssue:
            return None


def summary(entry: Entry) -> dict[str, Any]:
    """What listeners are told of a request; the journal has the rest."""
    return {
        "request_id": entry.request_id,
        "at": format_timestamp(entry.at),
        "method": entry.method,
        "path": entry.path,
        "operation": entry.operation,
        "key_name": entry.key_name,
        "status": entry.status,
        "milliseconds": entry.milliseconds,
        "fault": entry.fault,
    }
