"""A run as an answer showed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from . import instants

FIELDS = (
    "id",
    "organization_id",
    "contact_id",
    "sequence_template_id",
    "status",
    "variables",
    "source_contact_list_id",
    "last_step_executed_at",
    "created_at",
    "updated_at",
)


class Malformed(Exception):
    """An answer is not what its schema says; the text says how."""


@dataclass(frozen=True)
class Run:
    """The ten fields; instants also as exact seconds. Equality is that of the ten fields."""

    fields: Mapping[str, Any]
    created: Fraction = field(compare=False)
    updated: Fraction = field(compare=False)

    @classmethod
    def read(cls, value: Any) -> Run:
        """The run in a parsed JSON value; further fields are ignored. Raises Malformed."""
        if not isinstance(value, dict):
            raise Malformed(f"a run should be an object and is {value!r:.80}")
        missing = [name for name in FIELDS if name not in value]
        if missing:
            raise Malformed(f"the run lacks {', '.join(missing)}")
        for name in ("id", "status", "sequence_template_id", "created_at", "updated_at"):
            if not isinstance(value[name], str):
                raise Malformed(f"the run's {name} should be a string and is {value[name]!r:.80}")
        try:
            created, updated = instants.parse(value["created_at"]), instants.parse(value["updated_at"])
        except ValueError as error:
            raise Malformed(str(error)) from None
        return cls({name: value[name] for name in FIELDS}, created, updated)

    @property
    def id(self) -> str:
        return str(self.fields["id"])

    @property
    def status(self) -> str:
        return str(self.fields["status"])

    @property
    def template(self) -> str:
        return str(self.fields["sequence_template_id"])

    @property
    def contact(self) -> str | None:
        return self.fields["contact_id"]  # type: ignore[no-any-return]  # checked by the shape rules

    @property
    def variables(self) -> dict[str, str] | None:
        return self.fields["variables"]  # type: ignore[no-any-return]  # checked by the shape rules

    def differences(self, other: Run) -> dict[str, tuple[Any, Any]]:
        """The fields in which `other` differs, each with this value and the other's."""
        return {n: (v, other.fields[n]) for n, v in self.fields.items() if v != other.fields[n]}
