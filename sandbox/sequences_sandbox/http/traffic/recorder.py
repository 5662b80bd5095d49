"""What is kept of every request for the contract's paths: its line in the journal, and an event.

It is kept before the response is sent, so that whoever has the response finds it in the journal.
"""

import traceback
from typing import Final

from ...domain.errors import UnauthorizedIssue, UnavailableIssue
from ...store.records import KeyRecord
from ...traffic.journal import MOST_BODY_BYTES, Entry
from ...worlds.events import REQUEST
from ...worlds.worlds import Worlds
from ..operation import Authenticator
from ..request.context import RequestContext
from ..responses import Response
from .access_log import Log


class Recorder:
    """Keeps requests with the world of their key, and with the default world those that have no valid key.

    Of the latter a `discreet` one keeps neither query, headers nor body: where anonymous visitors call, each could read
    there what another sent by mistake. Of the others the headers named in `kept` are kept. What cannot be kept is logged,
    and takes no response away.
    """

    def __init__(
        self,
        worlds: Worlds,
        log: Log,
        default_world: str,
        authenticate: Authenticator,
        kept: frozenset[bytes],
        *,
        discreet: bool,
    ) -> None:
        self._worlds: Final = worlds
        self._log: Final = log
        self._default_world: Final = default_world
        self._authenticate: Final = authenticate
        self._kept: Final = kept
        self._discreet: Final = discreet

    def record(self, context: RequestContext, response: Response, seconds: float) -> None:
        """Keeps a request, and its response as it will be sent."""
        if context.injection is not None:
            seconds += context.injection.delay_seconds
        try:
            self._keep(context, response, seconds)
        except UnavailableIssue:
            return  # While its database is gone a sandbox says so in its responses, and has no journal.
        except Exception:  # noqa: BLE001  # whatever the store fails with
            self._log.failure(context, traceback.format_exc())

    def _keep(self, context: RequestContext, response: Response, seconds: float) -> None:
        key = context.key or self._key(context)
        world_id = self._default_world if key is None else key.world_id
        try:
            world = self._worlds.at_hand.get(world_id) or self._worlds.refreshed(world_id)
        except UnauthorizedIssue:
            return  # The world is gone, and its journal with it.
        query, headers, body = context.query, context.headers, context.body
        if key is None and self._discreet:
            query, headers, body = b"", (), b""
        entry = Entry(
            context.request_id,
            world.moment.clock.now(context.wall) if context.now is None else context.now,
            context.method,
            context.raw_path,
            query,
            context.operation_id,
            None if key is None else key.name,
            response.status,
            seconds,
            None if context.injection is None else context.injection.label,
            tuple([pair for pair in headers if pair[0] in self._kept]),
            body[:MOST_BODY_BYTES],
            len(body),
            tuple(response.headers),
            response.body[:MOST_BODY_BYTES],
            len(response.body),
            None if key is None else key.id,
        )
        self._worlds.store.append_journal(world_id, entry)
        if self._worlds.events.wanted(world_id, world.watched):
            self._worlds.events.publish(world_id, REQUEST, entry.summary())

    def _key(self, context: RequestContext) -> KeyRecord | None:
        """The key of a request that was rejected before its key was looked at."""
        try:
            return self._authenticate(context)
        except UnauthorizedIssue:
            return None
