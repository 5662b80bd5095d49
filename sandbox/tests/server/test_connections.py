"""How many connections there may be, and which one gives way to a new one."""

import asyncio

import pytest
from sequences_sandbox.domain.limits import Share, host_limits
from sequences_sandbox.server.connections import Connections

from .conftest import serving, turns

REQUEST = b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n"


class Member:
    """A connection that waits for its client, or is at work."""

    def __init__(self, *, is_waiting=True):
        self.is_waiting, self.closed = is_waiting, False

    def close_idle(self):
        self.closed = True


@pytest.fixture
def reached():
    """The names of the limits that were reached."""
    return []


@pytest.fixture
def connections(reached):
    """Eight connections, three for one address; 10.0.0.1 is a proxy."""
    return Connections(Share("connections", None, 3, 8), "10.0.0.1".__eq__, reached.append)


def entered(connections, peer, number, *, is_waiting=True):
    members = [Member(is_waiting=is_waiting) for _ in range(number)]
    issues = [connections.enter(member, peer) for member in members]
    return members, [None if issue is None else issue.status_code for issue in issues]


def test_of_one_address_the_oldest_that_waits_gives_way_to_its_next(connections):
    members, issues = entered(connections, "1.1.1.1", 5)
    assert issues == [None] * 5
    assert [member.closed for member in members] == [True, True, False, False, False]
    assert connections.taken == 3


def test_an_address_whose_connections_are_all_at_work_gets_no_more_and_the_others_do(connections):
    members, issues = entered(connections, "1.1.1.1", 4, is_waiting=False)
    assert issues == [None, None, None, 429]
    assert entered(connections, "2.2.2.2", 1)[1] == [None]
    connections.leave(members[0], "1.1.1.1")
    assert entered(connections, "1.1.1.1", 1)[1] == [None]


def test_when_all_are_taken_the_address_with_most_gives_one_up(connections):
    proxied, _ = entered(connections, "10.0.0.1", 6)
    others, _ = entered(connections, "1.1.1.1", 2)
    assert entered(connections, "2.2.2.2", 1)[1] == [None]
    assert [member.closed for member in (*proxied, *others)] == [True] + [False] * 7
    assert connections.taken == 8


def test_when_the_address_with_most_is_all_at_work_the_next_with_one_that_waits_gives_it_up(connections, reached):
    proxied, _ = entered(connections, "10.0.0.1", 5, is_waiting=False)
    some, _ = entered(connections, "1.1.1.1", 2)
    one, _ = entered(connections, "3.3.3.3", 1)
    assert entered(connections, "2.2.2.2", 1)[1] == [None]
    assert [member.closed for member in (*proxied, *some, *one)] == [False] * 5 + [True, False, False]
    assert (connections.taken, reached) == (8, ["connections"])


def test_when_all_are_at_work_a_new_one_is_told_to_come_again(connections):
    entered(connections, "10.0.0.1", 8, is_waiting=False)
    assert entered(connections, "2.2.2.2", 1)[1] == [503]


def test_what_is_held_for_long_leaves_half_of_the_connections_and_descriptors_are_left_over():
    for descriptors in (256, 1024, 65_536):
        for shared in (True, False):
            limits = host_limits(descriptors, shared=shared)
            assert limits.streams.in_all + limits.delayed.in_all <= limits.connections.in_all // 2
            assert limits.connections.in_all <= descriptors - 128


async def _silent(number):
    connections = Connections(Share("connections", None, 4, 1000), lambda _: False)
    async with serving(connections=connections) as (address, state):
        opened = [await asyncio.open_connection(*address) for _ in range(number)]
        await turns()
        reader, writer = await asyncio.open_connection(*address)
        writer.write(REQUEST)
        response = await asyncio.wait_for(reader.readuntil(b"\r\n"), 10)
        ended = [await asyncio.wait_for(reader.read(), 10) for reader, _ in opened[: number - 3]]
        for _, each in [*opened, (reader, writer)]:
            each.close()
        while state.connections:
            await asyncio.sleep(0)
        return response, ended, connections.taken


def test_silent_connections_of_one_address_end_when_more_come_and_hold_nobody_off():
    response, ended, taken = asyncio.run(_silent(20))
    assert response.startswith(b"HTTP/1.1 200")
    assert ended == [b""] * 17
    assert taken == 0


async def _at_work():
    connections, never = Connections(Share("connections", None, 2, 1000), lambda _: False), asyncio.Event()

    async def app(scope, receive, send):
        await never.wait()

    async with serving(app, connections) as (address, state):
        opened = []
        for _ in range(2):
            opened.append(await asyncio.open_connection(*address))
            opened[-1][1].write(REQUEST)
        while sum(not each.is_waiting for each in state.connections) < 2:
            await asyncio.sleep(0)
        reader, writer = await asyncio.open_connection(*address)
        response = await asyncio.wait_for(reader.read(), 10)
        for _, each in [*opened, (reader, writer)]:
            each.close()
        never.set()
        await turns()
        return response


def test_a_refused_connection_is_told_why_in_the_form_of_errors():
    head, _, body = asyncio.run(_at_work()).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 429")
    assert b"retry-after: 5" in head
    assert b"connections of one client address" in body
