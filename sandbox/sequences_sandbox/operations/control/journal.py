"""The tag Journal of the control API: requests and responses, and whether they were what they should be."""

from collections.abc import Mapping
from typing import Any, Final

from ... import __version__
from ...domain.errors import NotFoundIssue, ValidationIssue
from ...domain.query import envelope
from ...traffic.har import archive
from ...traffic.verification import Finding, count, in_order
from ...worlds.events import JOURNAL
from ...worlds.worlds import Caller
from .control import Control
from .journal_fields import read_journal_match, show_entry

_CREATOR: Final = "sequences-sandbox"
_NUMBERS: Final = ("exactly", "at_least", "at_most")


def listJournal(
    control: Control, caller: Caller, *, page: int, size: int, bodies: str, **filters: str
) -> dict[str, Any]:
    """A page of the journal, newest first. `filters` are what a match has."""
    world_id = caller.key.world_id
    wanted = read_journal_match(control.names(world_id), "", filters)
    matching = [entry for entry in control.worlds.store.read_journal(world_id) if wanted.matches(entry)][::-1]
    shown = matching[(page - 1) * size : page * size]
    items = [show_entry(entry, bodies=bodies == "true") for entry in shown]
    return envelope(items, len(matching), page, size)


def clearJournal(control: Control, caller: Caller) -> None:
    control.worlds.store.clear_traffic(caller.key.world_id, buckets=False)
    control.worlds.events.publish(caller.key.world_id, JOURNAL, {"event": "cleared"})


def getJournalEntry(control: Control, caller: Caller, *, request_id: str) -> dict[str, Any]:
    for entry in control.worlds.store.read_journal(caller.key.world_id):
        if entry.request_id == request_id:
            return show_entry(entry, bodies=True)
    raise NotFoundIssue(
        f"The journal of this world has no request {request_id}; the oldest are dropped, and other worlds have their own.",
        field="request_id",
        value=request_id,
    )


def getJournalHar(control: Control, caller: Caller) -> dict[str, Any]:
    """The journal as an HTTP Archive, oldest first."""
    return archive(control.worlds.store.read_journal(caller.key.world_id), _CREATOR, __version__)


def verifyJournal(control: Control, caller: Caller, *, body: Mapping[str, Any]) -> dict[str, Any]:
    world_id = caller.key.world_id
    names = control.names(world_id)
    numbers = {name: body[name] for name in _NUMBERS if name in body}
    if "in_order" in body:
        if numbers:
            raise _contradiction("in_order", next(iter(numbers)))
        order = [read_journal_match(names, f"in_order/{at}/", match) for at, match in enumerate(body["in_order"])]
        return _fields(in_order(control.worlds.store.read_journal(world_id), order))
    at_least, at_most = _bounds(numbers)
    wanted = read_journal_match(names, "match/", body["match"])
    return _fields(count(control.worlds.store.read_journal(world_id), wanted, at_least, at_most))


def _bounds(numbers: Mapping[str, int]) -> tuple[int | None, int | None]:
    """The least and the most that are asked for; one or more where no number is."""
    if not numbers:
        return 1, None
    if "exactly" in numbers:
        if len(numbers) > 1:
            raise _contradiction("exactly", next(name for name in numbers if name != "exactly"))
        return numbers["exactly"], numbers["exactly"]
    at_least, at_most = numbers.get("at_least"), numbers.get("at_most")
    if at_least is not None and at_most is not None and at_least > at_most:
        raise ValidationIssue(
            f"'at_least' is {at_least} and 'at_most' {at_most}; no number is both.",
            field="at_least",
            problem="not allowed",
        )
    return at_least, at_most


def _contradiction(one: str, other: str) -> ValidationIssue:
    return ValidationIssue(
        f"'{one}' and '{other}' do not go together; give one of them.", field=other, problem="contradiction"
    )


def _fields(finding: Finding) -> dict[str, Any]:
    nearest = [{"request_id": near.request_id, "differs": list(near.differs)} for near in finding.nearest]
    return {"ok": finding.ok, "count": finding.count, "nearest": nearest}
