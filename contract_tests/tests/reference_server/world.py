"""The data of one world, and how a fixture document becomes one (the shape: `fixtures/schema.json`)."""

import json
import math
import re
import secrets
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .timestamps import parse_duration, parse_timestamp

Document = dict[str, Any]


@dataclass
class Run:
    """One sequence. Times are microseconds; `timers` holds the timestamps at which it wakes."""

    id: str
    organization_id: str
    contact_id: str | None
    sequence_template_id: str
    status: str
    variables: dict[str, str] | None
    source_contact_list_id: str | None
    last_step_executed_at: int | None
    created_at: int
    updated_at: int
    timers: list[int] = field(default_factory=list)


@dataclass
class Key:
    """An API key: it opens one organization of one world."""

    id: str
    name: str
    token: str
    scopes: tuple[str, ...]
    organization_id: str
    world: "World"


@dataclass
class Clock:
    """Real time plus an offset, or one timestamp that stands still."""

    offset: int = 0
    frozen_at: int | None = None

    def now(self) -> int:
        return time.time_ns() // 1_000 + self.offset if self.frozen_at is None else self.frozen_at

    def set(self, now: int, *, frozen: bool) -> None:
        self.frozen_at = now if frozen else None
        self.offset = now - time.time_ns() // 1_000


SECTIONS = ("contacts", "sequence_templates")


@dataclass
class World:
    """Organizations with their contacts and runs, and one clock."""

    id: str
    name: str
    document: Document
    clock: Clock
    created_at: int
    keys: list[Key] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    sections: dict[str, dict[str, Document]] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)

    def runs_of(self, organization_id: str) -> Iterator[Run]:
        return (run for run in self.runs.values() if run.organization_id == organization_id)

    def company_of(self, run: Run) -> dict[str, Any]:
        """The contact's record, with company_domain and company_name; empty once the contact was deleted."""
        return self.contacts.get(run.contact_id or "", {})

    @property
    def contacts(self) -> dict[str, Document]:
        return self.sections["contacts"]

    @property
    def templates(self) -> dict[str, Document]:
        return self.sections["sequence_templates"]

    def records(self, section: str) -> Iterator[Document]:
        """Every record of a resource, of every organization."""
        return iter(self.sections[section].values())

    def populate(self, make_token: Callable[[str], str], epoch: int) -> None:
        """(Re)build everything from the document, relative times from `epoch`, the clock's present."""
        self.created_at = epoch
        tokens = {key.id: key.token for key in self.keys}
        self.keys, self.names, self.runs = [], {}, {}
        self.sections = {section: {} for section in SECTIONS}
        for organization in self.document["organizations"]:
            self.names[organization["id"]] = organization.get("name", "")
            for key in organization.get("api_keys", []):
                token = tokens.get(key["id"]) or make_token(key.get("token", ""))
                scopes = tuple(key["scopes"])
                self.keys.append(Key(key["id"], key.get("name", ""), token, scopes, organization["id"], self))
            for section, records in self.sections.items():
                for row in organization.get(section, []):
                    records[row["id"].lower()] = build_record(row, organization["id"], epoch)
            for row in organization.get("sequences", []):
                self.runs[row["id"]] = build_run(row, organization["id"], epoch)


def build_record(row: Document, organization_id: str, epoch: int) -> Document:
    """A row of a fixture with its times as microseconds; those that it leaves out are the epoch."""
    given = {name: read_time(value, epoch) for name, value in row.items() if name.endswith("_at") and value is not None}
    times = dict.fromkeys(("first_seen_at", "last_seen_at", "created_at"), epoch) | {"activated_at": None} | given
    updated = times.get("updated_at", times["created_at"])
    return {**row, "id": row["id"].lower(), "organization_id": organization_id, **times, "updated_at": updated}


def build_run(row: Document, organization_id: str, epoch: int) -> Run:
    """Make a run of a fixture's row; a duration counts from the world's epoch."""

    def at(name: str) -> int | None:
        return None if row.get(name) is None else read_time(row[name], epoch)

    until = at("paused_until")
    created = at("created_at")
    made = epoch if created is None else created
    updated = at("updated_at")
    return Run(
        id=row["id"].lower(),
        organization_id=organization_id,
        contact_id=row.get("contact_id"),
        sequence_template_id=row["sequence_template_id"],
        status=row["status"],
        variables=row.get("variables"),
        source_contact_list_id=row.get("source_contact_list_id"),
        last_step_executed_at=at("last_step_executed_at"),
        created_at=made,
        updated_at=made if updated is None else updated,
        timers=[] if until is None else [until],
    )


def read_time(text: str, epoch: int) -> int:
    """Read a time, or a signed duration counted from `epoch`."""
    if text.lstrip("+-").startswith("P"):
        return epoch + parse_duration(text)
    return math.ceil(parse_timestamp(text))


def make_world(document: Document, name: str, *, fresh_tokens: bool, **clock: Any) -> World:
    """Bring a document to life. `clock` may hold `now` and `frozen`, which win over the document's own."""
    document = {**document, **clock}
    real = time.time_ns() // 1_000
    start = read_time(document["now"], real) if document.get("now") else real
    world = World(str(uuid.uuid4()), name, document, Clock(), start)
    world.clock.set(start, frozen=bool(document.get("frozen", False)))
    world.populate((lambda _: "topo_" + secrets.token_urlsafe(24)) if fresh_tokens else str, start)
    return world


class JsonTypesLoader(yaml.CSafeLoader):
    """YAML with the types of JSON alone: an unquoted timestamp, or `no`, stays a string."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - declared so by PyYAML


JsonTypesLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""])
JsonTypesLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
JsonTypesLoader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9]\d*)$"), list("-0123456789"))


def load_document(path: Path) -> Document:
    """Read a fixture file: YAML, JSON, or JSON Lines with one run a line."""
    text = path.read_text("utf-8")
    if path.suffix != ".jsonl":
        document: Document = yaml.load(text, Loader=JsonTypesLoader)  # noqa: S506 - a safe loader of fewer types
        return document
    first, *rows = (json.loads(line) for line in text.splitlines() if line.strip())
    for organization in first["organizations"]:
        organization["sequences"] = [row for row in rows if row["organization_id"] == organization["id"]]
    return dict(first)
