"""Values of the list's parameters: bad ones that are let through, good ones that are refused."""

import re
from fractions import Fraction
from urllib.parse import unquote

from ..alterations import Catalogue
from ..control import Specimen
from ..instants import parse_instant
from ..messages import Call, Refusal
from ..world import Run

planted = Catalogue("list")


class Lenient(Specimen):
    """Falls back to the default where a choice is unknown."""

    lenient_in = ""

    def read_choice(self, given: dict[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
        known = name != self.lenient_in or given.get(name) in allowed
        return super().read_choice(given if known else {}, name, default, allowed if known else (default,))


@planted.documented("list.sort_by.refused", "GET /sequences?sort_by=id")
class UnknownSortIgnored(Lenient):
    """An unknown sort_by is ignored."""

    lenient_in = "sort_by"


@planted.documented("list.sort_order.refused", "GET /sequences?sort_order=down")
class UnknownOrderIgnored(Lenient):
    """An unknown sort_order is ignored."""

    lenient_in = "sort_order"


@planted.documented("list.status.refused", "GET /sequences?status=PAUSED")
class UnknownStatusFindsNothing(Lenient):
    """An unknown status matches nothing instead of being refused."""

    lenient_in = "status"


@planted.documented("list.status.refused", "GET /sequences?status=active")
class StatusInAnyCase(Specimen):
    """The filter status is accepted in lower case."""

    def read_choice(self, given: dict[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
        upper = {key: value.upper() if key == "status" else value for key, value in given.items()}
        return super().read_choice(upper, name, default, allowed)


@planted.documented("list.template.refused", "GET /sequences?sequence_template_id=nonsense")
class MalformedTemplateIgnored(Specimen):
    """A malformed sequence_template_id is ignored."""

    def read_uuid(self, field: str, text: str) -> str | None:
        lenient = field == "sequence_template_id" and len(text) != 36
        return None if lenient else super().read_uuid(field, text)


class LenientBounds(Specimen):
    """Reads some bounds that are not full date-times."""

    def read_bound(self, field: str, text: str) -> Fraction | None:
        try:
            return super().read_bound(field, text)
        except Refusal:
            return self.second_try(text)

    def second_try(self, text: str) -> Fraction | None:
        raise NotImplementedError


@planted.documented("list.created_at_after.refused", "GET /sequences?created_at_after=yesterday")
class MalformedBoundIgnored(LenientBounds):
    """A bound that is no date at all is ignored."""

    def second_try(self, text: str) -> Fraction | None:
        if re.match(r"[0-9]", text):
            raise Refusal(400, "This bound is not an RFC 3339 date-time with offset.")
        return None


class PatchedBounds(LenientBounds):
    """Completes some bounds and reads them again."""

    pattern = ""
    completed = ""

    def second_try(self, text: str) -> Fraction | None:
        patched = re.sub(self.pattern, self.completed, text)
        try:
            return parse_instant(patched)
        except ValueError:
            raise Refusal(400, "This bound is not an RFC 3339 date-time with offset.") from None


@planted.strict("list.instants", "GET /sequences?created_at_after=2026-03-02")
class DateOnlyAccepted(PatchedBounds):
    """A bound may be a date without a time."""

    pattern, completed = r"^([0-9-]{10})$", r"\1T00:00:00Z"


@planted.strict("list.instants", "GET /sequences?created_at_after=2026-03-02T09:00:00")
class BoundWithoutOffsetAccepted(PatchedBounds):
    """A bound may lack its offset."""

    pattern, completed = r"(T[0-9:.]+)$", r"\1Z"


@planted.strict("list.lost_plus", "GET /sequences?created_at_after=2026-03-02T09:00:00+00:00")
class LostPlusAccepted(PatchedBounds):
    """A bound whose + arrived as a space is read as if it had not."""

    pattern, completed = r" (\d\d:\d\d)$", r"+\1"


@planted.strict("list.instants", "GET /sequences?created_at_after=1767225600")
class BoundAsNumberAccepted(LenientBounds):
    """A bound may be a number of seconds."""

    def second_try(self, text: str) -> Fraction | None:
        if not text.isdecimal():
            raise Refusal(400, "This bound is not an RFC 3339 date-time with offset.")
        return Fraction(int(text) * 1_000_000)


@planted.strict("list.lost_plus", "GET /sequences?created_at_after=2026-03-02T09:00:00+00:00")
class LostPlusNotExplained(Specimen):
    """A + that arrived as a space is refused without a word on it."""

    def read_bound(self, field: str, text: str) -> Fraction | None:
        if " " in text:
            raise Refusal(400, f"'{field}' is invalid.", field=field)
        return super().read_bound(field, text)


class Picky(Specimen):
    """Refuses instants that are well-formed."""

    refused_form = ""

    def read_instant(self, field: str, text: str) -> Fraction:
        if re.search(self.refused_form, text):
            raise ValueError("not an RFC 3339 date-time")
        return super().read_instant(field, text)


@planted.strict("list.instants", "GET /sequences?created_at_after=2026-03-02t09:00:00z")
class LowerCaseLettersRefused(Picky):
    """Lower-case t and z are refused."""

    refused_form = r"[tz]"


@planted.strict("list.instants", "GET /sequences?created_at_after=2016-12-31T23:59:60Z")
class LeapSecondRefused(Picky):
    """Second 60 is refused."""

    refused_form = r":60(?:\.\d+)?(?:[Zz]|[+-])"


@planted.strict("list.instants", "GET /sequences?created_at_after=2026-03-02T09:00:00.123456789Z")
class LongFractionRefused(Picky):
    """A fraction of more than six digits is refused."""

    refused_form = r"\.\d{7}"


@planted.documented("list.created_at_after", "GET /sequences?created_at_after=2026-03-02T09:00:00-05:00")
class NumericOffsetRefused(Picky):
    """Any offset but Z is refused."""

    refused_form = r"[+-]\d\d:\d\d$"


@planted.documented("list.created_at_after", "GET /sequences?created_at_after=0001-01-01T00:00:00%2B05:00")
class YearOneBreaks(Specimen):
    """An instant that lies before year 1 in UTC is 500."""

    def read_instant(self, field: str, text: str) -> Fraction:
        instant = super().read_instant(field, text)
        if instant < -62_135_596_800_000_000:
            raise OverflowError("date value out of range")
        return instant


@planted.documented("list.page.refused", "GET /sequences?page=0")
class PageZeroAccepted(Specimen):
    """page=0 shows the first page."""

    def read_page(self, text: str) -> int:
        return 1 if text == "0" else super().read_page(text)


@planted.documented("list.page.refused", "GET /sequences?page=-1")
class NegativePageAccepted(Specimen):
    """A negative page shows the first one."""

    def read_page(self, text: str) -> int:
        return 1 if text.startswith("-") else super().read_page(text)


@planted.documented("list.size.refused", "GET /sequences?size=0")
class SizeZeroAccepted(Specimen):
    """size=0 takes the default."""

    def read_size(self, text: str) -> int:
        return super().read_size(self.default_size if text == "0" else text)


@planted.documented("list.size.refused", "GET /sequences?size=101")
class Size101Accepted(Specimen):
    """size goes one too far."""

    largest_size = 101


@planted.documented("list.size.refused", "GET /sequences?size=250 && GET /sequences?size=101")
class LargeSizeCut(Specimen):
    """A size over 100 is taken for 100."""

    def read_size(self, text: str) -> int:
        return super().read_size(str(min(100, self.read_integer("size", text))))


@planted.documented("list.size.refused", "GET /sequences?size=ten")
class WordForSizeIgnored(Specimen):
    """A size that is no number is ignored."""

    def read_size(self, text: str) -> int:
        return super().read_size(self.default_size if text.isalpha() else text)


@planted.documented("list.page.refused", "GET /sequences?page=2x")
class PageReadUpToFirstLetter(Specimen):
    """page=2x is page 2."""

    def read_page(self, text: str) -> int:
        found = re.match(r"\d+", text)
        return super().read_page(found[0] if found else text)


@planted.strict("list.strict_query", "GET /sequences?size=5.0")
class SizeWithPointAccepted(Specimen):
    """size=5.0 is 5."""

    def read_size(self, text: str) -> int:
        return super().read_size(text.removesuffix(".0"))


@planted.strict("list.strict_query", "GET /sequences?page=%2B1 && GET /sequences?page=%201")
class PageWithSignOrSpaceAccepted(Specimen):
    """page may have a plus sign or spaces about it."""

    def read_page(self, text: str) -> int:
        return super().read_page(text.strip().removeprefix("+"))


@planted.strict("list.strict_query", "GET /sequences?status=FOUND&status=ACTIVE")
class RepeatedParameterLastWins(Specimen):
    """Of a repeated parameter the last one counts."""

    def repeated_parameter(self, given: dict[str, str], name: str, value: str) -> None:
        given[name] = value


@planted.strict("list.strict_query", "GET /sequences?status=FOUND&status=ACTIVE")
class RepeatedParameterFirstWins(Specimen):
    """Of a repeated parameter the first one counts."""

    def repeated_parameter(self, given: dict[str, str], name: str, value: str) -> None:
        return None


@planted.strict("list.strict_query", "GET /sequences?status=")
class EmptyParameterIgnored(Specimen):
    """An empty parameter is ignored."""

    def empty_parameter(self, name: str) -> None:
        return None


@planted.strict("list.strict_query", "GET /sequences?page_size=5")
class NearestParameterNotNamed(Specimen):
    """An unknown parameter is refused without naming the nearest one."""

    def unknown_parameter(self, name: str, value: str, known: tuple[str, ...]) -> None:
        raise Refusal(400, "There is an unknown query parameter.")


@planted.strict("list.template", "GET /sequences?sequence_template_id=9ACD9DE9-99F5-473B-9921-00000000000B")
class TemplateFilterInOneCase(Specimen):
    """The filter sequence_template_id finds nothing in upper case."""

    def read_uuid(self, field: str, text: str) -> str | None:
        found = super().read_uuid(field, text)
        return text if field == "sequence_template_id" else found


@planted.strict("run.uuids", "GET /sequences/88C23CEA-F199-4CF0-964C-0000000000A2")
class RunIdInOneCase(Specimen):
    """A run's id in upper case is 404."""

    def read_id(self, segment: str) -> str:
        super().read_id(segment)
        return segment


@planted.strict("run.uuids", "GET /sequences/%7B88c23cea-f199-4cf0-964c-0000000000a2%7D")
class BracedIdAccepted(Specimen):
    """A run's id may stand in braces."""

    def read_id(self, segment: str) -> str:
        return super().read_id(unquote(segment).strip("{}"))


@planted.strict("run.uuids", "GET /sequences/88c23ceaf1994cf0964c0000000000a2")
class UnhyphenatedIdAccepted(Specimen):
    """A run's id may lack its hyphens."""

    def read_id(self, segment: str) -> str:
        plain = re.fullmatch(r"(.{8})(.{4})(.{4})(.{4})(.{12})", segment)
        return super().read_id("-".join(plain.groups()) if plain else segment)


@planted.documented("get.unknown", "GET /sequences/00000000-0000-4000-8000-000000000000")
class UnknownRunIs400(Specimen):
    """An unknown run is 400."""

    def no_run(self, call: Call) -> Run:
        raise Refusal(400, "This id is unknown.")
