"""The stream of what happens in a world, as server-sent events: an async generator's work, no thread for any stream.

A reader that is too slow loses the oldest events it has not read; it sees that by their ids.
"""

import asyncio
import threading
from collections import deque
from typing import Final

from starlette.types import Receive, Send

from ...domain.errors import ValidationIssue
from ...store.base import MOST_EVENT_BYTES, StoredEvent
from ...worlds.events import EventBus
from ..offload import Offload
from ..request.context import RequestContext, until_gone
from ..responses import Response, encode
from .world_timers import WorldTimers

_HEARTBEAT_SECONDS: Final = 15.0
_MOST_WAITING: Final = 1000
_LAST_EVENT_ID: Final = b"last-event-id"
_DELETED: Final = {"event": "deleted"}
_COME_AGAIN: Final = b"retry: 1000\n\n"


def last_event_id(context: RequestContext) -> int | None:
    """The number of the event that a stream is to go on after; None to begin at present. Raises ValidationIssue."""
    text = context.header(_LAST_EVENT_ID)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ValidationIssue(
            f"The header 'Last-Event-ID' is {text[:40]!r}; give the id of an event of this stream, a whole number.",
            field="Last-Event-ID",
            problem="not a whole number",
            value=text[:40],
        )
    return int(text)


class Streams:
    """Streams to subscribers. `heartbeat` is how many seconds a stream is silent at most."""

    def __init__(
        self, events: EventBus, timers: WorldTimers, offload: Offload, heartbeat: float = _HEARTBEAT_SECONDS
    ) -> None:
        self._events: Final = events
        self._timers: Final = timers
        self._offload: Final = offload
        self._heartbeat: Final = heartbeat
        self._wake: Final[dict[asyncio.Event, asyncio.AbstractEventLoop]] = {}
        self._ended = False

    def end(self) -> None:
        """Ends all, also those about to begin, with what happened and a hint when to come again. Safe for any thread."""
        self._ended = True
        for news, loop in list(self._wake.items()):
            loop.call_soon_threadsafe(news.set)

    async def run(self, response: Response, world_id: str, receive: Receive, send: Send) -> None:
        """Sends what happens in a world, until the client goes, or the world, or all streams end."""
        loop = asyncio.get_running_loop()
        waiting = _Backlog()
        news = asyncio.Event()

        def receive_event(event: StoredEvent) -> None:
            waiting.add(event)
            loop.call_soon_threadsafe(news.set)

        leave = await self._offload(self._events.subscribe, world_id, receive_event, response.after)
        unwatch = self._timers.watch(world_id)
        gone = asyncio.ensure_future(until_gone(receive))
        self._wake[news] = loop
        try:
            await send({"type": "http.response.start", "status": response.status, "headers": response.headers})
            await _write(send, b": listening\n\n")
            while not gone.done():
                ended = self._ended
                while (event := waiting.take()) is not None:
                    await _write(send, written(event))
                    if event.data == _DELETED:
                        await send({"type": "http.response.body", "body": b""})
                        return
                if ended:
                    await _write(send, _COME_AGAIN)
                    await send({"type": "http.response.body", "body": b""})
                    return
                if not await self._woken(news, gone):
                    await _write(send, b": still here\n\n")
        finally:
            unwatch()
            leave()
            gone.cancel()
            del self._wake[news]

    async def _woken(self, news: asyncio.Event, gone: asyncio.Task[None]) -> bool:
        """Waits for news, or for the client to go; False when neither came for the time of a heartbeat."""
        woken = asyncio.ensure_future(_wait(news))
        try:
            done, _ = await asyncio.wait({woken, gone}, timeout=self._heartbeat, return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()
        news.clear()
        return bool(done)


class _Backlog:
    """What waits for a reader; where that is too much, the oldest is gone. Safe for threads."""

    def __init__(self) -> None:
        self._events: deque[StoredEvent] = deque()
        self._bytes = 0
        self._lock: Final = threading.Lock()

    def add(self, event: StoredEvent) -> None:
        with self._lock:
            self._events.append(event)
            self._bytes += event.bytes
            while len(self._events) > _MOST_WAITING or (self._bytes > MOST_EVENT_BYTES and len(self._events) > 1):
                self._bytes -= self._events.popleft().bytes

    def take(self) -> StoredEvent | None:
        """The oldest one."""
        with self._lock:
            if not self._events:
                return None
            event = self._events.popleft()
            self._bytes -= event.bytes
            return event


async def _wait(news: asyncio.Event) -> None:
    await news.wait()


def written(event: StoredEvent) -> bytes:
    """An event in the form of a stream."""
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (event.number, event.kind.encode(), encode(event.data))


async def _write(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})
