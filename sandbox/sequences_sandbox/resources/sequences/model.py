"""The things of the domain as frozen values.

A time in these values is *world time*: whole microseconds since the birth of the world that holds the value. Fixtures
state their times so, relative to the birth, and worlds of different births can therefore share one fixture's values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Run(NamedTuple):
    """A run: the ten fields of the contract's object, then what its schedule needs.

    A named tuple, since every write makes one: it is made in a fifth of the time that a frozen dataclass takes.

    `company` is the domain of the company that the contact works at, None for a deleted contact or one without.
    `paused_until` is set exactly while the run waits to wake. `next_step_at` is when the next step is due; while the run
    is paused, when it will be due if the run wakes at `paused_until`.
    """

    id: str
    organization_id: str
    contact_id: str | None
    sequence_template_id: str
    status: str
    variables: Mapping[str, str] | None
    source_contact_list_id: str | None
    last_step_executed_at: int | None
    created_at: int
    updated_at: int
    company: str | None = None
    paused_until: int | None = None
    steps_done: int = 0
    next_step_at: int | None = None
    step_skipped: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a template: its type, and its delay after the step before, in microseconds."""

    type: str
    delay: int

    @property
    def manual(self) -> bool:
        """Whether a user has to complete the step."""
        return self.type == "manual"


@dataclass(frozen=True, slots=True)
class Template:
    """A playbook. `details` holds its further fields as the fixture states them, times in world time."""

    id: str
    steps: tuple[Step, ...] = ()
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contact:
    """A person to reach. `details` holds its further fields as the fixture states them, times in world time."""

    id: str
    company_domain: str | None = None
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ContactList:
    """A list of contacts that can trigger runs."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as a fixture states it; `token` is None where a world is to mint one."""

    id: str
    name: str
    scopes: frozenset[str]
    token: str | None


@dataclass(frozen=True, slots=True)
class Organization:
    """A tenant of the API, with all that belongs to it except its runs."""

    id: str
    name: str
    api_keys: tuple[ApiKey, ...]
    contacts: Mapping[str, Contact]
    contact_lists: Mapping[str, ContactList]
    templates: Mapping[str, Template]
