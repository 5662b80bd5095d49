"""What a planted fault and an allowed reading are: named classes that override a few lines of the correct server."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from .control import ReferenceServer

Altering = type[ReferenceServer]


@dataclass(frozen=True)
class Fault:
    """A planted fault.

    `profile` is the laxest profile that forbids it: "documented" where it breaks a [doc] or [ref] line, and then both
    forbid it, else "strict". `rule` lists the rules that name it: beginnings of ids, separated by spaces, with `*` for
    anything. `probe` is a script (see `probes`) whose outcome differs from that on the correct server.
    """

    name: str
    summary: str
    group: str
    profile: str
    rule: str
    probe: str
    alters: Altering

    def named_by(self, rule: str) -> bool:
        """Whether a rule, by its id, speaks of what this fault is about."""
        return any(fnmatchcase(rule, f"{beginning}*") for beginning in self.rule.split())


@dataclass(frozen=True)
class AllowedReading:
    """A reading that profile `documented` permits; `strict` says whether profile strict permits it too."""

    name: str
    summary: str
    probe: str
    strict: bool
    alters: Altering


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=[0-9])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


class Catalog:
    """The faults of one group, in the order in which their classes stand."""

    def __init__(self, group: str) -> None:
        self.group = group
        self.faults: list[Fault] = []

    def documented(self, rule: str, probe: str) -> Callable[[Altering], Altering]:
        """A fault in both profiles."""
        return self._entry("documented", rule, probe)

    def strict(self, rule: str, probe: str) -> Callable[[Altering], Altering]:
        """A fault in profile strict alone."""
        return self._entry("strict", rule, probe)

    def add(self, name: str, summary: str, profile: str, rule: str, probe: str, alters: Altering) -> None:
        """A fault whose class was made by a function."""
        self.faults.append(Fault(name, summary, self.group, profile, rule, probe, alters))

    def _entry(self, profile: str, rule: str, probe: str) -> Callable[[Altering], Altering]:
        def enter(alters: Altering) -> Altering:
            self.add(snake(alters.__name__), (alters.__doc__ or "").strip(), profile, rule, probe, alters)
            return alters

        return enter


class Readings:
    """Allowed readings, in the order in which their classes stand."""

    def __init__(self) -> None:
        self.readings: list[AllowedReading] = []

    def reading(self, probe: str, *, strict: bool = False) -> Callable[[Altering], Altering]:
        def enter(alters: Altering) -> Altering:
            summary = (alters.__doc__ or "").strip()
            self.readings.append(AllowedReading(snake(alters.__name__), summary, probe, strict, alters))
            return alters

        return enter
