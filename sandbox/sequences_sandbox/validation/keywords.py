"""What a keyword of JSON Schema expects, in words: for a value that fails it, what is wrong and what would be right."""

import json
from collections.abc import Mapping
from typing import Any, Final

from .formats import format_mistake
from .mistakes import Mistake, Path
from .nearest import nearest

NOUNS: Final[Mapping[str, str]] = {
    "string": "a string", "object": "an object", "array": "a list", "integer": "a whole number", "number": "a number",
    "boolean": "true or false", "null": "null",
}  # fmt: skip
_MOST_OPTIONS: Final = 40
_COUNTED: Final[Mapping[str, str]] = {"Length": "character", "Items": "item", "Properties": "field"}


def mistake(path: Path, keyword: str, limit: Any, value: Any, title: str | None = None) -> Mistake:
    """The mistake of a value at `path` that fails a keyword, whose own value is `limit`.

    `title` is the schema's, such as `a duration`: it says what a pattern means, and what very many options have in common.
    """
    if title is not None and (keyword == "pattern" or (keyword == "enum" and len(limit) > _MOST_OPTIONS)):
        near = nearest(value, limit) if keyword == "enum" and isinstance(value, str) else None
        return Mistake(path, "not allowed", f"must be {title}", value, nearest=near)
    if keyword in ("enum", "const"):
        return _not_listed(path, limit if keyword == "enum" else [limit], value)
    if keyword[3:] in _COUNTED:
        return _size(path, keyword, limit, value)
    allowed = {keyword: limit} if keyword in ("minimum", "maximum") else None
    return Mistake(path, *_said(keyword, limit, value), value, allowed)


def _said(keyword: str, limit: Any, value: Any) -> tuple[str, str]:
    """What is wrong, in two words, and what is expected."""
    match keyword:
        case "type":
            types = limit if isinstance(limit, list) else [limit]
            return "wrong type", f"must be {' or '.join(NOUNS[name] for name in types)}"
        case "format":
            return format_mistake(limit, value)
        case "minimum":
            return "too small", f"must be {limit} or more"
        case "maximum":
            return "too large", f"must be {limit} or less"
        case "uniqueItems":
            return "repeated", "holds the same value twice; keep one"
        case _:
            return "not allowed", f"does not satisfy {keyword} {json.dumps(limit)}"


def _not_listed(path: Path, options: Any, value: Any) -> Mistake:
    options = [option for option in options if option is not None]
    texts = [option if isinstance(option, str) else json.dumps(option) for option in options]
    near = nearest(value, [option for option in options if isinstance(option, str)]) if isinstance(value, str) else None
    return Mistake(path, "not allowed", f"must be {' or '.join(texts)}", value, options, near)


def _size(path: Path, keyword: str, limit: int, value: Any) -> Mistake:
    if keyword == "maxProperties" and limit == 0:
        return Mistake(path, "not empty", "must be empty or left out", value)
    many = f"{limit} {_COUNTED[keyword[3:]]}{'' if limit == 1 else 's'}"
    problem, clause = ("too short", f"must have {many} or more"), ("too long", f"may have {many} at most")
    said = problem if keyword.startswith("min") else clause
    return Mistake(path, *said, value, {keyword: limit})
