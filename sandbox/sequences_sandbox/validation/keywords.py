"""What a keyword of JSON Schema expects, in words: for a value that fails it, what is wrong and what would be right."""

import json
from collections.abc import Callable, Mapping
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
    if keyword[3:] in _COUNTED:
        return _size(path, keyword, limit, value)
    say = _SAYINGS.get(keyword)
    if say is not None:
        return say(path, limit, value)
    return Mistake(path, "not allowed", f"does not satisfy {keyword} {json.dumps(limit)}", value)


def _type(path: Path, types: Any, value: Any) -> Mistake:
    names = types if isinstance(types, list) else [types]
    return Mistake(path, "wrong type", f"must be {' or '.join(NOUNS[name] for name in names)}", value)


def _not_listed(path: Path, options: Any, value: Any) -> Mistake:
    options = [option for option in options if option is not None]
    texts = [option if isinstance(option, str) else json.dumps(option) for option in options]
    near = nearest(value, [option for option in options if isinstance(option, str)]) if isinstance(value, str) else None
    return Mistake(path, "not allowed", f"must be {' or '.join(texts)}", value, options, near)


def _too_small(path: Path, limit: Any, value: Any) -> Mistake:
    return Mistake(path, "too small", f"must be {limit} or more", value, {"minimum": limit})


def _too_large(path: Path, limit: Any, value: Any) -> Mistake:
    return Mistake(path, "too large", f"must be {limit} or less", value, {"maximum": limit})


def too_many(path: Path, limit: int, value: Any) -> Mistake:
    """A list with more items than it may have."""
    return _size(path, "maxItems", limit, value)


def _bad_format(path: Path, name: str, value: Any) -> Mistake:
    return Mistake(path, *format_mistake(name, value), value)


def _size(path: Path, keyword: str, limit: int, value: Any) -> Mistake:
    if keyword == "maxProperties" and limit == 0:
        return Mistake(path, "not empty", "must be empty or left out", value)
    many = f"{limit} {_COUNTED[keyword[3:]]}{'' if limit == 1 else 's'}"
    problem, clause = ("too short", f"must have {many} or more"), ("too long", f"may have {many} at most")
    said = problem if keyword.startswith("min") else clause
    return Mistake(path, *said, value, {keyword: limit})


def _same_twice(path: Path, limit: Any, value: Any) -> Mistake:
    return Mistake(path, "repeated", "holds the same value twice; keep one", value)


_SAYINGS: Final[Mapping[str, Callable[[Path, Any, Any], Mistake]]] = {
    "type": _type, "enum": _not_listed, "const": lambda path, limit, value: _not_listed(path, [limit], value),
    "format": _bad_format, "minimum": _too_small, "maximum": _too_large, "uniqueItems": _same_twice,
}  # fmt: skip
