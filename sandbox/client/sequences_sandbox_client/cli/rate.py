"""Rates, as a command line takes them."""

import argparse
import re
from typing import Final

_UNITS: Final = {
    "s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3600, "hour": 3600, "d": 86_400, "day": 86_400,
}  # fmt: skip
_RATE: Final = re.compile(r"([1-9]\d{0,6})/(\d{0,5})([a-z]+)", re.ASCII)
_MOST_CALLS: Final = 1_000_000
_MOST_SECONDS: Final = 86_400


def rate(text: str) -> tuple[int, int]:
    """The calls and the seconds of a rate such as `60/min`, `5/s` or `100/15min`. Raises ArgumentTypeError."""
    match = _RATE.fullmatch(text)
    unit = _UNITS.get(match[3]) if match is not None else None
    if match is None or unit is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a rate; write one like 60/min, 5/s or 100/15min (s, min, h, d)"
        )
    limit, seconds = int(match[1]), int(match[2] or 1) * unit
    if limit > _MOST_CALLS or not 1 <= seconds <= _MOST_SECONDS:
        raise argparse.ArgumentTypeError(
            f"{text!r} is out of range; up to {_MOST_CALLS} calls, in one second to one day"
        )
    return limit, seconds
