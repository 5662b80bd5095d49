"""What a rule is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .context import RuleContext
from .passive_checks import Inspection

Tier = Literal["read", "write", "stop"]
Reach = Literal["run", "collection"]
Need = Literal["read", "write", "noscope", "other", "fixture"]
Check = Callable[[RuleContext], None]


@dataclass(frozen=True)
class Rule:
    """One rule. It either tries something (`check`), or inspects every response as it passes (`inspect`).

    `operation` is the id of the operation that the rule was made for, `tag` that of the resource it is about; both are
    None for rules about all of them. `covers` are the operations of which the rule says what they do.

    `reach` says what a rule that writes touches and looks at: the runs that it leased, or more than those. Only in the
    first case is it tried while others write. Rules with one word in `shares` are tried in one world, one after the other.
    """

    id: str
    sentence: str
    statements: tuple[str, ...]
    basis: str
    pointer: str
    tier: Tier = "read"
    needs: tuple[Need, ...] = ()
    tag: str | None = None
    operation: str | None = None
    covers: tuple[str, ...] = ()
    check: Check | None = None
    inspect: Inspection | None = None
    reach: Reach = "collection"
    shares: str | None = None

    @property
    def disturbs(self) -> bool:
        """Whether it would disturb rules that write, or they it, if they were tried at the same time."""
        return self.tier != "read" and self.reach != "run"

    @property
    def group(self) -> str:
        """The first word of the id."""
        return self.id.split(".", 1)[0]

    @property
    def family(self) -> str:
        """The id, with `*` in place of the operation that the rule was made for."""
        return self.id if self.operation is None else self.id.replace(f".{self.operation}", ".*")

    def fits(self, name: str) -> bool:
        """Whether a name that a caller gave means this rule: its id, or a beginning of it up to a dot."""
        return self.id == name or self.id.startswith(f"{name.rstrip('.')}.")

    @property
    def profile(self) -> str:
        """The weakest profile in which the rule is tried."""
        return "strict" if self.basis == "own" else "documented"
