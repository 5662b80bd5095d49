"""How long a client may take: over the head of a request, its body, and over taking what is sent to it."""

import asyncio
import socket

import pytest
from sequences_sandbox.server.connection import taken_bytes, unread_bytes
from sequences_sandbox.server.idle_timeout import IdleTimeout, Pending
from sequences_sandbox.server.protocol import PATIENCE_SECONDS, SLOWEST_BYTES_A_SECOND

from .conftest import serving, turns


class Waiting:
    """A connection that waits for whatever the test says."""

    def __init__(self, what, seconds=10):
        self.what, self.seconds, self.closed = what, seconds, False

    def pending(self):
        return self.what and Pending(self.what, self.seconds)

    def close_idle(self):
        self.closed = True


def test_a_connection_that_waits_for_one_thing_too_long_is_closed_and_no_other_is():
    stalled, moving, idle, patient = Waiting("head"), Waiting("head"), Waiting(None), Waiting("unread", 16)
    timeout = IdleTimeout()
    for second in range(0, 20, 5):
        moving.what = f"request {second}"
        timeout.look([each for each in (stalled, moving, idle, patient) if not each.closed], second)
        assert stalled.closed is (second >= 10)
    assert (moving.closed, idle.closed, patient.closed) == (False, False, False)
    timeout.look([patient], 20)
    assert patient.closed


async def app(scope, receive, send):
    """Reads a body where one is announced, unless the path says that it is refused, and responds."""
    if scope["path"] != "/refused":
        while (message := await receive()).get("more_body"):
            pass
        if message["type"] == "http.disconnect":
            return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def _pending(chunks, answers):
    async with serving(app) as (address, state):
        reader, writer = await asyncio.open_connection(*address)
        for chunk in chunks:
            writer.write(chunk)
        for _ in range(answers):
            await asyncio.wait_for(reader.readuntil(b"ok"), 10)
        while not state.connections:
            await asyncio.sleep(0)
        (connection,) = state.connections
        await turns()
        pending, timeout = connection.pending(), IdleTimeout()
        for second in (0, PATIENCE_SECONDS - 1, PATIENCE_SECONDS):
            timeout.look([connection], second)
        closed = connection.transport.is_closing()
        writer.close()
        return (pending and pending.what[1]), closed


@pytest.mark.parametrize(
    ("chunks", "answers", "pending"),
    [
        ([], 0, "head"),
        ([b"GET / HT"], 0, "head"),
        ([b"GET / HTTP/1.1\r\nHost: a\r\nX: "], 0, "head"),
        ([b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"], 1, None),
        ([b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"GET / HTTP/1.1\r\nHost"], 1, "head"),
        ([b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"], 0, "body"),
        ([b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n", b"12345"], 0, "body"),
        ([b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab"], 0, "body"),
        ([b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n12"], 1, None),
        ([b"POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"], 1, "body"),
    ],
)
def test_a_request_that_is_begun_and_not_completed_is_waited_for_so_long_and_no_longer(chunks, answers, pending):
    assert asyncio.run(_pending(chunks, answers)) == (pending, pending is not None)


SIZE = 8 << 20


async def large(scope, receive, send):
    """Responds with more than the system keeps for a client that does not read."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % SIZE)]})
    await send({"type": "http.response.body", "body": bytes(SIZE)})


async def _seconds_until_dropped(taken_a_look, look_every=10):
    """When a connection is closed whose client takes so many bytes between two looks; None when it took all."""
    loop = asyncio.get_running_loop()
    async with serving(large) as (address, state):
        with socket.socket() as wire:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            wire.setblocking(False)
            await loop.sock_connect(wire, address)
            await loop.sock_sendall(wire, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            left = SIZE + len(await loop.sock_recv(wire, 10))
            (connection,) = state.connections
            timeout = IdleTimeout()
            for second in range(0, 3600, look_every):
                timeout.look([connection], second)
                await turns(10)
                if not state.connections:
                    return second
                due = taken_a_look
                while due > 0 and left > 0:
                    got = len(await asyncio.wait_for(loop.sock_recv(wire, due), 10))
                    due, left = due - got, left - got
                if left <= 100:
                    return None
                await asyncio.sleep(0.001)
    return None


BOUND = PATIENCE_SECONDS + SIZE / SLOWEST_BYTES_A_SECOND


@pytest.mark.parametrize("rate", [0, 600, 16_000])
def test_a_client_that_is_slow_over_the_whole_response_is_dropped_however_steadily_it_reads(rate):
    assert PATIENCE_SECONDS <= asyncio.run(_seconds_until_dropped(rate * 10)) <= BOUND + 10


def test_a_client_that_takes_its_response_in_time_is_not_dropped():
    assert asyncio.run(_seconds_until_dropped(2 * SLOWEST_BYTES_A_SECOND * 10)) is None


def test_what_a_client_has_taken_and_what_it_has_not_are_what_was_sent():
    """Both numbers are the system's; where it does not say, what was taken is unknown and nothing is made up."""

    async def measure():
        async with serving(large) as (address, state):
            reader, writer = await asyncio.open_connection(*address)
            writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n")
            await reader.readexactly(SIZE // 2)
            (connection,) = state.connections
            taken = taken_bytes(connection.transport)
            if taken is not None:
                head = 50
                assert abs(unread_bytes(connection.transport) + taken - SIZE) < 100 + head
            writer.transport.abort()

    asyncio.run(measure())
