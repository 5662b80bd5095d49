"""What the sandbox returns, as types. Times are RFC 3339 texts. control.yaml says what each member means."""

from typing import Any, Generic, TypedDict, TypeVar

T = TypeVar("T")


class ListData(TypedDict, Generic[T]):
    """A list, or a page of one."""

    items: list[T]
    has_more: bool


class SequenceData(TypedDict):
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


class DueData(TypedDict):
    """A due event."""

    at: str
    event: str
    sequence_id: str


class ClockData(TypedDict):
    """The world's clock."""

    now: str
    frozen: bool
    next_due: DueData | None


FiredData = TypedDict("FiredData", {"at": str, "event": str, "sequence_id": str, "from": str, "to": str})
"""What happened to a run as time passed."""


class AdvanceData(TypedDict):
    """Where the clock stands after a move, and the events on the way: the first 1,000 in full."""

    now: str
    fired_count: int
    fired: list[FiredData]
    complete: bool
    left: dict[str, str] | None


HistoryData = TypedDict(
    "HistoryData", {"at": str, "event": str, "by": str, "from": str | None, "to": str, "request_id": str | None}
)
"""One line of a run's history; `by` is client, clock or engine."""

FaultData = TypedDict(
    "FaultData",
    {
        "id": str,
        "match": dict[str, Any],
        "times": int | None,
        "for": str | None,
        "enabled": bool,
        "effect": dict[str, Any],
        "state": str,
        "matched": int,
        "fired": int,
    },
)
"""A fault rule: its `state` is active, disabled, used_up or expired."""


class EffectData(TypedDict, total=False):
    """What a fault does: one of latency, status, close, body and drip_seconds."""

    latency: float | dict[str, Any]
    status: int
    type: str
    message: str
    retry_after: int
    close: str
    body: str
    drip_seconds: float


class MessageData(TypedDict):
    """A request or a response; the body as far as it is kept, and its full size in bytes.

    A header that was repeated has a list of its values.
    """

    headers: dict[str, str | list[str]]
    body: str | None
    body_size: int


class JournalData(TypedDict):
    """One request of the journal, with its response. Keys are named, never shown."""

    request_id: str
    at: str
    method: str
    path: str
    query: str
    operation: str | None
    key_name: str | None
    key_id: str | None
    status: int
    milliseconds: float
    fault: str | None
    user_agent: str | None
    request: MessageData
    response: MessageData


class SnapshotData(TypedDict):
    """A saved state; `created_at` is the real time, `now` the world's."""

    name: str
    created_at: str
    now: str


class ChangeData(TypedDict):
    """A document that changed, and for each field what it was (`from`) and is (`to`)."""

    kind: str
    id: str
    fields: dict[str, dict[str, Any]]


class DiffData(TypedDict):
    """What changed since a snapshot. A document has its `kind` and `id`, and what the public API shows of it."""

    added: list[dict[str, Any]]
    removed: list[dict[str, Any]]
    changed: list[ChangeData]
