"""What is wrong with a text that is no JSON, in plain words: what, where, and how to fix it."""

import json
import re
from collections.abc import Callable, Mapping
from json import JSONDecodeError
from typing import Any, Final

_BEFORE: Final = 20
_AFTER: Final = 40
_LONGEST_WORD: Final = 40
_WORD: Final = re.compile(rf"[^\W\d][\w.-]{{0,{_LONGEST_WORD - 1}}}")
_GOES_ON: Final = re.compile(r"[\w.+-]")
_SPACE: Final = re.compile(r"[ \t\r\n]+")
_CUT_WORD: Final = re.compile(r"[\w%-]+")
_STRING_OR_CONSTANT: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"|NaN|-?Infinity', re.DOTALL)
_SPELLINGS: Final = {
    "true": "true",
    "false": "false",
    "none": "null",
    "null": "null",
    "undefined": "null",
    "nan": "null",
}
_CURLY_QUOTES: Final = "“”„‟«»‘’‚‛"
_COMMENTS: Final = ("//", "/*", "#")

_Explanation = tuple[str, str]
"""What is wrong, and how to fix it."""
_COMMA: Final = "a comma stands with nothing before or after it", "remove it, or add what is missing"
_IN_STRING: Final[Mapping[str, _Explanation]] = {
    "Unterminated string": (
        "a string begins and is never closed", "close it with a double quote, or send the rest of the text",
    ),
    "Invalid control character": (
        "a string holds a line break or another control character", r"write it as \n or \u000a, or close the string",
    ),
    "Invalid \\": (
        "a backslash begins no escape of JSON", r"write \\ for a backslash, or \u and four hexadecimal digits",
    ),
}  # fmt: skip
_EXPECTED: Final[Mapping[str, _Explanation]] = {
    "Extra data": ("something follows the value", "send one value, and nothing after it"),
    "Expecting ':'": ("a colon is missing after a name", "write a colon between the name and its value"),
    "Expecting ','": (
        "a comma or a closing bracket is missing", r'add it, or write \" for a double quote within a string',
    ),
    "Illegal trailing comma": _COMMA,
    "Expecting property name": ("a name in double quotes is missing", 'write names as "name"'),
}  # fmt: skip
"""By what Python's reader says."""


class ConstantError(Exception):
    """A number that Python reads and JSON does not have."""


class RepeatedKeyError(Exception):
    """An object has a key twice, which is its text."""


def decoder(**hooks: Any) -> json.JSONDecoder:
    """A decoder for `decoded`, which raises RepeatedKeyError; `hooks` read numbers."""
    return json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, **hooks)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise RepeatedKeyError(twice)
    return members


def _constant(name: str) -> Any:
    raise ConstantError(name)


def decoded(decode: Callable[[str], Any], text: str) -> Any:
    """What a decoder makes of a text. Raises JSONDecodeError, whose `msg` says what is wrong in plain words."""
    try:
        return decode(text)
    except ConstantError as error:
        found = next(found for found in _STRING_OR_CONSTANT.finditer(text) if not found[0].startswith('"'))
        what, fix = f"{error} is no number of JSON", "send a number, a string or null"
        start = found.start()
    except JSONDecodeError as error:
        start, (what, fix) = _explained(text, error.pos, error.msg)
    where = JSONDecodeError("", text, start)
    raise JSONDecodeError(f"{what} at column {where.colno}{_near(text, start)}; {fix}", text, start) from None


def _explained(text: str, position: int, said: str) -> tuple[int, _Explanation]:
    """Where something is wrong, what it is, and how to fix it; `said` is what Python's reader says of a position."""
    if in_string := _of(_IN_STRING, said):
        return position, in_string
    space = _SPACE.match(text, position)
    start = space.end() if space else position
    return start, _outside(text, start) or _of(_EXPECTED, said) or _instead_of_value(text, start)


def _of(table: Mapping[str, _Explanation], said: str) -> _Explanation | None:
    return next((explanation for beginning, explanation in table.items() if said.startswith(beginning)), None)


def _outside(text: str, start: int) -> _Explanation | None:
    """What is nowhere right outside strings, commas that are one too many, and numbers that JSON does not have."""
    first, before = text[start : start + 1], text[:start].rstrip()[-1:]
    if not first:
        return "the text ends too early", "send the whole of it, and close what is open"
    if first in "'`":
        return "a single quote stands", "put names and strings in double quotes"
    if first in _CURLY_QUOTES:
        return "a curly quote stands", 'put names and strings in straight double quotes, "like this"'
    if text.startswith(_COMMENTS, start):
        return "a comment begins", "remove it, since JSON has none"
    if (first == "," and before in ("", "[", "{", ",", ":")) or (before == "," and first in "]}"):
        return _COMMA
    if first in "+." or (text[start - 1 : start].isalnum() and _GOES_ON.match(text, start)):
        return "a value is malformed", "write a number as 1, -2.5 or 1e9, and a text in double quotes"
    return None


def _instead_of_value(text: str, start: int) -> _Explanation:
    """What stands where a value is expected."""
    word = _WORD.match(text, start)
    meant = _SPELLINGS.get(word[0].casefold()) if word else None
    if word and meant:
        return f"{word[0]} is no value of JSON", f"write {meant}"
    if word:
        return "a text without double quotes stands", 'write texts as "text"'
    return "a value is missing", "write a string in double quotes, a number, true, false, null, {} or []"


def _near(text: str, start: int) -> str:
    """A short piece of the text around a place. It does not begin within a word: the rest of a key could not be told."""
    first = max(0, start - _BEFORE)
    cut = _CUT_WORD.match(text, first) if first and _CUT_WORD.match(text, first - 1) else None
    first = min(start, cut.end()) if cut else first
    piece = f"{'…' if first else ''}{text[first : start + _AFTER]}{'…' if start + _AFTER < len(text) else ''}"
    shown = "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in piece)
    return f", in '{shown}'" if shown else ""
