"""Request ids that are of their own as long as one request comes at a time."""

import asyncio
import time
from pathlib import Path

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import Request, Response
from ..reference_server.wire import ULID_LETTERS
from ..reference_server.world import Document

planted = Catalog("concurrency")
NAMED_BY = "race.request_ids shape.header.request_id shape.issue.request_id"
SEVERAL = " || ".join(["GET /sequences?size=1"] * 6)


def ulid(number: int) -> str:
    return "req_" + "".join(ULID_LETTERS[number >> shift & 31] for shift in range(125, -1, -5))


@planted.strict(NAMED_BY, SEVERAL)
class RequestIdsByTheMillisecond(ReferenceServer):
    """Requests of one millisecond share an id."""

    def request_id(self) -> str:
        return ulid(time.time_ns() // 1_000_000 << 80)


@planted.strict(NAMED_BY, "<Connection: 1> GET {active} && <Connection: 2> GET {active}")
class RequestIdsCountedByConnection(ReferenceServer):
    """Request ids count the requests of a connection."""

    def __init__(self, fixture: Path | Document) -> None:
        self.counts: dict[str, int] = {}
        self.connection = ""
        super().__init__(fixture)

    def handle(self, request: Request) -> Response:
        self.connection = request.connection
        self.counts[self.connection] = self.counts.get(self.connection, 0) + 1
        return super().handle(request)

    def request_id(self) -> str:
        return ulid(self.counts[self.connection])


@planted.strict(NAMED_BY, SEVERAL)
class RequestsAtOnceShareAnId(ReferenceServer):
    """Requests at the same time have the id of the last one."""

    async def respond(self, request: Request) -> Response:
        self.last = super().request_id()
        await asyncio.sleep(0.002)
        return self.handle(request)

    def request_id(self) -> str:
        return self.last
