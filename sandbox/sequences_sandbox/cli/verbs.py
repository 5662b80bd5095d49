"""The commands for a running sandbox, as a table: each verb is one call of the control API.

This file imports nothing that takes time to load: the whole table is read whenever a command starts.
"""

import argparse
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .options import rate


@dataclass(frozen=True, slots=True)
class Argument:
    """A positional, or an option where `name` begins with dashes.

    `place` says where its value goes: `path:name`, `query:name`, or a dotted place in the body; empty, the value is an
    object whose members the body takes.
    """

    name: str
    place: str
    help: str
    read: Callable[[str], Any] | None = str
    choices: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Verb:
    """`group name`, or `name` alone: a method and path of the control API. `show` names how people are shown the answer."""

    command: str
    method: str
    path: str
    help: str
    arguments: tuple[Argument, ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict)
    show: str = "done"


def _object(text: str) -> dict[str, Any]:
    value = json.loads(text) if text.startswith("{") else None
    if not isinstance(value, dict):
        raise argparse.ArgumentTypeError(f'{text!r} is no JSON object; write one such as \'{{"reason": "WIN"}}\'')
    return value


def _latency(text: str) -> dict[str, Any]:
    if text.startswith("{"):
        return _object(text)
    try:
        return {"fixed_ms": float(text)}
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of milliseconds") from None


def _rate(text: str) -> dict[str, int]:
    limit = rate(text)
    return {"limit": limit.limit, "per_seconds": limit.per_seconds}


def _fixture(text: str) -> Any:
    from ..client.errors import InvalidError  # noqa: PLC0415  # loads httpx, which most of the table has no need of
    from ..client.values import document  # noqa: PLC0415

    try:
        return document(text)
    except InvalidError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


_RUN: Final = Argument("sequence_id", "path:sequence_id", "the run's id")
_NAME: Final = Argument("name", "path:name", "the snapshot's name")
_PAGES: Final = (
    Argument("--page", "query:page", "the page, counted from 1", int),
    Argument("--size", "query:size", "how many on a page, 100 at most", int),
)
_FAULT: Final = (
    Argument("--on", "match.operation", "only this operation, such as pauseSequence"),
    Argument("--method", "match.method", "only this method"),
    Argument("--path", "match.path", "only this path; * stands for any characters"),
    Argument("--key-name", "match.key_name", "only the key of this name"),
    Argument("--nth", "match.nth", "only the nth that fits, counted from 1", int),
    Argument("--every", "match.every", "only every nth that fits", int),
    Argument("--probability", "match.probability", "only by chance, from 0 to 1", float),
    Argument("--times", "times", "so many times, then no more", int),
    Argument("--for", "for", "for so long in the world's time, such as PT1M"),
    Argument("--status", "effect.status", "answer this status, 400 to 599", int),
    Argument("--type", "effect.type", "with --status: the issue's type"),
    Argument("--message", "effect.message", "with --status: the issue's message"),
    Argument("--retry-after", "effect.retry_after", "with --status: seconds in Retry-After", int),
    Argument("--latency", "effect.latency", "answer so many milliseconds later, or as a JSON object says", _latency),
    Argument("--close", "effect.close", "break the connection", choices=("before", "midway")),
    Argument("--body", "effect.body", "spoil the body", choices=("empty", "truncated", "html")),
    Argument("--drip", "effect.drip_seconds", "let the answer drip over so many seconds", float),
)
_VERIFY: Final = (
    Argument("--on", "match.operation", "of this operation, such as stopSequence"),
    Argument("--status", "match.status", "answered with this status", int),
    Argument("--body", "match.body_subset", "whose body holds at least this JSON object", _object),
    Argument("--query", "match.query_subset", "whose query holds at least this JSON object", _object),
    Argument("--key-name", "match.key_name", "with the key of this name"),
    Argument("--since", "match.since", "made at this instant or later"),
    Argument("--exactly", "exactly", "so many", int),
    Argument("--at-least", "at_least", "so many or more", int),
    Argument("--at-most", "at_most", "so many or fewer", int),
)
_ENROL: Final = (
    Argument("contact_id", "contact_id", "whom"),
    Argument("sequence_template_id", "sequence_template_id", "by which template"),
    Argument("--organization", "organization_id", "in another organization of the world"),
    Argument("--status", "status", "in this status"),
    Argument("--variables", "variables", "with these overrides, a JSON object", _object),
    Argument("--list", "source_contact_list_id", "triggered by this contact list"),
    Argument("--created-at", "created_at", "as of this instant in the past"),
)
_WORLD: Final = (
    Argument("--fixture", "fixture", "the name of one that ships, or a file", _fixture),
    Argument("--name", "name", "what it is called in lists"),
    Argument("--ttl", "ttl_seconds", "gone when not used for so many seconds", int),
    Argument("--now", "now", "the instant of its birth"),
    Argument("--frozen", "frozen", "its clock stands still", None),
    Argument("--seed", "seed", "what chance is drawn from", int),
)
_JOURNAL: Final = (
    Argument("--on", "query:operation", "of this operation"),
    Argument("--status", "query:status", "answered with this status", int),
    Argument("--since", "query:since", "made at this instant or later"),
    Argument("--key-name", "query:key_name", "with the key of this name"),
    *_PAGES,
)

GROUPS: Final = {
    "clock": "read and move the world's time", "world": "the world that the key opens", "worlds": "all worlds",
    "contacts": "whom runs write to", "snapshots": "keep states, and return to them",
    "faults": "what goes wrong on purpose", "rate-limit": "how often each key may call",
    "journal": "what was sent and answered",
}  # fmt: skip

VERBS: Final = (
    Verb("clock show", "GET", "/clock", "the time, and what falls due next", show="clock"),
    Verb("clock advance", "POST", "/clock/advance", "move time forward by a duration",
         (Argument("by", "by", "a duration such as P2D or PT1H30M"),), show="fired"),
    Verb("clock set", "POST", "/clock/advance", "move time forward to an instant",
         (Argument("to", "to", "an instant such as 2030-01-07T08:00:00Z"),), show="fired"),
    Verb("clock next", "POST", "/clock/advance", "move time to what falls due next", body={"next": True}, show="fired"),
    Verb("clock freeze", "PATCH", "/clock", "hold time still", body={"frozen": True}, show="clock"),
    Verb("clock run", "PATCH", "/clock", "let time run again", body={"frozen": False}, show="clock"),
    Verb("world show", "GET", "/world", "its organizations, keys and runs by status", show="world"),
    Verb("world delete", "DELETE", "/world", "remove it"),
    Verb("worlds create", "POST", "/worlds", "make one; its tokens are shown this once", _WORLD, show="world"),
    Verb("worlds list", "GET", "/worlds", "list them", _PAGES, show="worlds"),
    Verb("worlds delete", "DELETE", "/worlds/{world_id}", "remove one",
         (Argument("world_id", "path:world_id", "the world's id"),)),
    Verb("reset", "POST", "/world/reset", "let the world begin anew, with the same keys", show="world"),
    Verb("export", "GET", "/world/export", "print the world as a fixture, in JSON", show="json"),
    Verb("enrol", "POST", "/sequences", "enrol a contact", _ENROL, show="run"),
    Verb("event", "POST", "/sequences/{sequence_id}/events", "act as the engine on a run",
         (_RUN, Argument("event", "event", "an event of the engine, such as answer or fail")), show="run"),
    Verb("history", "GET", "/sequences/{sequence_id}/history", "what happened to a run", (_RUN,), show="history"),
    Verb("contacts delete", "DELETE", "/contacts/{contact_id}", "delete a contact's record; its runs stay",
         (Argument("contact_id", "path:contact_id", "the contact's id"),)),
    Verb("snapshots save", "PUT", "/snapshots/{name}", "keep the state under a name", (_NAME,), show="snapshot"),
    Verb("snapshots list", "GET", "/snapshots", "list what was kept", show="snapshots"),
    Verb("snapshots restore", "POST", "/snapshots/{name}/restore", "return to one", (_NAME,), show="world"),
    Verb("snapshots diff", "GET", "/snapshots/{name}/diff", "what changed since", (_NAME,), show="diff"),
    Verb("snapshots delete", "DELETE", "/snapshots/{name}", "forget one", (_NAME,)),
    Verb("faults add", "POST", "/faults", "add one, with one effect: --status, --latency, --close, --body or --drip",
         _FAULT, body={"effect": {}}, show="fault"),
    Verb("faults list", "GET", "/faults", "list them", show="faults"),
    Verb("faults remove", "DELETE", "/faults/{fault_id}", "remove one",
         (Argument("fault_id", "path:fault_id", "the fault's id"),)),
    Verb("faults clear", "DELETE", "/faults", "remove all"),
    Verb("rate-limit set", "PUT", "/rate-limit", "limit every key of the world",
         (Argument("rate", "", "such as 60/min", _rate), Argument("--burst", "burst", "so many at once at most", int)),
         show="rate"),
    Verb("rate-limit show", "GET", "/rate-limit", "the limit", show="rate"),
    Verb("rate-limit clear", "DELETE", "/rate-limit", "remove the limit"),
    Verb("journal list", "GET", "/journal", "requests, newest first", _JOURNAL, show="journal"),
    Verb("journal show", "GET", "/journal/{request_id}", "one request and its answer, in JSON",
         (Argument("request_id", "path:request_id", "as X-Request-Id gave it"),), show="json"),
    Verb("journal tail", "GET", "/events", "requests as they happen", show="tail:request"),
    Verb("journal verify", "POST", "/journal/verify", "was it sent; exit status 1 if not", _VERIFY,
         body={"match": {}}, show="verified"),
    Verb("journal har", "GET", "/journal.har", "print it as HTTP Archive", show="json"),
    Verb("journal clear", "DELETE", "/journal", "empty it"),
    Verb("events", "GET", "/events", "everything as it happens", show="tail:"),
)  # fmt: skip
