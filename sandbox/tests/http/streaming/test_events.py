"""The stream of events, over real sockets: what is told, in which form, resumption, and a hundred streams at once."""

import asyncio
import json
import time

import httpx
import pytest
from sequences_sandbox.app import build
from sequences_sandbox.domain.errors import UnavailableIssue
from sequences_sandbox.http.offload import Offload
from sequences_sandbox.http.streaming.events import Streams
from sequences_sandbox.http.streaming.world_timers import WorldTimers
from sequences_sandbox.settings import Settings
from sequences_sandbox.worlds.events import EventBus

RUN = "88c23cea-f199-4cf0-964c-3f1e007417b7"
AUTHORIZED = {"Authorization": "Bearer topo_demo_readwrite"}
EVENTS = "/_sandbox/events"


class Reader:
    """Reads a stream event by event."""

    def __init__(self, response):
        self.response = response
        self.blocks = self._blocks()
        assert next(self.blocks) == [": listening"]

    def _blocks(self):
        lines = []
        for line in self.response.iter_lines():
            if line:
                lines.append(line)
            else:
                yield lines
                lines = []

    def next(self):
        """Id, kind and data of the next event; comments are passed over."""
        for lines in self.blocks:
            fields = dict(line.split(": ", 1) for line in lines if not line.startswith(":"))
            if fields:
                return int(fields["id"]), fields["event"], json.loads(fields["data"])
        return None


def listening(client, **headers):
    return client.stream("GET", EVENTS, headers=headers)


def test_a_stream_tells_of_runs_requests_the_clock_and_the_world(client):
    with listening(client) as response:
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert response.headers["cache-control"] == "no-store"
        reader = Reader(response)
        stopped = client.post(f"/v1/sequences/{RUN}/stop", json={"reason": "WIN", "scope": "CONTACT"})
        first, kind, run = reader.next()
        assert (kind, run["event"], run["by"]) == ("sequence", "stop", "client")
        assert (run["from"], run["to"]) == ("ACTIVE", "STOPPED_EARLY")
        assert run["sequence"] == stopped.json()
        assert run["request_id"] == stopped.headers["x-request-id"]
        second, kind, request = reader.next()
        assert (second, kind) == (first + 1, "request")
        assert (request["operation"], request["status"], request["fault"]) == ("stopSequence", 200, None)
        assert request["request_id"] == stopped.headers["x-request-id"]
        client.patch("/_sandbox/clock", json={"frozen": True})
        assert reader.next()[1:] == ("clock", client.get("/_sandbox/clock").json())
        client.post("/_sandbox/world/reset", json={})
        assert reader.next()[1:] == ("world", {"event": "reset"})
        client.delete("/_sandbox/journal")
        assert reader.next()[1:] == ("journal", {"event": "cleared"})


def test_a_reader_goes_on_after_the_last_event_that_it_has(client):
    with listening(client) as response:
        reader = Reader(response)
        for _ in range(3):
            client.get("/v1/sequences")
        seen = [reader.next() for _ in range(3)]
    client.get(f"/v1/sequences/{RUN}")
    with listening(client, **{"Last-Event-ID": str(seen[0][0])}) as response:
        reader = Reader(response)
        assert [reader.next() for _ in range(2)] == seen[1:]
        number, kind, request = reader.next()
        assert (number, kind, request["operation"]) == (seen[2][0] + 1, "request", "getSequence")


def test_an_id_that_is_no_number_is_refused(client):
    response = client.get(EVENTS, headers={"Last-Event-ID": "latest"})
    assert response.status_code == 400
    assert "a whole number" in response.json()["message"]


def test_a_stream_hears_only_of_its_own_world_and_ends_with_it(client):
    world = client.post("/_sandbox/worlds", json={}).json()
    key = {"Authorization": f"Bearer {world['organizations'][0]['api_keys'][0]['token']}"}
    with client.stream("GET", EVENTS, headers=key) as response:
        reader = Reader(response)
        client.get("/v1/sequences")
        client.get("/v1/sequences", headers=key)
        data, sender = reader.next()[2], world["organizations"][0]["api_keys"][0]
        assert (data["key_name"], data["key_id"]) == (sender["name"], sender["id"])
        client.delete("/_sandbox/world", headers=key)
        assert reader.next()[1:] == ("world", {"event": "deleted"})
        assert reader.next() is None


def test_events_want_a_key_and_head_does_not_wait(client):
    assert client.get(EVENTS, headers={"Authorization": ""}).status_code == 401
    assert client.head(EVENTS).headers["content-type"].startswith("text/event-stream")


def test_a_hundred_open_streams_hold_nothing_up_and_all_hear(client, url):
    async def listen_and_look():
        limits = httpx.Limits(max_connections=200)
        async with httpx.AsyncClient(base_url=url, headers=AUTHORIZED, timeout=20, limits=limits) as many:
            opened, heard = asyncio.Semaphore(0), asyncio.Semaphore(0)

            async def listen():
                async with many.stream("GET", EVENTS) as response:
                    async for line in response.aiter_lines():
                        if line == ": listening":
                            opened.release()
                        if line.startswith("data: ") and RUN in line:
                            heard.release()

            streams = [asyncio.ensure_future(listen()) for _ in range(100)]
            for _ in streams:
                await opened.acquire()
            answer = await many.get(f"/v1/sequences/{RUN}")
            for _ in streams:
                await heard.acquire()
            for stream in streams:
                stream.cancel()
            await asyncio.gather(*streams, return_exceptions=True)
            return answer.status_code, (await many.get(f"/v1/sequences/{RUN}")).status_code

    assert asyncio.run(asyncio.wait_for(listen_and_look(), 60)) == (200, 200)


AT_ONCE = Offload(blocking=False)


class Line:
    """An ASGI connection on which a stream is run: what is sent is noted, and the test says when the client goes."""

    def __init__(self, clock, sent):
        app = build(Settings(), clock)
        self.worlds, self.world_id = app.worlds, app.default.record.id
        self.sent = sent
        self.gone = asyncio.Event()

    async def receive(self):
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        self.sent(self, message.get("body", b""))

    async def run(self, heartbeat, offload=AT_ONCE):
        streams = Streams(self.worlds.events, WorldTimers(self.worlds, offload), offload, heartbeat)
        subscription = await streams.subscribe(self.world_id, None)
        start = {"type": "http.response.start", "status": 200, "headers": []}
        await asyncio.wait_for(streams.run(start, subscription, self.receive, self.send), 10)
        await asyncio.sleep(0.1)  # what was begun in a thread ends
        assert not self.worlds.events.wanted(self.world_id, watched=False)


def test_a_silent_stream_says_that_it_is_still_there_and_leaves_when_its_reader_goes(clock):
    bodies = []

    def sent(line, body):
        bodies.append(body)
        if bodies.count(b": still here\n\n") == 2:
            line.gone.set()

    async def run():
        await Line(clock, sent).run(heartbeat=0.001)

    asyncio.run(run())
    assert bodies[:2] == [b"", b": listening\n\n"]


def test_who_goes_while_a_timer_begins_in_a_thread_leaves_nothing(clock, monkeypatch):
    def sent(line, body):
        if body == b": still here\n\n":
            line.gone.set()

    subscribe = EventBus.subscribe
    monkeypatch.setattr(EventBus, "subscribe", lambda *what: (time.sleep(0.05), subscribe(*what))[1])

    async def run():
        await Line(clock, sent).run(heartbeat=0.01, offload=Offload(blocking=True))

    asyncio.run(run())


@pytest.mark.parametrize(("text", "missed"), [("", 2000), ("x" * 20_000, 2897)])
def test_a_reader_that_is_too_slow_loses_the_oldest_events_and_no_memory(clock, text, missed):
    ids = []

    def sent(line, body):
        if body == b": listening\n\n":
            for number in range(3000):
                line.worlds.events.publish(line.world_id, "clock", {"number": number, "deep": {"text": text}})
        elif body.startswith(b"id: "):
            ids.append(int(body.split()[1]))
            if ids[-1] == 3000:
                line.gone.set()

    async def run():
        await Line(clock, sent).run(heartbeat=5)

    asyncio.run(run())
    assert ids == list(range(missed + 1, 3001))


@pytest.mark.parametrize("step", ["watch", "read_after"])
def test_a_stream_that_cannot_begin_is_an_error_in_the_contracts_form(clock, monkeypatch, step):
    app = build(Settings(), clock)

    def away(asked):
        raise UnavailableIssue("The database is away.", retry_after_seconds=2)

    monkeypatch.setattr(app.worlds.store, step, away)

    async def listen():
        transport = httpx.ASGITransport(app.asgi)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get(EVENTS, headers={**AUTHORIZED, "Last-Event-ID": "1"})

    response = asyncio.run(listen())
    assert (response.status_code, response.headers["retry-after"]) == (503, "2")
    assert response.json()["message"] == "The database is away."
    assert response.json()["request_id"] == response.headers["x-request-id"]
    assert not app.worlds.events.wanted(app.default.record.id, watched=False)


def test_nothing_is_kept_of_a_world_that_nobody_watches(clock):
    app = build(Settings(), clock)
    store, world_id = app.worlds.store, app.default.record.id
    app.worlds.events.publish(world_id, "clock", {})
    assert store.read_after({world_id: 0}) == []


def test_of_many_large_changes_only_as_much_is_written_as_is_kept():
    app = build(Settings())
    bus, world = app.worlds.events, app.default.record.id
    heard, written = [], []
    leave = bus.subscribe(world, heard.append)

    class Large(dict):
        def items(self):
            written.append(1)
            return {"text": "é" * 20_000}.items()

    bus.publish(world, "sequence", *({"number": number, "of": Large(a=1)} for number in range(500)))
    leave()
    numbers = [json.loads(event.data)["number"] for event in heard]
    assert numbers == list(range(500 - len(numbers), 500))
    assert 10 <= len(numbers) <= 20
    assert len(written) <= len(numbers) + 1
