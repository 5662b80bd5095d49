"""Reads that lag behind writes for a while, as those of a replica do."""

import time
from collections.abc import Callable, Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any

from ..reference_server.alterations import Altering, Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import Call, Response
from ..reference_server.world import Document, Run
from .scripts import ALL, LOOK, SET

planted = Catalog("stale")


class Lagging(ReferenceServer):
    """Shows runs in some reads as they were `lag` seconds ago."""

    lag = 0.2

    def __init__(self, fixture: Path | Document) -> None:
        self.history: dict[int, list[tuple[float, Run]]] = {}
        super().__init__(fixture)

    def reads_late(self, call: Call) -> bool:
        raise NotImplementedError

    def change(self, run: Run, at: int, event: str, **fields: Any) -> None:
        now = time.monotonic()
        kept = [one for one in self.history.get(id(run), []) if one[0] > now - self.lag]
        self.history[id(run)] = [*kept, (now, deepcopy(run))]
        super().change(run, at, event, **fields)

    def seen(self, run: Run) -> Run:
        """The run as it was before the first change that does not show yet."""
        now = time.monotonic()
        return next((before for at, before in self.history.get(id(run), []) if at > now - self.lag), run)

    def visible(self, call: Call) -> Iterable[Run]:
        found = super().visible(call)
        return [self.seen(run) for run in found] if self.reads_late(call) else found

    def get_run(self, call: Call) -> Response:
        return Response(200, self.single(self.seen(call.run) if self.reads_late(call) else call.run))


def lagging(reads_late: Callable[[Any, Call], bool]) -> Altering:
    return type("LaggingReads", (Lagging,), {"reads_late": reads_late})


for name, summary, probe, reads_late in (
    ("reads_lag", "Every read shows a write 0.2 s later.", LOOK, lambda _, call: True),
    ("get_lags", "Get shows a write 0.2 s later.", LOOK, lambda _, call: call.operation == "get"),
    ("lists_lag", "Lists show a write 0.2 s later.", f"{ALL}&sort_by=updated_at", lambda _, call: call.operation == "list"),
):  # fmt: skip
    planted.add(name, summary, "documented", "seen.at_once", f"{SET} && {probe}", lagging(reads_late))
