"""Times as microseconds since 1970 in UTC, and the texts that stand for them.

Kept apart from `datetime`, whose years end at 1 and 9999: a time that an offset carries beyond still compares.
"""

import re
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

SECOND = 1_000_000
EPOCH_DAY = date(1970, 1, 1).toordinal()
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

DATE_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)
DURATION = re.compile(
    r"(?P<sign>[+-]?)P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)


def parse_timestamp(text: str) -> Fraction:
    """Read an RFC 3339 date-time with offset, exactly; ValueError says what it is not."""
    found = DATE_TIME.fullmatch(text)
    if found is None:
        raise ValueError("not an RFC 3339 date-time with offset, such as 2026-03-02T09:00:00Z")
    year, month, day, hour, minute, second = (int(part) for part in found.group(1, 2, 3, 4, 5, 6))
    if hour > 23 or minute > 59 or second > 60:
        raise ValueError("a time of day that no clock shows")
    seconds = _days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - _offset(found)
    fraction = found.group(7) or "0"
    return seconds * SECOND + Fraction(int(fraction[:400]) * SECOND, 10 ** len(fraction[:400]))


def _days(year: int, month: int, day: int) -> int:
    # The Gregorian calendar repeats after 400 years, which lets year 0000 be counted as well.
    return date(year + 400 if year == 0 else year, month, day).toordinal() - EPOCH_DAY - (146_097 if year == 0 else 0)


def _offset(found: re.Match[str]) -> int:
    sign, hours, minutes = found.group(8, 9, 10)
    if sign is None:
        return 0
    if int(hours) > 23 or int(minutes) > 59:
        raise ValueError("an offset beyond 23:59")
    return (int(hours) * 3_600 + int(minutes) * 60) * (-1 if sign == "-" else 1)


def format_timestamp(micros: int) -> str:
    """Write a time in UTC with `Z`; a fraction only when it is not zero."""
    text = (EPOCH + timedelta(microseconds=micros)).replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"


def parse_duration(text: str) -> int:
    """Read a signed ISO 8601 duration of weeks to seconds as microseconds."""
    found = DURATION.fullmatch(text)
    if found is None or text.endswith(("P", "T")):
        raise ValueError("not an ISO 8601 duration, such as -P3DT4H")
    parts = {unit: Fraction(found[unit] or 0) for unit in ("weeks", "days", "hours", "minutes", "seconds")}
    hours = (parts["weeks"] * 7 + parts["days"]) * 24 + parts["hours"]
    micros = int(((hours * 60 + parts["minutes"]) * 60 + parts["seconds"]) * SECOND)
    return -micros if found["sign"] == "-" else micros
