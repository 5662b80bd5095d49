"""The tag Journal of the control API: what was sent and answered, and whether it was what it should be."""

from collections.abc import Mapping
from typing import Any

from ... import __version__
from ...domain.errors import NotFoundIssue, ValidationIssue
from ...domain.query import pages
from ...domain.timestamps import format_timestamp, parse_timestamp
from ...traffic.har import archive
from ...traffic.journal import Entry, Wanted, text_of
from ...traffic.verification import Finding, count, in_order
from ...worlds.traffic_control import TrafficControl
from ...worlds.world import Caller

_CREATOR = "sequences-sandbox"
_NUMBERS = ("exactly", "at_least", "at_most")


def listJournal(
    control: TrafficControl,
    caller: Caller,
    *,
    page: int,
    size: int,
    operation: str | None = None,
    status: int | None = None,
    since: str | None = None,
    key_name: str | None = None,
) -> dict[str, Any]:
    """A page of the journal, newest first."""
    world_id = caller.key.world_id
    control.require_known(world_id, "", operation, key_name)
    wanted = Wanted(operation, status, key_name, None if since is None else parse_timestamp(since, round_up=True))
    fitting = [entry for entry in control.traffic.entries(world_id) if wanted.fits(entry)][::-1]
    number = pages(len(fitting), size)
    items = [_fields(entry) for entry in fitting[(page - 1) * size : page * size]]
    return {"items": items, "total_count": len(fitting), "total_pages": number, "has_more": page < number}


def clearJournal(control: TrafficControl, caller: Caller) -> None:
    """Empties the journal of the world."""
    control.traffic.clear_journal(caller.key.world_id)


def getJournalEntry(control: TrafficControl, caller: Caller, *, request_id: str) -> dict[str, Any]:
    """One request and its answer."""
    for entry in control.traffic.entries(caller.key.world_id):
        if entry.request_id == request_id:
            return _fields(entry)
    raise NotFoundIssue(
        f"The journal of this world has no request {request_id}; the oldest are dropped, and other worlds have their own.",
        field="request_id",
        value=request_id,
    )


def getJournalHar(control: TrafficControl, caller: Caller) -> dict[str, Any]:
    """The journal as an HTTP Archive, oldest first."""
    return archive(control.traffic.entries(caller.key.world_id), _CREATOR, __version__)


def verifyJournal(control: TrafficControl, caller: Caller, *, body: Mapping[str, Any]) -> dict[str, Any]:
    """Whether requests were sent: so many, or in an order."""
    world_id = caller.key.world_id
    numbers = {name: body[name] for name in _NUMBERS if name in body}
    if "in_order" in body:
        if numbers:
            raise _contradiction("in_order", next(iter(numbers)))
        order = [_wanted(control, world_id, f"in_order/{at}/", match) for at, match in enumerate(body["in_order"])]
        return _told(in_order(control.traffic.entries(world_id), order))
    at_least, at_most = _bounds(numbers)
    wanted = _wanted(control, world_id, "match/", body["match"])
    return _told(count(control.traffic.entries(world_id), wanted, at_least, at_most))


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


def _wanted(control: TrafficControl, world_id: str, field: str, match: Mapping[str, Any]) -> Wanted:
    since = parse_timestamp(match["since"], round_up=True) if "since" in match else None
    wanted = Wanted(**{**match, "since": since})
    control.require_known(world_id, field, wanted.operation, wanted.key_name)
    return wanted


def _told(finding: Finding) -> dict[str, Any]:
    nearest = [{"request_id": near.request_id, "differs": list(near.differs)} for near in finding.nearest]
    return {"ok": finding.ok, "count": finding.count, "nearest": nearest}


def _fields(entry: Entry) -> dict[str, Any]:
    return {
        "request_id": entry.request_id,
        "at": format_timestamp(entry.at),
        "method": entry.method,
        "path": entry.path,
        "query": entry.query,
        "operation": entry.operation,
        "key_name": entry.key_name,
        "status": entry.status,
        "milliseconds": entry.milliseconds,
        "fault": entry.fault,
        "request": _message(entry.request_fields(), entry.request_body, entry.request_size),
        "response": _message(entry.response_fields(), entry.response_body, entry.response_size),
    }


def _message(headers: dict[str, str], body: bytes, size: int) -> dict[str, Any]:
    return {"headers": headers, "body": text_of(body), "body_size": size}
