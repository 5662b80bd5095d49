"""Bounds of the list that are not full date-times and let through, or are and rejected."""

import re
from fractions import Fraction

from ..reference_server.alterations import Catalog
from ..reference_server.control import ReferenceServer
from ..reference_server.messages import ApiError
from ..reference_server.timestamps import parse_timestamp

planted = Catalog("list")


class LenientBounds(ReferenceServer):
    """Reads some bounds that are not full date-times."""

    def read_bound(self, field: str, text: str) -> Fraction | None:
        try:
            return super().read_bound(field, text)
        except ApiError:
            return self.second_try(text)

    def second_try(self, text: str) -> Fraction | None:
        raise NotImplementedError


@planted.documented("list.listSequences.rejects.created_at", "GET /sequences?created_at_after=yesterday")
class MalformedBoundIgnored(LenientBounds):
    """A bound that is no date at all is ignored."""

    def second_try(self, text: str) -> Fraction | None:
        if re.match(r"[0-9]", text):
            raise ApiError(400, "This bound is not an RFC 3339 date-time with offset.")
        return None


class PatchedBounds(LenientBounds):
    """Completes some bounds and reads them again."""

    pattern = ""
    completed = ""

    def second_try(self, text: str) -> Fraction | None:
        patched = re.sub(self.pattern, self.completed, text)
        try:
            return parse_timestamp(patched)
        except ValueError:
            raise ApiError(400, "This bound is not an RFC 3339 date-time with offset.") from None


@planted.strict(
    "list.listSequences.bound list.listSequences.rejects.created_at", "GET /sequences?created_at_after=2026-03-02"
)
class DateOnlyAccepted(PatchedBounds):
    """A bound may be a date without a time."""

    pattern, completed = r"^([0-9-]{10})$", r"\1T00:00:00Z"


@planted.strict(
    "list.listSequences.bound list.listSequences.rejects.created_at",
    "GET /sequences?created_at_after=2026-03-02T09:00:00",
)
class BoundWithoutOffsetAccepted(PatchedBounds):
    """A bound may lack its offset."""

    pattern, completed = r"(T[0-9:.]+)$", r"\1Z"


@planted.strict("list.listSequences.rejects", "GET /sequences?created_at_after=2026-03-02T09:00:00+00:00")
class LostPlusAccepted(PatchedBounds):
    """A bound whose + arrived as a space is read as if it had not."""

    pattern, completed = r" (\d\d:\d\d)$", r"+\1"


@planted.strict(
    "list.listSequences.bound list.listSequences.rejects.created_at", "GET /sequences?created_at_after=1767225600"
)
class BoundAsNumberAccepted(LenientBounds):
    """A bound may be a number of seconds."""

    def second_try(self, text: str) -> Fraction | None:
        if not text.isdecimal():
            raise ApiError(400, "This bound is not an RFC 3339 date-time with offset.")
        return Fraction(int(text) * 1_000_000)


@planted.strict("list.listSequences.rejects", "GET /sequences?created_at_after=2026-03-02T09:00:00+00:00")
class LostPlusNotExplained(ReferenceServer):
    """A + that arrived as a space is rejected without a word on it."""

    def read_bound(self, field: str, text: str) -> Fraction | None:
        if " " in text:
            raise ApiError(400, f"'{field}' is invalid.", field=field)
        return super().read_bound(field, text)


class Picky(ReferenceServer):
    """Rejects timestamps that are well-formed."""

    rejected_form = ""

    def read_timestamp(self, field: str, text: str) -> Fraction:
        if re.search(self.rejected_form, text):
            raise ValueError("not an RFC 3339 date-time")
        return super().read_timestamp(field, text)


@planted.strict(
    "list.listSequences.bound list.listSequences.rejects.created_at",
    "GET /sequences?created_at_after=2026-03-02t09:00:00z",
)
class LowerCaseLettersRejected(Picky):
    """Lower-case t and z are rejected."""

    rejected_form = r"[tz]"


@planted.strict(
    "list.listSequences.bound list.listSequences.rejects.created_at",
    "GET /sequences?created_at_after=2016-12-31T23:59:60Z",
)
class LeapSecondRejected(Picky):
    """Second 60 is rejected."""

    rejected_form = r":60(?:\.\d+)?(?:[Zz]|[+-])"


@planted.strict(
    "list.listSequences.bound list.listSequences.rejects.created_at",
    "GET /sequences?created_at_after=2026-03-02T09:00:00.123456789Z",
)
class LongFractionRejected(Picky):
    """A fraction of more than six digits is rejected."""

    rejected_form = r"\.\d{7}"


@planted.documented(
    "list.listSequences.bound list.listSequences.between list.listSequences.bound list.listSequences.rejects.hostile",
    "GET /sequences?created_at_after=2026-03-02T09:00:00-05:00",
)
class NumericOffsetRejected(Picky):
    """Any offset but Z is rejected."""

    rejected_form = r"[+-]\d\d:\d\d$"


@planted.documented(
    "list.listSequences.bound list.listSequences.between list.listSequences.bound list.listSequences.rejects.hostile",
    "GET /sequences?created_at_after=0001-01-01T00:00:00%2B05:00",
)
class YearOneBreaks(ReferenceServer):
    """A time before year 1 in UTC is 500."""

    def read_timestamp(self, field: str, text: str) -> Fraction:
        timestamp = super().read_timestamp(field, text)
        if timestamp < -62_135_596_800_000_000:
            raise OverflowError("date value out of range")
        return timestamp
