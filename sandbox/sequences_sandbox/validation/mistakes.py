"""One thing that is wrong with a value, and how it is said: the one style of every teaching message."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from types import EllipsisType
from typing import Any, Final

from ..domain.errors import ValidationIssue
from .nearest import short

Path = tuple[str | int, ...]

UNKNOWN: Final = "unknown"
MISSING: Final = "missing"


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong at `path`: the `problem` in two words, and what is `expected`, as a clause such as `must be 1 or more`.

    `value` is what was sent, `...` where it is not shown; `allowed` what would be right where that can be listed, `nearest`
    what was probably meant. `place` is what the message calls it, unless the path says so.
    """

    path: Path
    problem: str
    expected: str = ""
    value: Any = ...
    allowed: Any = None
    nearest: str | None = None
    place: str = ""

    @property
    def field(self) -> str:
        """The path in one text, such as `variables/first_name`; empty for the value as a whole."""
        return short("/".join(map(str, self.path)))

    def message(self, subject: str) -> str:
        """One sentence. `subject` names the whole, such as `The body`."""
        own = f"'{self.field}'" if self.path else subject
        if self.place:
            text = f"{self.place} {self.expected}"
        elif self.problem == UNKNOWN and not self.expected:
            text = f"{subject} takes no fields here; leave out {own}"
        elif self.problem == UNKNOWN:
            text = f"{subject} has no field {own}; {self.expected}"
        elif self.problem == MISSING:
            text = f"{subject} lacks the field {own}"
        else:
            text = f"{own} {self.expected}"
        if self.nearest is not None and self.problem != UNKNOWN:
            text += f"; did you mean '{self.nearest}'?"
        return text if text.endswith("?") else f"{text}."

    def data(self) -> dict[str, Any]:
        """The particulars for programs."""
        data: dict[str, Any] = {"field": self.field, "problem": self.problem}
        if not isinstance(self.value, EllipsisType | dict | list):
            data["value"] = short(self.value) if isinstance(self.value, str) else self.value
        if self.nearest is not None:
            data["nearest"] = self.nearest
        if self.allowed is not None:
            data["allowed"] = self.allowed
        return data


def shown(value: Any) -> str:
    """A value in a message."""
    return repr(short(value)) if isinstance(value, str) else short(json.dumps(value, ensure_ascii=False))


def issue(mistakes: Sequence[Mistake], subject: str = "") -> ValidationIssue:
    """The error for a value with mistakes: the first in its message and at the top of its data, all of them in `errors`."""
    errors = [{**mistake.data(), "message": mistake.message(subject)} for mistake in mistakes]
    return ValidationIssue(mistakes[0].message(subject), **mistakes[0].data(), errors=errors)


def field_issue(field: str, problem: str, expected: str, value: Any = ..., allowed: Any = None) -> ValidationIssue:
    """The error for one field whose value a handler cannot take."""
    mistake = Mistake(tuple(field.split("/")), problem, expected, value, allowed)
    return ValidationIssue(mistake.message(""), **mistake.data())
