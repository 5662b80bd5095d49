"""One time in several spellings: as a bound, each must mean the same."""

from fractions import Fraction

from ...contract import timestamps
from ...contract.operations import Operation, Parameter
from ...engine import RuleContext
from ..registry import for_each
from . import calls
from .list_filters import agrees

#: Minutes whose hour is zero, or that go the other way than their hour if only that has the sign.
_OFFSETS = (-30, 45, -570)
_TENTH = Fraction(1, 10)


def _near_end(context: RuleContext, listing: Operation, parameter: Parameter) -> tuple[list[Fraction], Fraction]:
    """All times, from that end of the collection at which a bound leaves few items, and the unit in which they are written."""
    values = context.collection(listing, least=1).values(parameter)
    times = sorted(map(timestamps.parse, values), reverse=not parameter.is_upper)
    return times, context.bound_unit(values)


@for_each(calls.bounds, "list.{operation}.bound.{part}.offsets",
          "{operation}: {part} counts the minutes of an offset, -00:30 too, and the digits of a fraction.", "list.after",
          "list.before")  # fmt: skip
def offsets(context: RuleContext, listing: Operation, parameter: Parameter) -> None:
    times, unit = _near_end(context, listing, parameter)
    time = times[min(2, len(times) - 1)]
    # One of the two shows a shift to earlier times, the other one a shift to later ones.
    for bound in (time, time + (unit if parameter.is_upper else -unit)):
        for minutes in _OFFSETS:
            agrees(context, listing, {parameter.name: timestamps.write(bound, offset_minutes=minutes)})
    short = next(((time // _TENTH + 1) * _TENTH for time in times if 0 < time % 1 < 9 * _TENTH), None)
    if short is not None and unit < 1:
        agrees(context, listing, {parameter.name: timestamps.write(short)})


@for_each(calls.bounds, "list.{operation}.bound.{part}.spellings.strict",
          "{operation}: {part} means the same with zeros at the end of its fraction, and with +00:00, -00:00 or z.",
          "list.timestamps")  # fmt: skip
def spellings(context: RuleContext, listing: Operation, parameter: Parameter) -> None:
    times, _ = _near_end(context, listing, parameter)
    text = timestamps.write(times[min(2, len(times) - 1)]).removesuffix("Z")
    padded = f"{text}000" if "." in text else f"{text}.000"
    for spelt in (f"{padded}Z", f"{padded}000000+00:00", f"{text}-00:00", f"{text}z"):
        agrees(context, listing, {parameter.name: spelt})
