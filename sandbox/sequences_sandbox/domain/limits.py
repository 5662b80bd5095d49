"""How much a world may hold, so that no client takes the memory of all. A world that a stranger made holds less.

Source: own; the documentation bounds nothing of this.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .errors import BusinessIssue, TooLargeIssue


@dataclass(frozen=True, slots=True)
class Limits:
    """`text` bounds the variables of one run, in characters of names and values together; `runs` those of an organization
    to which more can be enrolled, None for any number; `faults` and `snapshots` those of a world."""

    text: int
    runs: int | None
    faults: int
    snapshots: int

    def require_text(self, variables: Mapping[str, str] | None) -> None:
        """Raises TooLargeIssue when the variables of a run have become too many or too long."""
        if variables and sum(map(len, variables)) + sum(map(len, variables.values())) > self.text:
            raise TooLargeIssue(
                f"The run's variables would have more than {self.text} characters together; remove some first, "
                "or set shorter ones.",
                allowed={"maximum_characters": self.text},
            )

    def require_run(self, number: int) -> None:
        """Raises BusinessIssue when an organization with so many runs takes in no more."""
        if self.runs is not None and number >= self.runs:
            raise _full("An organization of this world has", self.runs, "runs", "reset the world first")

    def require_fault(self, number: int) -> None:
        """Raises BusinessIssue when a world with so many faults takes in no more."""
        if number >= self.faults:
            raise _full("A world has", self.faults, "faults", "remove one first")

    def require_snapshot(self, number: int) -> None:
        """Raises BusinessIssue when a world with so many snapshots takes in no more."""
        if number >= self.snapshots:
            raise _full("A world keeps", self.snapshots, "snapshots", "delete one first")


# Of the largest body that is read, all fits beside as much again.
OWNED_LIMITS: Final = Limits(text=2 << 20, runs=None, faults=100, snapshots=100)
PUBLIC_LIMITS: Final = Limits(text=1 << 16, runs=1000, faults=100, snapshots=10)


def _full(what: str, most: int, things: str, mending: str) -> BusinessIssue:
    return BusinessIssue(f"{what} {most} {things} at most; {mending}.", allowed={"maximum": most})
