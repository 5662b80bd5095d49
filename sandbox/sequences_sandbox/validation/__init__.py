"""What a value must be, and what is wrong with one that is not: for bodies, parameters, headers, fixtures and options.

`Schema` finds the mistakes of a value, `Mistake` says them, `issue` makes of them the one error response that they are.
"""

from .broken_json import RepeatedKeyError, decoded, decoder
from .characters import character_mistakes
from .mistakes import Mistake, Path, field_issue, issue, shown
from .nearest import advice, nearest, short
from .schema import Schema

__all__ = [
    "Mistake", "Path", "RepeatedKeyError", "Schema", "advice", "character_mistakes", "decoded", "decoder", "field_issue",
    "issue", "nearest", "short", "shown",
]  # fmt: skip
