"""The stream of what happens in a world, as server-sent events: an async generator's work, no thread for any stream."""

import asyncio
from typing import Final

from starlette.types import Message, Receive, Send

from ...domain.errors import ValidationIssue
from ...store.records import StoredEvent
from ...worlds.events import REQUEST, EventBus
from ..offload import Offload
from ..request.context import RequestContext, until_gone
from ..subscription import Subscription
from .world_timers import WorldTimers

_HEARTBEAT_SECONDS: Final = 15.0
_LAST_EVENT_ID: Final = b"last-event-id"
_DELETED: Final = '{"event":"deleted"}'
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

    async def subscribe(self, world_id: str, after: int | None) -> Subscription:
        """Begins to collect what happens in a world, after the event with that number. Raises Issue where it cannot be."""
        loop = asyncio.get_running_loop()
        subscription = Subscription(world_id)

        def wake(event: StoredEvent) -> None:
            subscription.news.set()
            if event.kind != REQUEST:
                self._timers.wake(world_id)

        def receive_event(event: StoredEvent) -> None:
            subscription.add(event)
            loop.call_soon_threadsafe(wake, event)

        subscription.leave = await self._offload(self._events.subscribe, world_id, receive_event, after)
        return subscription

    async def run(self, start: Message, subscription: Subscription, receive: Receive, send: Send) -> None:
        """Sends what a subscription collects, until the client goes, or the world, or all streams end."""
        news = subscription.news
        unwatch = self._timers.watch(subscription.world_id)
        gone = asyncio.ensure_future(until_gone(receive))
        self._wake[news] = asyncio.get_running_loop()
        try:
            await send(start)
            await _write(send, b": listening\n\n")
            while not gone.done():
                ended = self._ended
                while (event := subscription.take()) is not None:
                    await _write(send, written(event))
                    await asyncio.sleep(0)  # others have their turn, however much there is to send
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
            subscription.leave()
            gone.cancel()
            del self._wake[news]

    async def _woken(self, news: asyncio.Event, gone: asyncio.Task[None]) -> bool:
        """Waits for news, or for the client to go; False when neither came for the time of a heartbeat."""
        woken = asyncio.ensure_future(news.wait())
        try:
            done, _ = await asyncio.wait({woken, gone}, timeout=self._heartbeat, return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()
        news.clear()
        return bool(done)


def written(event: StoredEvent) -> bytes:
    """An event in the form of a stream."""
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (event.number, event.kind.encode(), event.data.encode())


async def _write(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})
