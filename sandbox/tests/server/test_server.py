"""The server's protocol, spoken to in bytes: what uvicorn does not bound by itself is bounded here."""

import asyncio

import pytest
import uvicorn
from sequences_sandbox.server.server import LimitedProtocol
from uvicorn.server import ServerState

LIMIT = 64 * 1024
SMALL = b"GET /small HTTP/1.1\r\nHost: sandbox\r\n\r\n"


async def _app(scope, receive, send):
    """Answers with the path, the size of the body and the names of the headers."""
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    names = b",".join(name for name, _ in scope["headers"])
    body = b"%b %d %b" % (scope["path"].encode(), size, names)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


async def _answers(*chunks, wait_for=None):
    loop, state = asyncio.get_running_loop(), ServerState()
    config = uvicorn.Config(_app, http=LimitedProtocol, ws="none", lifespan="off", log_config=None)
    config.load()
    server = await loop.create_server(lambda: LimitedProtocol(config, state, {}), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    ended = asyncio.ensure_future(reader.read()) if wait_for is None else None
    try:
        for chunk in chunks:
            if ended is not None and ended.done():
                break
            writer.write(chunk)
            await writer.drain()
            for _ in range(10):  # turns of the loop, in which the chunk arrives by itself
                await asyncio.sleep(0)
            if wait_for is not None:
                await asyncio.wait_for(reader.readuntil(wait_for), 10)
        return await asyncio.wait_for(ended or reader.read(), 10)
    finally:
        writer.close()
        server.close()


def answers(*chunks, wait_for=None):
    """What the server sends until it closes the connection; with `wait_for`, what it sends after the last of these."""
    return asyncio.run(_answers(*chunks, wait_for=wait_for))


def request(path, size, *more, body=b""):
    """A request of which the server closes the connection, with a header of `size` bytes."""
    lines = [f"POST {path} HTTP/1.1", "Host: sandbox", "Connection: close", f"X-Long: {'x' * size}", *more]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def test_a_long_head_within_the_limit_is_read():
    assert b"/long 0" in answers(request("/long", LIMIT - 200))


def test_a_head_over_the_limit_is_refused_and_the_connection_closed():
    assert answers(request("/long", LIMIT)).startswith(b"HTTP/1.1 400 ")


def test_a_head_that_never_ends_is_refused_at_the_limit():
    endless = [b"GET /endless HTTP/1.1\r\nX-Long: ", *[b"x" * 1024] * 65]
    assert answers(*endless).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("times", [1, 5])
def test_a_body_is_not_counted_as_part_of_a_head(times):
    body = b"b" * LIMIT * times
    assert b"/body %d" % len(body) in answers(SMALL, request("/body", 1, body=body))


CHUNKED = b"POST /chunked HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("ending", [b"0\r\nX-Trailer: 1\r\nAuthorization: Bearer x\r\n\r\n", b"0;extension=1\r\n\r\n"])
def test_trailers_and_extensions_of_chunks_are_read_and_are_no_headers(ending):
    answer = answers(CHUNKED + b"2;extension=1\r\nab\r\n" + ending)
    assert answer.endswith(b"/chunked 2 host,connection,transfer-encoding")


@pytest.mark.parametrize(
    ("begun", "more"),
    [
        (b"0\r\n", b"X-Trailer: 1\r\n" * 64),
        (b"0\r\nX-Trailer: ", b"x" * 1024),
        (b"2\r\nab\r\n2;extension=", b"x" * 1024),
    ],
)
def test_what_is_neither_head_nor_body_is_refused_at_the_limit_of_a_head(begun, more):
    assert answers(CHUNKED, begun, *[more] * 80).startswith(b"HTTP/1.1 400 ")


def test_a_chunked_body_of_many_small_pieces_is_a_body():
    pieces = [b"1\r\nx\r\n" * 1024] * 30
    assert b"/chunked 30720 " in answers(CHUNKED, *pieces, b"0\r\n\r\n")


def test_requests_sent_together_are_answered_in_order():
    text = answers(SMALL * 3 + request("/last", 1))
    assert text.count(b"/small 0") == 3
    assert text.index(b"/small") < text.index(b"/last")


def test_an_offer_of_another_protocol_is_declined_without_a_word_and_the_connection_goes_on(caplog):
    offer = b"GET /offer HTTP/1.1\r\nHost: sandbox\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    assert answers(offer, request("/after", 1), wait_for=b" 0 ") == b"host,connection,x-long,content-length"
    assert caplog.records == []


def test_what_is_not_http_is_refused():
    assert answers(b"\x16\x03\x01 hello\r\n\r\n").startswith(b"HTTP/1.1 400 ")
