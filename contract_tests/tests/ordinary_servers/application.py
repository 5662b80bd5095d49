"""What the ordinary servers do: sequences in memory, and errors of the documented form."""

import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

STATUSES = (
    "FOUND", "REFUSED", "ACTIVE", "WAITING_FOR_LEAD", "WAITING_FOR_USER", "SUCCEEDED", "COMPLETED", "FAILED",
    "STOPPED_EARLY",
)  # fmt: skip
ENDED = ("REFUSED", "SUCCEEDED", "COMPLETED", "FAILED", "STOPPED_EARLY")
_TYPES = {401: "UnauthorizedIssue", 403: "UnauthorizedIssue", 404: "NotFoundIssue", 409: "CommitIssue"}
_TYPES |= {400: "ValidationIssue", 422: "BusinessIssue"}
_NAMESPACE = uuid.UUID("5d3c5a39-2a7c-4a0e-9a3f-3c1f0f5f7a11")

Row = dict[str, Any]


class Problem(Exception):
    """An error response."""

    def __init__(self, status: int, message: str, type_: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.type = type_ or _TYPES[status]

    @property
    def body(self) -> Row:
        return {"type": self.type, "status_code": self.status, "message": str(self)}


@dataclass(frozen=True)
class Freedoms:
    """Where the documents leave something open, what a server does: statuses of errors, forms of values, order.

    `tick` is the precision of `updated_at` and `sweep` the time between two looks for pauses that are over, in seconds;
    0 means that each request looks.
    """

    bad_value: int = 400
    not_allowed: int = 422
    tick: float = 1e-6
    sweep: float = 0.0
    null_variables: bool = True
    pages_of_nothing: int = 0
    repauses: bool = True
    stops_paused: bool = True
    optional_scope: bool = False
    optional_reason: bool = False
    status_order: Callable[[str], Any] = str
    ties_descending: bool = False
    write_id: Callable[[str], str] = str
    write_time: Callable[[datetime], str] = lambda at: at.isoformat().replace("+00:00", "Z")


def _id(*words: object) -> str:
    return str(uuid.uuid5(_NAMESPACE, "/".join(map(str, words))))


def document(runs: int) -> Row:
    """A fixture of two organizations, the first with that many runs, the second with two."""
    keys = {"readwrite": ["read", "write"], "readonly": ["read"], "writeonly": ["write"], "noscope": []}
    organizations = []
    for number, count in enumerate((runs, 2)):
        contacts = [
            {
                "id": _id("contact", number, i),
                "company_domain": f"company{i // 3}.example" if i % 7 else None,
                "company_name": f"Company {i // 21}" if i % 14 else None,
            }
            for i in range(count)
        ]
        organizations.append(
            {
                "id": _id("organization", number),
                "api_keys": [
                    {"token": f"topo_ordinary{number}_{name}", "scopes": [f"sequences:{scope}" for scope in scopes]}
                    for name, scopes in keys.items()
                ],
                "contacts": contacts,
                "sequences": [_row(number, i, contact["id"]) for i, contact in enumerate(contacts)],
            }
        )
    return {"organizations": organizations}


def _row(organization: int, i: int, contact: str) -> Row:
    return {
        "id": _id("run", organization, i), "organization_id": _id("organization", organization), "contact_id": contact,
        "sequence_template_id": _id("template", organization, i // 6 % 3),
        "status": STATUSES[i % 9] if i % 2 else "ACTIVE", "variables": {"greeting": f"Hi {i}"} if i % 3 else None,
        "source_contact_list_id": None if i % 4 else _id("list", organization), "minutes": 7 * (i % 150),
    }  # fmt: skip


class Application:
    """Sequences of a document, by a clock that is `ahead` seconds ahead of the machine's."""

    def __init__(self, source: Row, freedoms: Freedoms, *, ahead: float = 0.0) -> None:
        self.freedoms = freedoms
        self.ahead = ahead
        self.lock = threading.RLock()
        self.keys = {key["token"]: (o["id"], key["scopes"]) for o in source["organizations"] for key in o["api_keys"]}
        self.companies = {
            c["id"]: c["company_domain"] or c["company_name"] for o in source["organizations"] for c in o["contacts"]
        }
        self.rows: dict[str, Row] = {}
        self._swept = 0.0
        for o in source["organizations"]:
            for row in o["sequences"]:
                at = self.now() - timedelta(minutes=1 + row["minutes"])
                held = {name: value for name, value in row.items() if name != "minutes"}
                executed = at if row["status"] == "SUCCEEDED" else None
                held |= {"created_at": at, "updated_at": at, "last_step_executed_at": executed, "until": None}
                self.rows[row["id"]] = held

    def now(self) -> datetime:
        """The present, at the precision of what is stored."""
        tick = self.freedoms.tick
        return datetime.fromtimestamp(round((time.time() + self.ahead) // tick * tick, 6), UTC)

    def exactly(self) -> datetime:
        return datetime.fromtimestamp(time.time() + self.ahead, UTC)

    def caller(self, header: str | None, scope: str) -> str:
        """The organization of a key. Raises Problem."""
        scheme, _, token = (header or "").partition(" ")
        if scheme != "Bearer" or token not in self.keys:
            raise Problem(401, "Send a valid key.")
        organization, scopes = self.keys[token]
        if f"sequences:{scope}" not in scopes:
            raise Problem(403, "The key lacks the scope.")
        self._wake()
        return str(organization)

    def _wake(self) -> None:
        if time.monotonic() - self._swept < self.freedoms.sweep:
            return
        self._swept = time.monotonic()
        for row in self.rows.values():
            if row["until"] is not None and row["until"] <= self.exactly():
                row |= {"until": None, "status": "ACTIVE", "updated_at": self.now()}

    def shown(self, row: Row) -> Row:
        """A run as JSON."""
        shown = {name: value for name, value in row.items() if name != "until"}
        times = ("created_at", "updated_at", "last_step_executed_at")
        shown |= {name: row[name] and self.freedoms.write_time(row[name]) for name in times}
        shown |= {name: id_ and self.freedoms.write_id(id_) for name, id_ in shown.items() if name.endswith("id")}
        if not row["variables"]:
            shown["variables"] = None if self.freedoms.null_variables else {}
        return shown

    # -- reading ---------------------------------------------------------------------------------------------------

    def listed(self, organization: str, query: Mapping[str, str]) -> Row:
        """A page of runs."""
        page, size = self._number(query, "page", 1, None), self._number(query, "size", 10, 100)
        conditions = list(self._conditions(query))
        found = [row for row in self.rows.values() if row["organization_id"] == organization]
        found = [row for row in found if all(keeps(row) for keeps in conditions)]
        by = self._choice(query, "sort_by", ("created_at", "updated_at", "status"))
        down = self._choice(query, "sort_order", ("asc", "desc")) == "desc"
        found.sort(key=lambda row: row["id"], reverse=self.freedoms.ties_descending)
        order = self.freedoms.status_order
        found.sort(key=lambda row: order(row[by]) if by == "status" else row[by], reverse=down)
        pages = -(-len(found) // size) or self.freedoms.pages_of_nothing
        items = [self.shown(row) for row in found[(page - 1) * size : page * size]]
        more = page * size < len(found)
        return {"has_more": more, "total_pages": pages, "items": items, "total_count": len(found)}

    def _conditions(self, query: Mapping[str, str]) -> Iterator[Callable[[Row], bool]]:
        if "status" in query:
            status = self._choice(query, "status", STATUSES)
            yield lambda row: row["status"] == status
        if "sequence_template_id" in query:
            template = self._uuid(query["sequence_template_id"])
            yield lambda row: row["sequence_template_id"] == template
        if "created_at_after" in query:
            after = self._time(query["created_at_after"])
            yield lambda row: row["created_at"] > after
        if "created_at_before" in query:
            before = self._time(query["created_at_before"])
            yield lambda row: row["created_at"] < before

    def found(self, organization: str, run_id: str) -> Row:
        """A run of the organization. Raises Problem."""
        row = self.rows.get(self._uuid(run_id))
        if row is None or row["organization_id"] != organization:
            raise Problem(404, "There is no such sequence.")
        return row

    # -- writing ---------------------------------------------------------------------------------------------------

    def update(self, row: Row, body: Any) -> Row:
        changes = self._object(body).get("variables")
        if not isinstance(changes, dict):
            raise self._bad("variables must be an object.")
        if not all(value is None or isinstance(value, str) for value in changes.values()):
            raise self._bad("Variables are strings.")
        try:
            "".join(str(text) for pair in changes.items() for text in pair).encode()
            merged = {**(row["variables"] or {}), **changes}
        except UnicodeEncodeError:
            raise self._bad("No such text.") from None
        row |= {"variables": {k: v for k, v in merged.items() if v is not None}, "updated_at": self.now()}
        return row

    def pause(self, row: Row, body: Any) -> Row:
        until = self._time(self._object(body).get("paused_until"))
        if until <= self.exactly():
            raise self._bad("paused_until must be in the future.")
        self._require(row, "ACTIVE", *(("WAITING_FOR_LEAD",) if self.freedoms.repauses else ()))
        row |= {"status": "WAITING_FOR_LEAD", "until": until, "updated_at": self.now()}
        return row

    def resume(self, row: Row, body: Any) -> Row:
        self._require(row, "WAITING_FOR_LEAD")
        row |= {"status": "ACTIVE", "until": None, "updated_at": self.now()}
        return row

    def stop(self, row: Row, body: Any) -> Row:
        given = self._object(body)
        scope = given.get("scope", "CONTACT" if self.freedoms.optional_scope else None)
        reason = given.get("reason", "LOSE" if self.freedoms.optional_reason else None)
        if reason not in ("WIN", "LOSE") or scope not in ("CONTACT", "COMPANY"):
            raise self._bad("reason is WIN or LOSE, scope CONTACT or COMPANY.")
        also = ("FOUND", "WAITING_FOR_LEAD", "WAITING_FOR_USER") if self.freedoms.stops_paused else ()
        self._require(row, "ACTIVE", *also)
        company = self.companies.get(row["contact_id"])
        for other in self.rows.values() if scope == "COMPANY" and company else ():
            same = self.companies.get(other["contact_id"]) == company
            same = same and all(other[n] == row[n] for n in ("organization_id", "sequence_template_id"))
            if same and other["status"] in ("ACTIVE", *also):
                other |= {"status": "STOPPED_EARLY", "until": None, "updated_at": self.now()}
        row |= {"status": "STOPPED_EARLY", "until": None, "updated_at": self.now()}
        return row

    # -- values ----------------------------------------------------------------------------------------------------

    def _bad(self, message: str) -> Problem:
        return Problem(self.freedoms.bad_value, message, "ValidationIssue")

    def _require(self, row: Row, *statuses: str) -> None:
        if row["status"] not in statuses:
            raise Problem(self.freedoms.not_allowed, f"Not possible for a sequence that is {row['status']}.")

    def _object(self, body: Any) -> Row:
        if not isinstance(body, dict):
            raise self._bad("The body must be an object.")
        return body

    def _choice(self, query: Mapping[str, str], name: str, known: tuple[str, ...]) -> str:
        value = query.get(name, known[0])
        if value not in known:
            raise self._bad(f"{name} is one of {', '.join(known)}.")
        return value

    def _number(self, query: Mapping[str, str], name: str, default: int, most: int | None) -> int:
        try:
            number = int(query.get(name, default))
        except ValueError:
            raise self._bad(f"{name} is a number.") from None
        if number < 1 or (most is not None and number > most):
            raise self._bad(f"{name} is out of its range.")
        return number

    def _uuid(self, text: str) -> str:
        try:
            return str(uuid.UUID(text))
        except ValueError:
            raise self._bad("An id is a UUID.") from None

    def _time(self, text: Any) -> datetime:
        if not isinstance(text, str) or not re.match(r"\d{4}-\d\d-\d\dT", text):
            raise self._bad("A time is a date-time.")
        try:
            at = datetime.fromisoformat(text)
            return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise self._bad("A time is a date-time.") from None
