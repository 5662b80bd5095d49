"""Copies beside the runs: each kind of write forgets to bring one of them up to date. The next write of another kind does.

Which way of reading uses such a copy, and which write forgets it, make a fault of every pair.
"""

from collections.abc import Callable, Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any

from ..reference_server.alterations import Altering, Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import Call, Response
from ..reference_server.world import Document, Run
from .scripts import ALL, COMPANY, LOOK, RESUME, SET, STOP, UNTIL_TEN

planted = Catalog("stale")


class Stale(ReferenceServer):
    """Keeps runs as they were before a write of one kind, and reads these in one way."""

    forgetful = ""

    def __init__(self, fixture: Path | Document) -> None:
        self.kept: dict[int, Run] = {}
        self.writers: dict[int, str] = {}
        super().__init__(fixture)

    def reads_copy(self, call: Call) -> bool:
        """Whether this request reads the copies."""
        raise NotImplementedError

    def perform(self, call: Call) -> Response:
        if call.request.method != "GET":
            self.writers[id(call.world)] = call.key.id
        return super().perform(call)

    def end(self, call: Call, run: Run) -> None:
        before = deepcopy(run)
        super().end(call, run)
        if self.forgetful == "company" and run is not call.run:
            self.kept[id(run)] = before

    def change(self, run: Run, at: int, event: str, **fields: Any) -> None:
        before = deepcopy(run)
        super().change(run, at, event, **fields)
        if event == self.forgetful:
            self.kept[id(run)] = before
        else:
            self.kept.pop(id(run), None)

    def visible(self, call: Call) -> Iterable[Run]:
        found = super().visible(call)
        return [self.kept.get(id(run), run) for run in found] if self.reads_copy(call) else found

    def get_run(self, call: Call) -> Response:
        run = self.kept.get(id(call.run), call.run) if self.reads_copy(call) else call.run
        return Response(200, self.single(run))


def stale(write: str, reads_copy: Callable[[ReferenceServer, Call], bool]) -> Altering:
    return type("StaleRead", (Stale,), {"forgetful": write, "reads_copy": reads_copy})


def by_another_key(app: Any, call: Call) -> bool:
    return call.request.method == "GET" and app.writers.get(id(call.world)) not in (None, call.key.id)


def listing(condition: Callable[[Call], bool]) -> Callable[[ReferenceServer, Call], bool]:
    return lambda _, call: call.operation == "list" and condition(call)


#: How it is read: the words, the condition, and a request that does so in a probe.
READS: dict[str, tuple[str, Callable[[ReferenceServer, Call], bool], str]] = {
    "get": ("get", lambda _, call: call.operation == "get", "GET {run}"),
    "another_key": ("whoever reads with another key", by_another_key, "ro: GET {run}"),
    "whole_list": ("the list without filters", listing(lambda call: not call.query.filters), ALL),
    "status_filter": (
        "the list of a status", listing(lambda call: "status" in call.query.filters),
        f"{ALL}&status=ACTIVE && {ALL}&status=WAITING_FOR_LEAD && {ALL}&status=STOPPED_EARLY",
    ),
    "template_filter": (
        "the list of a template", listing(lambda call: "sequence_template_id" in call.query.filters),
        f"{ALL}&sequence_template_id={{template}}",
    ),
    "created_filter": (
        "the list between two times",
        listing(lambda call: any(name.startswith("created") for name in call.query.filters)),
        f"{ALL}&created_at_after=2020-01-01T00:00:00Z",
    ),
    "order_of_updates": (
        "the list sorted by updated_at", listing(lambda call: call.query.sort_by == "updated_at"),
        f"{ALL}&sort_by=updated_at",
    ),
    "later_pages": ("every page but the first", listing(lambda call: call.query.page > 1),
                    "GET /sequences?size=10&page=2 && GET /sequences?size=10&page=3"),
}  # fmt: skip
#: The write, its words, and how a probe writes and which run it then looks at.
WRITES: dict[str, tuple[str, str, str]] = {
    "update": ("an update", SET, "active"),
    "pause": ("a pause", UNTIL_TEN, "active"),
    "resume": ("a resume", f"{UNTIL_TEN} && {RESUME}", "active"),
    "stop": ("a stop", STOP, "active"),
    "company": ("the COMPANY stop of a sibling", COMPANY, "colleague"),
    "wake": ("the end of a pause", f"{UNTIL_TEN} && wait PT1H", "active"),
}
RULES = {"company": "seen.after_company_stop"}


def plant(write: str, read: str) -> None:
    words, script, name = WRITES[write]
    who, reads_copy, look = READS[read]
    summary = f"After {words} {who} shows a run as it was before."
    probe = f"{LOOK} && {script} && {look}".replace("{run}", f"{{{name}}}")
    rule = f"{RULES.get(write, f'seen.after_{write}')} seen.at_once"
    planted.add(f"{read}_stale_after_{write}", summary.replace("get shows", "a get shows"), "documented", rule, probe,
                stale(write, reads_copy))  # fmt: skip


for write_name in WRITES:
    for read_name in READS:
        if (write_name, read_name) != ("wake", "another_key"):  # nobody's key ends a pause
            plant(write_name, read_name)
