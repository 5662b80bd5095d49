"""What a value must be, and what is wrong with one that is not: for bodies, parameters, headers, fixtures and options.

`Schema` finds the mistakes of a value, `Mistake` says them, `issue` makes of them the one error response that they are.
"""

from .broken_json import decoded, read_constant
from .characters import character_mistakes
from .mistakes import Mistake, Path, field_issue, issue, shown
from .nearest import advice, nearest, short
from .schema import Schema

__all__ = [
    "Mistake", "Path", "Schema", "advice", "character_mistakes", "decoded", "field_issue", "issue", "nearest",
    "read_constant", "short", "shown",
]  # fmt: skip
