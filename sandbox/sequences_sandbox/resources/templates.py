"""Sequence templates: the playbooks that runs are instantiated from."""

from dataclasses import dataclass
from typing import Final

from ..domain.timestamps import Timestamp
from .resource import Codec, Filter, Resource, private


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its type, and its delay after the step before, in microseconds."""

    type: str
    delay: int

    @property
    def manual(self) -> bool:
        """Whether a user has to complete the step."""
        return self.type == "manual"


_STEPS: Final = Codec(
    dump=lambda steps: [[step.type, step.delay] for step in steps],
    load=lambda rows: tuple(Step(kind, delay) for kind, delay in rows),
)


@dataclass(frozen=True, slots=True)
class Template:
    """A playbook."""

    id: str
    name: str | None = None
    summary: str | None = None
    status: str = "ACTIVE"
    language: str | None = None
    timezone: str = "UTC"
    activated_at: Timestamp | None = None
    created_at: Timestamp = 0
    updated_at: Timestamp = 0
    organization_id: str = private(default="")
    steps: tuple[Step, ...] = private(default=(), codec=_STEPS)
    review: bool = private(default=False)

    @property
    def step_count(self) -> int:
        """How many steps it has."""
        return len(self.steps)


TEMPLATES: Final = Resource(
    "sequence_templates",
    Template,
    noun="sequence template",
    id_parameter="sequence_template_id",
    schema="SequenceTemplate",
    scope="sequences:read",
    filters={
        "name": Filter("name"),
        "status": Filter("status"),
        "created_at_after": Filter("created_at", "after"),
        "created_at_before": Filter("created_at", "before"),
    },
    sorts=("created_at", "updated_at", "name"),
    derived=("step_count",),
)
