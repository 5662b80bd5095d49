"""The server's protocol, spoken to in bytes: a small application behind it, and a connection to it."""

import asyncio
from contextlib import asynccontextmanager

import pytest
import uvicorn
from sequences_sandbox.domain.limits import Share
from sequences_sandbox.server.connections import Connections
from sequences_sandbox.server.protocol import Protocol
from uvicorn.server import ServerState

ANY = Share("connections", None, None, 1_000_000)


async def echo(scope, receive, send):
    """Responds with the method, the path, the size of the body and the names of the headers."""
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    names = b",".join(name for name, _ in scope["headers"])
    body = b"%b %b %d %b" % (scope["method"].encode(), scope["raw_path"], size, names)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def serving(app=echo, connections=None):
    """A server of `app`: its address, and its state, which has the connections."""
    loop, state = asyncio.get_running_loop(), ServerState()
    config = uvicorn.Config(app, http=Protocol, ws="none", lifespan="off", log_config=None)
    config.load()
    taken = connections or Connections(ANY, lambda _: False)
    server = await loop.create_server(lambda: Protocol(config, state, {}, connections=taken), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname(), state
    finally:
        server.close()


async def turns(number=100):
    """Lets the loop go round, so that what was sent arrives and what was scheduled happens."""
    for _ in range(number):
        await asyncio.sleep(0)


async def _exchange(chunks, wait_for, app):
    async with serving(app) as (address, _):
        reader, writer = await asyncio.open_connection(*address)
        ended = asyncio.ensure_future(reader.read()) if wait_for is None else None
        try:
            for chunk in chunks:
                if ended is not None and ended.done():
                    break
                writer.write(chunk)
                await writer.drain()
                await turns(10)  # in which the chunk arrives by itself
                if wait_for is not None:
                    await asyncio.wait_for(reader.readuntil(wait_for), 10)
            return await asyncio.wait_for(ended or reader.read(), 10)
        except (ConnectionResetError, BrokenPipeError):
            return await asyncio.wait_for(ended, 10)
        finally:
            writer.close()


@pytest.fixture
def responses():
    """What the server sends for chunks of bytes until it closes; with `wait_for`, what it sends after the last of these."""
    return lambda *chunks, wait_for=None, app=echo: asyncio.run(_exchange(chunks, wait_for, app))
