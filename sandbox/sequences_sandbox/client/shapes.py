"""What the control API answers, as types. Instants are RFC 3339 texts. control.yaml says what each member means."""

from typing import Any, TypedDict


class Run(TypedDict):
    """A sequence, as the public API shows it."""

    id: str
    organization_id: str
    contact_id: str | None
    sequence_template_id: str
    status: str
    variables: dict[str, str] | None
    source_contact_list_id: str | None
    last_step_executed_at: str | None
    created_at: str
    updated_at: str


class Due(TypedDict):
    """What falls due."""

    at: str
    event: str
    sequence_id: str


Fired = TypedDict("Fired", {"at": str, "event": str, "sequence_id": str, "from": str, "to": str})
"""What happened to a run as time passed."""


class Advance(TypedDict):
    """Where the clock stands after a move, and what happened on the way: the first 1,000 in full."""

    now: str
    fired_count: int
    fired: list[Fired]


HistoryEntry = TypedDict(
    "HistoryEntry", {"at": str, "event": str, "by": str, "from": str | None, "to": str, "request_id": str | None}
)
"""One line of a run's history; `by` is client, clock or engine."""

Fault = TypedDict(
    "Fault",
    {"id": str, "match": dict[str, Any], "times": int | None, "for": str | None, "effect": dict[str, Any], "hits": int},
)
"""A fault, and how often it has happened."""


class Effect(TypedDict, total=False):
    """What a fault does: one of latency, status, close, body and drip_seconds."""

    latency: float | dict[str, Any]
    status: int
    type: str
    message: str
    retry_after: int
    close: str
    body: str
    drip_seconds: float


class Message(TypedDict):
    """A request or an answer; the body as far as it is kept, and its full size in bytes."""

    headers: dict[str, str]
    body: str | None
    body_size: int


class Entry(TypedDict):
    """One request of the journal, with its answer. Keys are named, never shown."""

    request_id: str
    at: str
    method: str
    path: str
    query: str
    operation: str | None
    key_name: str | None
    status: int
    milliseconds: float
    fault: str | None
    request: Message
    response: Message


class Snapshot(TypedDict):
    """A kept state; `created_at` is the machine's time, `now` the world's."""

    name: str
    created_at: str
    now: str


class Change(TypedDict):
    """A run that changed, and for each field what it was (`from`) and is (`to`)."""

    id: str
    fields: dict[str, dict[str, Any]]


class Diff(TypedDict):
    """What changed since a snapshot."""

    added: list[Run]
    removed: list[Run]
    changed: list[Change]
