"""Timestamps as exact numbers: RFC 3339 text to seconds since 1970 as a Fraction, and back."""

import re
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import lru_cache

MICROSECOND = Fraction(1, 1_000_000)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHAPE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+-])(\d\d):(\d\d))", re.ASCII
)
#: The form in which the contract writes timestamps: UTC, `Z`, no zero fraction, six digits at most.
CANONICAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.(?!0+Z)\d{1,6})?Z", re.ASCII)


@lru_cache(maxsize=10_000)
def parse(text: str) -> Fraction:
    """Seconds since 1970 of an RFC 3339 date-time, exact to the last digit. Raises ValueError for anything else."""
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not an RFC 3339 date-time with offset")
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    leap = second == 60
    day_part = datetime(year, month, day, hour, minute, 59 if leap else second, tzinfo=UTC) - _EPOCH
    whole = day_part.days * 86_400 + day_part.seconds + leap
    if match[9]:
        shift = int(match[10]) * 3600 + int(match[11]) * 60
        whole += -shift if match[9] == "+" else shift
    return Fraction(whole) + (Fraction(int(match[7]), 10 ** len(match[7])) if match[7] else 0)


def precision(text: str) -> Fraction:
    """The unit of the last digit of a timestamp, in seconds; a microsecond at least."""
    digits = re.search(r"\.(\d+)", text)
    return max(MICROSECOND, Fraction(1, 10 ** len(digits[1]))) if digits else Fraction(1)


def write(time: Fraction, *, offset_minutes: int | None = None, digits: int = 6) -> str:
    """RFC 3339 text of a time, rounded down to `digits` (six at most); UTC with Z unless an offset is given."""
    micros = int(time // MICROSECOND)
    moment = _EPOCH + timedelta(microseconds=micros) + timedelta(minutes=offset_minutes or 0)
    fraction = f".{moment.microsecond:06d}"[: digits + 1].rstrip("0").rstrip(".") if digits else ""
    text = moment.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0") + fraction
    if offset_minutes is None:
        return text + "Z"
    hours, minutes = divmod(abs(offset_minutes), 60)
    return f"{text}{'-' if offset_minutes < 0 else '+'}{hours:02d}:{minutes:02d}"
