"""The header by which one request asks for a fault: `X-Sandbox-Fault: status=503, retry_after=2`."""

import math
import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, Final, get_args

from ..domain.errors import ValidationIssue
from .faults import BodyFault, CloseAt, FaultEffect, Injection
from .latency import MOST_MILLISECONDS

NAME: Final = "X-Sandbox-Fault"
_EXAMPLE: Final = "status=503, latency=250"
_MOST_SECONDS: Final = 600
_MOST_RETRY_AFTER: Final = 86_400


def parse_fault_header(text: str) -> Injection:
    """The injection that a header's value asks for. Raises ValidationIssue, which says what can be written."""
    values: dict[str, Any] = {}
    for part in re.split("[,;]", text):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals:
            raise _malformed(f"has {name[:40]!r} where 'name=value' is expected", "malformed", name[:40])
        reader = _READERS.get(name)
        if reader is None:
            raise _unknown(name)
        if name in values:
            raise _malformed(f"names '{name}' twice; keep one", "repeated", name)
        values[name] = reader(name, value)
    if "retry_after" in values and "status" not in values:
        raise _malformed("gives 'retry_after', which goes with a 'status' only", "incomplete", "retry_after")
    milliseconds = values.pop("latency", None)
    drip = values.pop("drip", None)
    return Injection(milliseconds, FaultEffect(drip_seconds=drip, **values))


def _number(most: float) -> Callable[[str, str], float]:
    def read(name: str, text: str) -> float:
        try:
            number = float(text) if len(text) <= 20 else math.nan
        except ValueError:
            number = math.nan
        if not 0 <= number <= most:
            raise _malformed(f"gives {name}={text[:40]!r}; a number from 0 to {most:g} is needed", "not allowed", name)
        return number

    return read


def _whole(least: int, most: int) -> Callable[[str, str], int]:
    def read(name: str, text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 6 and least <= int(text) <= most):
            wanted = f"a whole number from {least} to {most} is needed"
            raise _malformed(f"gives {name}={text[:40]!r}; {wanted}", "not allowed", name)
        return int(text)

    return read


def _one_of(options: tuple[str, ...]) -> Callable[[str, str], str]:
    def read(name: str, text: str) -> str:
        if text not in options:
            wanted = f"{', '.join(options[:-1])} or {options[-1]}"
            raise _malformed(f"gives {name}={text[:40]!r}; it can be {wanted}", "not allowed", name)
        return text

    return read


_READERS: Final[Mapping[str, Callable[[str, str], Any]]] = {
    "status": _whole(400, 599),
    "retry_after": _whole(0, _MOST_RETRY_AFTER),
    "latency": _number(MOST_MILLISECONDS),
    "close": _one_of(get_args(CloseAt)),
    "body": _one_of(get_args(BodyFault)),
    "drip": _number(_MOST_SECONDS),
}


def _unknown(name: str) -> ValidationIssue:
    near = get_close_matches(name[:40].lower(), _READERS, 1)
    hint = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(_READERS)}"
    return _malformed(f"asks for {name[:40]!r}; {hint}", "unknown", name[:40])


def _malformed(what: str, problem: str, value: str) -> ValidationIssue:
    end = "" if what.endswith("?") else "."
    return ValidationIssue(
        f"The header '{NAME}' {what}{end} Write it like '{_EXAMPLE}', or leave it out.",
        field=NAME,
        problem=problem,
        value=value,
        allowed=list(_READERS),
    )
