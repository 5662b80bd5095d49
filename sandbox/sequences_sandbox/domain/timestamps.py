"""Timestamps and durations, both as whole microseconds.

Plain integers compare and add where `datetime` cannot: an offset may move a date-time before year 1 or past year 9999
(contract, "List"). In text a timestamp is an RFC 3339 date-time, a *duration* a signed ISO 8601 one of weeks, days, hours,
minutes and seconds (`-P3DT4H`).
"""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Final

Timestamp = Annotated[int, "timestamp"]
"""Microseconds since 1970-01-01T00:00:00Z. A field so annotated is shown as an RFC 3339 date-time."""

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

_EPOCH: Final = datetime(1970, 1, 1)
_EPOCH_DAY: Final = _EPOCH.toordinal()
LATEST: Final = (date.max.toordinal() - _EPOCH_DAY + 1) * DAY - 1
"""9999-12-31T23:59:59.999999Z, the last time that can be written."""
EARLIEST: Final = (date.min.toordinal() - _EPOCH_DAY) * DAY
"""0001-01-01T00:00:00Z, the first."""

_DATE_TIME: Final = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:([Zz])|([+-])(\d{2}):(\d{2}))", re.ASCII
)
_LOST_PLUS: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt][\d:.]+ \d{2}:\d{2}", re.ASCII)
_NO_OFFSET: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?", re.ASCII)
_DURATION: Final = re.compile(
    r"([+-])?P(?=\d|T\d)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,6}))?S)?)?", re.ASCII
)
_MAX_TEXT: Final = 128
_LONGEST: Final = 10_000 * 366 * DAY


class TimestampError(ValueError):
    """Text that is no timestamp or duration. `problem` names it in a few words, `hint` says how to fix it."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(f"{problem}; {hint}")
        self.problem = problem
        self.hint = hint


def parse_timestamp(text: str, *, round_up: bool = False) -> int:
    """The timestamp that an RFC 3339 date-time with offset names.

    Digits beyond the sixth of a fraction are rounded down, or up to the next microsecond with `round_up`. A second of 60
    is the first second of the next minute. Raises TimestampError.
    """
    timestamp, beyond = _parsed(text)
    return timestamp + 1 if round_up and beyond else timestamp


# A body's date-time is parsed twice, by its schema and by its handler. Only texts that parse are kept, and those are short.
@lru_cache(256)
def _parsed(text: str) -> tuple[int, bool]:
    """The timestamp of a date-time, rounded down, and whether digits beyond a microsecond were cut off."""
    match = _DATE_TIME.fullmatch(text) if len(text) <= _MAX_TEXT else None
    if match is None:
        raise _explain(text)
    year, month, day, hour, minute, second = (int(part) for part in match.group(1, 2, 3, 4, 5, 6))
    if hour > 23 or minute > 59 or second > 60:
        raise TimestampError(
            "no such time of day", "hours run to 23, minutes to 59, seconds to 59 (60 for a leap second)"
        )
    offset_hour, offset_minute = int(match[10] or 0), int(match[11] or 0)
    if offset_hour > 23 or offset_minute > 59:
        raise TimestampError("no such offset", "an offset runs from -23:59 to +23:59")
    offset = offset_hour * HOUR + offset_minute * MINUTE
    moved = _days(year, month, day) * DAY + hour * HOUR + minute * MINUTE + second * SECOND
    fraction = match[7] or ""
    timestamp = moved + _microseconds(fraction) - (-offset if match[9] == "-" else offset)
    return timestamp, bool(fraction[6:].strip("0"))


def format_timestamp(timestamp: int) -> str:
    """RFC 3339 in UTC with `Z`; a fraction only when it is not zero, without trailing zeros.

    What lies outside the years 1 to 9999, which four digits cannot say, is written as their first or last microsecond.
    """
    if not EARLIEST <= timestamp <= LATEST:
        timestamp = EARLIEST if timestamp < EARLIEST else LATEST
    second, fraction = divmod(timestamp, SECOND)
    text = _second(second)
    return f"{text}.{fraction:06}".rstrip("0") + "Z" if fraction else f"{text}Z"


@lru_cache(1024)
def _second(second: int) -> str:
    return (_EPOCH + timedelta(seconds=second)).isoformat()


def parse_duration(text: str) -> int:
    """The signed length, in microseconds, of an ISO 8601 duration without years and months. Raises TimestampError."""
    match = _DURATION.fullmatch(text) if len(text) <= _MAX_TEXT else None
    if match is None:
        raise TimestampError(
            "not a duration", "write one like P2D, PT1H30M or P1W (weeks, days, hours, minutes, seconds)"
        )
    sign, weeks, days, hours, minutes, seconds, fraction = match.groups()
    length = (
        (7 * int(weeks) * DAY if weeks else 0)
        + (int(days) * DAY if days else 0)
        + (int(hours) * HOUR if hours else 0)
        + (int(minutes) * MINUTE if minutes else 0)
        + (int(seconds) * SECOND if seconds else 0)
        + (_microseconds(fraction) if fraction else 0)
    )
    if length > _LONGEST:
        raise TimestampError("too long a duration", "ten thousand years are the most")
    return -length if sign == "-" else length


def format_duration(length: int) -> str:
    """The ISO 8601 duration of a length in microseconds: `P2D`, `-PT1H30M`, `PT0S`."""
    days, rest = divmod(abs(length), DAY)
    hours, rest = divmod(rest, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    seconds, micros = divmod(rest, SECOND)
    fraction = f".{micros:06}".rstrip("0") if micros else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{seconds}{fraction}S" if seconds or micros else ""
    body = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
    return f"{'-' if length < 0 else ''}P{body}" if body else "PT0S"


def _days(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 in the proleptic Gregorian calendar, year 0 included, which `date` does not know."""
    try:
        if year == 0:
            return date(400, month, day).toordinal() - 146_097 - _EPOCH_DAY
        return date(year, month, day).toordinal() - _EPOCH_DAY
    except ValueError:
        raise TimestampError("no such day", "check the month and the day") from None


def _microseconds(digits: str | None) -> int:
    """The first six digits of a fraction."""
    return int(digits[:6].ljust(6, "0")) if digits else 0


def _explain(text: str) -> TimestampError:
    if len(text) <= _MAX_TEXT and _LOST_PLUS.fullmatch(text):
        return TimestampError(
            "the '+' of its offset arrived as a space", "in a URL write '+' as '%2B', or give the time with 'Z'"
        )
    if len(text) <= _MAX_TEXT and _NO_OFFSET.fullmatch(text):
        return TimestampError("no offset", "end it with 'Z' or an offset such as '+01:00'")
    return TimestampError("not a date-time", "write one like 2026-03-02T09:00:00Z")
