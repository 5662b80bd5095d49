"""What is right on one connection and wrong on the next."""

from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import Call, Request, Response
from ..reference_server.world import Document, Key, Run
from .scripts import ALL, COMPANY, LOOK, SET

planted = Catalog("stale")
NAMED_BY = "connection.sees_writes"


class ByConnection(ReferenceServer):
    """Keeps something for each connection. Direct calls have none."""

    def __init__(self, fixture: Path | Document) -> None:
        self.of: dict[str, dict[Any, Any]] = {}
        super().__init__(fixture)

    def handle(self, request: Request) -> Response:
        self.here = self.of.setdefault(request.connection, {})
        return super().handle(request)


@planted.documented(NAMED_BY, f"<Connection: 1> {LOOK} && <Connection: 2> {SET} && <Connection: 1> {LOOK}")
class GetKeptByConnection(ByConnection):
    """A connection that has got a run goes on getting it as it was, unless it writes to it itself."""

    def get_run(self, call: Call) -> Response:
        return Response(200, self.here.setdefault(id(call.run), super().get_run(call).body))

    def changed(self, call: Call) -> Response:
        self.here.pop(id(call.run), None)
        return super().changed(call)


@planted.documented(NAMED_BY, f"<Connection: 1> {ALL} && <Connection: 2> {SET} && <Connection: 1> {ALL}")
class ListKeptByConnection(ByConnection):
    """A connection goes on listing what it first listed, unless it writes itself."""

    def list_runs(self, call: Call) -> Response:
        return Response(200, self.here.setdefault(call.request.target, super().list_runs(call).body))

    def changed(self, call: Call) -> Response:
        self.here.clear()
        return super().changed(call)


class Uncommitted(ByConnection):
    """What a connection has written is seen by it alone, until it ends."""

    def before(self, call: Call) -> dict[int, Run]:
        """The runs that others have written on connections that are open, as they were."""
        return {name: run for other, kept in self.of.items() if kept is not self.here for name, run in kept.items()}

    def change(self, run: Run, at: int, event: str, **fields: Any) -> None:
        if event != "wake":
            self.here.setdefault(id(run), deepcopy(run))
        super().change(run, at, event, **fields)

    def visible(self, call: Call) -> Iterable[Run]:
        kept = self.before(call)
        return [kept.get(id(run), run) for run in super().visible(call)]

    def get_run(self, call: Call) -> Response:
        return Response(200, self.single(self.before(call).get(id(call.run), call.run)))


@planted.documented(NAMED_BY, f"<Connection: 1> {SET} && <Connection: 2> {LOOK}")
class WritesSeenWhenTheConnectionEnds(Uncommitted):
    """Others see a write once the connection that it came by has ended."""

    def hang_up(self, connection: str) -> None:
        self.of.pop(connection, None)


@planted.documented(NAMED_BY, f"<Connection: 1> {SET} && hang up 1 && <Connection: 2> {LOOK}")
class WritesLostWhenTheConnectionEnds(Uncommitted):
    """A write is undone when the connection that it came by ends."""

    def hang_up(self, connection: str) -> None:
        by_id = {id(run): run for world in self.worlds.values() for run in world.runs.values()}
        for name, before in self.of.pop(connection, {}).items():
            if name in by_id:
                vars(by_id[name]).update(vars(before))


@planted.documented(f"{NAMED_BY} access. scope. me.", f"<Connection: 1> {LOOK} && ro: <Connection: 1> {COMPANY}")
class KeyKeptByConnection(ByConnection):
    """A connection keeps the first key that it came with."""

    def find_key(self, call: Call) -> Key:
        key: Key = self.here.setdefault("key", super().find_key(call))
        return key
