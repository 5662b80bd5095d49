"""A server that is further away: a proxy that passes each response on some time after it came."""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from functools import partial

_CHUNK = 65_536


@contextlib.contextmanager
def away(port: int, seconds: float) -> Iterator[int]:
    """A port of this machine behind which lies another one, so many seconds away."""
    found: queue.Queue[tuple[int, Callable[[], object]]] = queue.Queue()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.closing(back), contextlib.closing(writer), contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(_copy(reader, back, 0.0), _copy(there, writer, seconds))

    async def listen() -> None:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(pass_on, "127.0.0.1", 0, backlog=512)
        found.put((server.sockets[0].getsockname()[1], partial(loop.call_soon_threadsafe, over.set)))
        await over.wait()
        server.close()

    thread = threading.Thread(target=lambda: asyncio.run(listen()), daemon=True)
    thread.start()
    here, stop = found.get(timeout=10)
    try:
        yield here
    finally:
        stop()
        thread.join(10)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    """Passes on what is read, each piece so long after it came; what follows a piece is not kept waiting twice."""
    loop = asyncio.get_running_loop()
    pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def write() -> None:
        while True:
            due, piece = await pieces.get()
            await asyncio.sleep(due - loop.time())
            if not piece:
                writer.close()
                return
            writer.write(piece)
            await writer.drain()

    async def read() -> None:
        piece = b"-"
        while piece:
            try:
                piece = await reader.read(_CHUNK)
            except ConnectionError:
                piece = b""
            pieces.put_nowait((loop.time() + seconds, piece))

    with contextlib.suppress(ConnectionError):
        await asyncio.gather(read(), write())
