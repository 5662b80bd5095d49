"""HTTP/1.1 with keep-alive over asyncio streams, one thread, no threads per connection."""

import asyncio
import contextlib
import itertools
import threading
from collections.abc import Iterator
from http import HTTPStatus

from .api import Api
from .messages import Request, Response

LARGEST_HEAD = 65_536
KEPT_BODY = 1_048_576


async def listen(app: Api, host: str, port: int) -> asyncio.Server:
    """Begin to response; port 0 lets the system choose."""
    numbers = itertools.count(1)

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = str(next(numbers))
        # A task that ends as cancelled would be reported by the streams as a failure.
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await exchange(app, reader, writer, connection):
                pass
        app.hang_up(connection)
        writer.close()

    return await asyncio.start_server(converse, host, port, limit=LARGEST_HEAD, backlog=512)


async def exchange(app: Api, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: str) -> bool:
    """One request and its response; False when the connection should end."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        request = parse_head(head)
        request.connection = connection
        if request.headers.get("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await read_body(reader, request)
    except (asyncio.LimitOverrunError, ValueError):
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        return False
    keep = request.headers.get("connection", "").lower() != "close"
    writer.write(render(await app.respond(request), head=request.method == "HEAD", keep=keep))
    await writer.drain()
    return keep


def parse_head(head: bytes) -> Request:
    """Request line and headers; ValueError when it is not HTTP/1.1."""
    line, *rows = head.decode("latin-1").split("\r\n")[:-2]
    method, target, version = line.split(" ")
    if not version.startswith("HTTP/1."):
        raise ValueError(version)
    headers: dict[str, str] = {}
    for row in rows:
        name, colon, value = row.partition(":")
        if not colon:
            raise ValueError(row)
        known = headers.get(name.lower())
        headers[name.lower()] = value.strip() if known is None else f"{known}, {value.strip()}"
    if not target.startswith("/"):
        target = "/" + target.partition("://")[2].partition("/")[2]
    return Request(method, target.partition("#")[0], headers)


async def read_body(reader: asyncio.StreamReader, request: Request) -> None:
    """Read the body to its end; one over the limit is read and dropped, so that the sender hears the response."""
    if request.headers.get("transfer-encoding", "").lower() == "chunked":
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            await take(reader, request, size)
            await reader.readexactly(2)
        while await reader.readuntil(b"\r\n") != b"\r\n":
            pass
    else:
        await take(reader, request, int(request.headers.get("content-length", 0)))


async def take(reader: asyncio.StreamReader, request: Request, size: int) -> None:
    while size:
        piece = await reader.readexactly(min(size, LARGEST_HEAD))
        size -= len(piece)
        request.oversize = request.oversize or len(request.body) + len(piece) > KEPT_BODY
        request.body = b"" if request.oversize else request.body + piece


def render(response: Response, *, head: bool, keep: bool) -> bytes:
    body = response.encoded()
    rows = [f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}"]
    rows += [f"{name}: {value}" for name, value in response.headers.items()]
    rows += [f"Content-Length: {len(body)}"] if response.status != 204 else []
    rows += [] if keep else ["Connection: close"]
    return "\r\n".join([*rows, "", ""]).encode("latin-1") + (b"" if head else body)


@contextlib.contextmanager
def serving(app: Api, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve from a thread of its own for as long as the block lasts; gives the base URL, `/v1` included."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    server = loop.run_until_complete(listen(app, host, port))
    thread.start()
    try:
        yield f"http://{host}:{server.sockets[0].getsockname()[1]}/v1"
    finally:
        asyncio.run_coroutine_threadsafe(end(server), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


async def end(server: asyncio.Server) -> None:
    """Close the listener and every conversation that is still open."""
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
