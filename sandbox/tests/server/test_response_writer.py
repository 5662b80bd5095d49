"""A response leaves in one write, whole and in order, whatever it is made of."""

import asyncio

import pytest
from sequences_sandbox.server.response_writer import ResponseWriter


class Transport:
    """Keeps what is written to it."""

    def __init__(self):
        self.written, self.closed = [], False

    def write(self, data):
        assert not self.closed
        self.written.append(data)

    def close(self):
        self.closed = True

    def is_closing(self):
        return self.closed


@pytest.fixture
def written():
    """What is written by a function of a writer, now and in the loop's next turn."""

    async def run(function):
        transport = Transport()
        function(ResponseWriter(transport, asyncio.get_running_loop()), transport)
        at_once = list(transport.written)
        await asyncio.sleep(0)
        return at_once, transport.written[len(at_once) :]

    return lambda function: asyncio.run(run(function))


@pytest.mark.parametrize(
    ("parts", "at_once", "later"),
    [
        ([b"head", b"body"], [b"headbody"], []),
        ([b"head", b""], [b"head"], []),
        ([b"head"], [], [b"head"]),
        ([b"head", b"body", b"more"], [b"headbody"], [b"more"]),
        ([b"head", b"body", b"head2", b"body2"], [b"headbody", b"head2body2"], []),
        ([b"head", b"x" * 100_000], [b"head", b"x" * 100_000], []),
    ],
)
def test_a_head_leaves_with_its_body_or_alone_in_the_next_turn(written, parts, at_once, later):
    assert written(lambda writer, _: [writer.write(part) for part in parts]) == (at_once, later)


def test_what_is_kept_back_leaves_before_the_connection_ends(written):
    assert written(lambda writer, _: [writer.write(b"head"), writer.close()]) == ([b"head"], [])


def test_nothing_is_written_to_a_connection_that_has_ended(written):
    assert written(lambda writer, transport: [writer.write(b"head"), transport.close()]) == ([], [])
