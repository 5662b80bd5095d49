"""Times that are compared, read or written too coarsely, and offsets of less than an hour."""

import re
from fractions import Fraction
from typing import Any

from ..reference_server.alterations import Altering, Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import Query
from ..reference_server.probe_world import TEMPLATE
from ..reference_server.timestamps import format_timestamp, parse_timestamp
from ..reference_server.world import Run
from .scripts import pause

planted = Catalog("list")
MILLISECOND = 1_000
SECOND = 1_000_000


def enrol(number: int) -> str:
    """A line of a probe that makes a run, whose id ends in that number, at the present time."""
    return (
        f'POST /_sandbox/sequences {{"id": "88c23cea-f199-4cf0-964c-{number:012d}", "contact_id": null, '
        f'"sequence_template_id": "{TEMPLATE}", "status": "ACTIVE"}}'
    )


ONE_UPDATE, OTHER_UPDATE = (f'PATCH {{{name}}} {{"variables": {{"a": "b"}}}}' for name in ("active", "tied_too"))
NEWEST_FIRST = "sort_order=desc&size=2"
FINE_BOUND = f"wait PT0.0004S && {enrol(1)} && GET /sequences?size=50&created_at_BOUND=2026-03-02T09:00:00.0009Z"


def sorting(field: str, unit: int) -> Altering:
    """Sorts by a time cut to a unit, equal ones by id."""

    class SortingCoarsely(ReferenceServer):
        def sort_key(self, run: Run, query: Query) -> Any:
            key = super().sort_key(run, query)
            return key // unit if query.sort_by == field else key

    return SortingCoarsely


for word, unit, apart in (("second", SECOND, "0.3"), ("millisecond", MILLISECOND, "0.0004")):
    wait = f"wait PT{apart}S"
    for field, script in (
        ("created_at", f"{wait} && {enrol(1)} && {wait} && {enrol(2)} && GET /sequences?{NEWEST_FIRST}"),
        ("updated_at", f"{ONE_UPDATE} && {wait} && {OTHER_UPDATE} && GET /sequences?sort_by=updated_at&{NEWEST_FIRST}"),
    ):
        planted.add(
            f"{field}_sorted_by_the_{word}", f"sort_by={field} knows whole {word}s only.", "documented",
            f"list.listSequences.sort.{field} seen.in_order", script, sorting(field, unit),
        )  # fmt: skip


@planted.documented("list.listSequences.bound.created_at_after", FINE_BOUND.replace("BOUND", "after"))
class AfterCutsItsBoundToMilliseconds(ReferenceServer):
    """created_at_after forgets what its bound has below a millisecond."""

    def is_after(self, run: Run, bound: Fraction) -> bool:
        return run.created_at > bound // MILLISECOND * MILLISECOND


@planted.documented("list.listSequences.bound.created_at_before", FINE_BOUND.replace("BOUND", "before"))
class BeforeComparesMilliseconds(ReferenceServer):
    """created_at_before compares whole milliseconds."""

    def is_before(self, run: Run, bound: Fraction) -> bool:
        return run.created_at // MILLISECOND < bound // MILLISECOND


class OtherOffset(ReferenceServer):
    """Reads the offset of a time in its own way, in the fields that are named."""

    fields: tuple[str, ...] = ()

    def read_timestamp(self, field: str, text: str) -> Fraction:
        exact = super().read_timestamp(field, text)
        return parse_timestamp(self.misread(text)) if field in self.fields else exact

    def misread(self, text: str) -> str:
        raise NotImplementedError


def west_as_east(_: Any, text: str) -> str:
    """The sign stands on the hours, and -00 is 00."""
    return re.sub(r"-00:(\d\d)$", r"+00:\1", text)


def hours_alone(_: Any, text: str) -> str:
    return re.sub(r"([+-]\d\d):\d\d$", r"\1:00", text)


def minutes_to_the_east(_: Any, text: str) -> str:
    """Hours to the west and minutes to the east: -09:30 is read as -08:30."""
    found = re.search(r"-(\d\d):(\d\d)$", text)
    if found is None or found[2] == "00" or found[1] == "00":
        return text
    minutes = int(found[1]) * 60 - int(found[2])
    return f"{text[:-6]}-{minutes // 60:02d}:{minutes % 60:02d}"


def fraction_as_a_number(_: Any, text: str) -> str:
    """The digits after the point are a number of microseconds: .5 is five of them."""
    return re.sub(r"\.(\d{1,5})(?=\D|$)", lambda found: f".{int(found[1]):06d}", text)


LIST = "GET /sequences?size=50&{}=2026-03-"
# Name, words, how it is misread; the bound, and the line after a pause and that until then, that show it.
for name, words, misread, shown, script in (
    ("half_hour_west_read_as_east", "takes -00:30 for +00:30", west_as_east, "02T03:45:00-00:30",
     pause("2026-03-02T08:45:00-00:30")),
    ("minutes_of_offset_ignored", "ignores the minutes of an offset", hours_alone, "02T09:15:00%2B05:30",
     pause("2026-03-02T14:15:00+05:30")),
    ("minutes_of_offset_west_turned_round", "takes -09:30 for -08:30", minutes_to_the_east, "01T19:00:00-09:30",
     pause("2026-03-02T00:00:00-09:30")),
    ("fraction_read_as_a_number", "takes .5 for five microseconds", fraction_as_a_number, "02T04:00:00.7Z",
     f"{pause('2026-03-02T09:00:00.7Z')} && wait PT0.5S && GET {{active}}"),
):  # fmt: skip
    for bound in ("created_at_after", "created_at_before"):
        planted.add(
            f"{name}_in_{bound}", f"{bound} {words}.", "documented", f"list.listSequences.bound.{bound}",
            LIST.format(bound) + shown,
            type("OtherOffsetOfBound", (OtherOffset,), {"fields": (bound,), "misread": misread}),
        )  # fmt: skip
    planted.add(
        f"{name}_in_paused_until", f"paused_until {words}.", "documented",
        "pause.accepts pause.offset pause.rejects pause.not_early", script,
        type("OtherOffsetOfPause", (OtherOffset,), {"fields": ("paused_until",), "misread": misread}),
    )  # fmt: skip


@planted.documented("list.listSequences.sort.created_at shape.*.body get.getSequence", "GET /sequences?size=100")
class FractionWrittenAsANumber(ReferenceServer):
    """The list writes a fraction of 5 microseconds as .5."""

    def item(self, run: Run) -> dict[str, Any]:
        return super().item(run) | {"created_at": self.without_zeros(run.created_at)}

    def without_zeros(self, micros: int) -> str:
        whole = format_timestamp(micros // SECOND * SECOND).removesuffix("Z")
        return f"{whole}.{micros % SECOND}Z" if micros % SECOND else f"{whole}Z"
