"""The protocol of one connection: what is read as a request, what is refused, and in what order responses come."""

import asyncio
import json

import pytest
from sequences_sandbox.server.protocol import Protocol

from sandbox.tests.memory import garbage_of

from .conftest import echo, serving, turns

LIMIT = 64 * 1024
SMALL = b"GET /small HTTP/1.1\r\nHost: sandbox\r\n\r\n"
CHUNKED = b"POST /chunked HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"


def request(path, size, *more, body=b""):
    """A request of which the server closes the connection, with a header of `size` bytes."""
    lines = [f"POST {path} HTTP/1.1", "Host: sandbox", "Connection: close", f"X-Long: {'x' * size}", *more]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def error(response):
    """The status and the body of an error, after asserting its form."""
    head, _, body = response.partition(b"\r\n\r\n")
    issue = json.loads(body)
    assert issue["status_code"] == int(head.split()[1])
    assert f"x-request-id: {issue['request_id']}".encode() in head
    assert b"connection: close" in head
    assert issue["message"]
    return issue["status_code"], issue


def pieces(data, size):
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1 << 20, 4096, 1000])
def test_a_head_is_read_up_to_the_bound_and_not_a_byte_more_however_it_arrives(responses, size):
    fits = request("/long", LIMIT - len(request("/long", 0)))
    assert len(fits) == LIMIT
    assert b"POST /long 0" in responses(*pieces(fits, size))
    assert error(responses(*pieces(request("/long", LIMIT - len(request("/long", 0)) + 1), size)))[0] == 431


@pytest.mark.parametrize("size", [1 << 20, 4096, 1000])
def test_a_url_over_the_bound_is_named_as_such_however_it_arrives(responses, size):
    status, issue = error(responses(*pieces(b"GET /%b HTTP/1.1\r\nHost: a\r\n\r\n" % (b"x" * LIMIT), size)))
    assert status == 414
    assert "URL" in issue["message"]


@pytest.mark.parametrize("begun", [b"GET /endless HTTP/1.1\r\nX-Long: ", b"GET /endless HTTP/1.1\r\n", b""])
def test_a_head_that_never_ends_is_refused_at_the_bound(responses, begun):
    assert error(responses(begun, *[b"\r\n" * 512 if not begun else b"x: y\r\n" * 200] * 80))[0] == 431


@pytest.mark.parametrize("times", [1, 5])
def test_a_body_is_not_counted_as_part_of_a_head(responses, times):
    body = b"b" * LIMIT * times
    assert b"/body %d" % len(body) in responses(SMALL, request("/body", 1, body=body))


@pytest.mark.parametrize("cut", range(1, 8))
def test_the_end_of_a_head_is_found_wherever_it_is_cut(responses, cut):
    whole = request("/cut", 1, body=b"b" * LIMIT * 2)
    end = whole.index(b"\r\n\r\n") + 6 - cut
    assert b"/cut %d" % (LIMIT * 2) in responses(whole[:end], whole[end:])


@pytest.mark.parametrize("ending", [b"0\r\nX-Trailer: 1\r\nAuthorization: Bearer x\r\n\r\n", b"0;extension=1\r\n\r\n"])
def test_trailers_and_extensions_of_chunks_are_read_and_are_no_headers(responses, ending):
    response = responses(CHUNKED + b"2;extension=1\r\nab\r\n" + ending)
    assert response.endswith(b"/chunked 2 host,connection,transfer-encoding")


@pytest.mark.parametrize("begun", [b"0\r\nX-Trailer: ", b"2\r\nab\r\n2;extension="])
def test_what_follows_a_head_is_bounded_too(responses, begun):
    assert error(responses(CHUNKED, begun, *[b"x" * (1 << 20)] * 17))[0] == 400


def test_a_chunked_body_of_many_small_pieces_is_a_body(responses):
    small = [b"1\r\nx\r\n" * 1024] * 30
    assert b"/chunked 30720 " in responses(CHUNKED, *small, b"0\r\n\r\n")


def test_requests_sent_together_are_answered_in_order(responses):
    text = responses(SMALL * 3 + request("/last", 1))
    assert text.count(b"/small 0") == 3
    assert text.index(b"/small") < text.index(b"/last")


def test_what_follows_a_request_that_ends_the_connection_is_not_read(responses):
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["path"])
        await echo(scope, receive, send)

    assert responses(request("/last", 1) + SMALL * 3, app=app).count(b"HTTP/1.1 200") == 1
    assert seen == ["/last"]


H2C = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"
WEBSOCKET = b"Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"


@pytest.mark.parametrize("offer", [H2C, WEBSOCKET])
@pytest.mark.parametrize("method", [b"GET", b"POST", b"PATCH", b"DELETE"])
@pytest.mark.parametrize(
    ("framing", "size"),
    [
        (b"\r\n", 0),
        (b"Content-Length: 5\r\n\r\nhello", 5),
        (b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 5),
        (b"Content-Length: 38\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: sandbox\r\n\r\n"[:-2], 38),
    ],
)
@pytest.mark.parametrize("cut", [None, 40, 150])
def test_an_offer_of_another_protocol_is_declined_and_its_request_read_whole(
    responses, caplog, offer, method, framing, size, cut
):
    whole = method + b" /offer HTTP/1.1\r\nHost: sandbox\r\n" + offer + framing
    chunks = [whole] if cut is None else [whole[:cut], whole[cut:]]
    text = responses(*chunks, request("/after", 1))
    assert text.count(b"HTTP/1.1 200") == 2
    assert b"%b /offer %d host,connection," % (method, size) in text
    assert b"POST /after 0" in text
    assert b"smuggled" not in text
    assert caplog.records == []


def test_an_offer_with_a_framing_that_is_ambiguous_is_refused(responses):
    head = b"POST /offer HTTP/1.1\r\nHost: sandbox\r\n" + H2C
    for framing in (b"Transfer-Encoding: identity\r\n\r\n", b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"):
        assert error(responses(head + framing))[0] == 400


@pytest.mark.parametrize(
    "data",
    [b"\x16\x03\x01 hello\r\n\r\n", b"\x16\x03\x01", b"BREW / HTTP/1.1\r\n\r\n", b"CONNECT a:1 HTTP/1.1\r\n\r\n"],
)
def test_what_is_not_http_is_refused_at_once(responses, data):
    assert error(responses(data))[0] == 400


@pytest.mark.parametrize("bad", [b"nonsense\r\n\r\n", request("/long", LIMIT)])
def test_an_error_comes_after_the_responses_to_what_came_before(responses, bad):
    text = responses(SMALL * 3 + bad)
    first, *others = text.split(b"HTTP/1.1 ")[1:]
    assert first.startswith(b"200")
    assert [other[:3] for other in others[:2]] == [b"200", b"200"]
    assert others[2][:1] == b"4"
    assert len(others) == 3


@pytest.mark.parametrize("before", [b"", SMALL])
def test_a_body_that_breaks_off_in_nonsense_gets_one_error_and_is_not_carried_out(responses, before):
    finished = []

    async def app(scope, receive, send):
        await echo(scope, receive, send)
        finished.append(scope["path"])

    text = responses(before + CHUNKED + b"2\r\nab\r\nnonsense\r\n\r\n", app=app)
    assert text.count(b"HTTP/1.1 200") == len(before and [1])
    assert text.count(b"HTTP/1.1 400") == 1
    assert b"/chunked 2" not in text


def test_pipelined_requests_are_not_parsed_while_others_wait():
    """Of a flood of requests only one waits beside the one that is under way, whatever arrived."""
    release, most = None, 0

    async def app(scope, receive, send):
        await release.wait()
        await echo(scope, receive, send)

    async def flood():
        nonlocal release, most
        release = asyncio.Event()
        async with serving(app) as (address, state):
            reader, writer = await asyncio.open_connection(*address)
            writer.write(SMALL * 20_000)
            await turns()
            (connection,) = state.connections
            assert len(connection.pipeline) == 1
            sent = 20_000 * len(SMALL)
            assert len(connection._incoming) < sent  # what the system holds is not read on either
            release.set()
            received = b""
            while received.count(b"HTTP/1.1 200") < 20_000:
                received += await reader.read(1 << 20)
                most = max(most, len(connection.pipeline))
            assert most <= 1
            writer.close()

    asyncio.run(flood())


def test_a_flood_of_requests_whose_responses_nobody_reads_is_not_carried_out():
    """Neither what was sent nor what waits to be sent grows with the flood."""
    begun = 0

    async def app(scope, receive, send):
        nonlocal begun
        begun += 1
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"65536")]})
        await send({"type": "http.response.body", "body": bytes(65536)})

    async def flood():
        async with serving(app) as (address, state):
            _, writer = await asyncio.open_connection(*address, limit=1)
            writer.write(SMALL * 50_000)
            for _ in range(20):
                await turns()
            (connection,) = state.connections
            assert connection.transport.get_write_buffer_size() < 1 << 20
            before = begun
            for _ in range(20):
                await turns()
            assert begun == before < 1000
            writer.transport.abort()

    asyncio.run(flood())


def test_a_connection_keeps_nothing_of_what_was_read_and_is_free_when_it_ends():
    large = b"POST / HTTP/1.1\r\nHost: sandbox\r\nContent-Length: 300000\r\n\r\n" + b"x" * 300_000

    async def exchange():
        async with serving() as (address, state):
            reader, writer = await asyncio.open_connection(*address)
            with garbage_of(Protocol) as left:
                writer.write(large)
                await reader.readuntil(b"POST / 300000")
                await turns()
                assert [each._incoming._data for each in state.connections] == [b""]
                writer.close()
                await writer.wait_closed()
                while state.connections:
                    await asyncio.sleep(0)
                await turns()
            assert left == []

    asyncio.run(exchange())
