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

from .instants import parse_duration, parse_instant

Document = dict[str, Any]


@dataclass
class Run:
    """One sequence. Instants are microseconds; `timers` holds the instants at which it wakes."""

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
    """Real time plus an offset, or one instant that stands still."""

    offset: int = 0
    frozen_at: int | None = None

    def now(self) -> int:
        return time.time_ns() // 1_000 + self.offset if self.frozen_at is None else self.frozen_at

    def set(self, now: int, *, frozen: bool) -> None:
        self.frozen_at = now if frozen else None
        self.offset = now - time.time_ns() // 1_000


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
    contacts: dict[str, dict[str, Any]] = field(default_factory=dict)
    templates: dict[str, str] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)

    def runs_of(self, organization_id: str) -> Iterator[Run]:
        return (run for run in self.runs.values() if run.organization_id == organization_id)

    def company_of(self, run: Run) -> dict[str, Any]:
        """The contact's record, with company_domain and company_name; empty once the contact was deleted."""
        return self.contacts.get(run.contact_id or "", {})

    def populate(self, mint: Callable[[str], str], birth: int) -> None:
        """(Re)build everything from the document, relative times from `birth`, the clock's present."""
        self.created_at = birth
        tokens = {key.id: key.token for key in self.keys}
        self.keys, self.names, self.contacts, self.templates, self.runs = [], {}, {}, {}, {}
        for organization in self.document["organizations"]:
            self.names[organization["id"]] = organization.get("name", "")
            for key in organization.get("api_keys", []):
                token = tokens.get(key["id"]) or mint(key.get("token", ""))
                scopes = tuple(key["scopes"])
                self.keys.append(Key(key["id"], key.get("name", ""), token, scopes, organization["id"], self))
            self.contacts |= {contact["id"]: contact for contact in organization.get("contacts", [])}
            self.templates |= {one["id"]: organization["id"] for one in organization.get("sequence_templates", [])}
            for row in organization.get("sequences", []):
                self.runs[row["id"]] = build_run(row, organization["id"], birth)


def build_run(row: Document, organization_id: str, birth: int) -> Run:
    """Make a run of a fixture's row; a duration counts from the world's birth."""

    def at(name: str) -> int | None:
        return None if row.get(name) is None else read_time(row[name], birth)

    until = at("paused_until")
    created = at("created_at")
    born = birth if created is None else created
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
        created_at=born,
        updated_at=born if updated is None else updated,
        timers=[] if until is None else [until],
    )


def read_time(text: str, birth: int) -> int:
    """Read an instant, or a signed duration counted from `birth`."""
    if text.lstrip("+-").startswith("P"):
        return birth + parse_duration(text)
    return math.ceil(parse_instant(text))


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
    """YAML with the types of JSON alone: an unquoted instant, or `no`, stays a string."""

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
