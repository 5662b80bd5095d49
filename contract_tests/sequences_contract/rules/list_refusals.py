"""Bad query parameters are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .registry import rule

if TYPE_CHECKING:
    from ..exchange import Answer
    from ..trial import Trial


def _each(trial: Trial, queries: tuple[str, ...], why: str) -> list[Answer]:
    return [trial.refused(trial.call("GET", "/sequences", query=query), why) for query in queries]


@rule("list.refuses.status", "A status that is none of the nine is refused.", "list.status")
def status(trial: Trial) -> None:
    _each(trial, ("status=ACTVE", "status=active", "status=ACTIVE%2CFOUND", "status=1"), "for an unknown status")


@rule("list.refuses.template", "A template id that is no UUID is refused.", "list.template")
def template(trial: Trial) -> None:
    for text in ("abc", "123", "9acd9de9"):
        answer = trial.call("GET", "/sequences", query={"sequence_template_id": text})
        if trial.strict:
            trial.refused(answer, "for a malformed id")
        else:
            trial.expect(answer, 400, 404, 422, why="for a malformed id")


@rule("list.refuses.sort_by", "Sorting by another field is refused.", "list.sort_by")
def sort_by(trial: Trial) -> None:
    _each(
        trial, ("sort_by=id", "sort_by=contact_id", "sort_by=CREATED_AT", "sort_by=created"), "for an unknown sort_by"
    )


@rule("list.refuses.sort_order", "Another order than asc and desc is refused.", "list.sort_order")
def sort_order(trial: Trial) -> None:
    _each(trial, ("sort_order=up", "sort_order=ASCENDING", "sort_order=1"), "for an unknown sort_order")


@rule("list.refuses.page", "A page before the first is refused.", "list.page")
def page(trial: Trial) -> None:
    _each(trial, ("page=0", "page=-1", "page=x", "page=1.5"), "for a page that cannot be")


@rule("list.refuses.size", "A size outside 1 to 100 is refused.", "list.size")
def size(trial: Trial) -> None:
    _each(
        trial,
        ("size=0", "size=101", "size=-5", "size=1000", "size=many", "size=99999999999999999999"),
        "for a size out of bounds",
    )


@rule("list.refuses.bound", "A bound that is no date-time is refused.", "list.after", "list.before")
def bound(trial: Trial) -> None:
    for name in ("created_at_after", "created_at_before"):
        _each(
            trial,
            tuple(f"{name}={text}" for text in ("yesterday", "2026-13-01T00:00:00Z", "1772442000x")),
            "for no date-time",
        )


@rule("list.refuses.bound.strict", "A bound needs its time of day and its offset, and has to exist.", "list.instants")
def bound_strict(trial: Trial) -> None:
    texts = (
        "2026-03-02", "2026-03-02T09:00:00", "2026-02-30T00:00:00Z", "2026-03-02T24:00:00Z", "2026-03-02T09:60:00Z",
        "2026-03-02T09:00:61Z", "2026-03-02T09:00:00%2B24:00", "2026-03-02T09:00:00%2B01:60", "2026-03-02%2009:00:00Z",
        "2026-03-02T09:00:00%2B0100", "2026-03-02T09:00Z", "20260302T090000Z", "1772442000",
    )  # fmt: skip
    for name in ("created_at_after", "created_at_before"):
        _each(trial, tuple(f"{name}={text}" for text in texts), "for an incomplete or impossible date-time")


@rule("list.refuses.hostile", "Hostile queries are answered below 500.", "issue.server_failure")
def hostile(trial: Trial) -> None:
    queries = (
        "status=%FF", "%FF=1", "sequence_template_id=%C3%28", "created_at_after=%00", "status=%00", "page=%FF", "size=%",
        "status=" + "A" * 5000, "page=" + "9" * 400, "created_at_after=" + "9" * 3000, "&" * 300, "=", "status=ACTIVE%00",
        "created_at_before=99999-01-01T00:00:00Z", "created_at_after=%F0%9F%92%A9", "sort_by=%27%3B--", "page=%E2%88%9E",
        "created_at_after=0001-01-01T00:00:00%2B05:00", "created_at_before=9999-12-31T23:59:59-05:00",
    )  # fmt: skip
    for query in queries:
        answer = trial.call("GET", "/sequences", query=query)
        trial.that(answer.status < 500, "an answer below 500", answer.summary, answer)
        if trial.strict and "%FF" in query:
            trial.expect(answer, 400, why="for a query that is not UTF-8")


@rule(
    "list.refuses.lost_plus.strict",
    "A + that arrived as a space is refused, and the message says so.",
    "list.lost_plus",
)
def lost_plus(trial: Trial) -> None:
    for name in ("created_at_after", "created_at_before"):
        for answer in _each(
            trial, (f"{name}=2026-03-02T09:00:00+00:00", f"{name}=2026-03-02T09:00:00%2001:00"), "for a lost +"
        ):
            body = answer.json()
            said = f"{body.get('message', '')}"
            trial.that("%2B" in said or "+" in said, "a message that names the +", f"{said:.200}", answer)


@rule(
    "list.refuses.unknown.strict",
    "An unknown parameter is refused, and the nearest known one is named.",
    "list.strict_query",
)
def unknown(trial: Trial) -> None:
    for name, near in (
        ("page_size", "size"),
        ("sortby", "sort_by"),
        ("statuss", "status"),
        ("create_at_after", "created_at_after"),
    ):
        answer = trial.refused(trial.call("GET", "/sequences", query={name: "1"}), f"for the unknown parameter {name}")
        trial.that(near in answer.text(2000), f"'{near}' named", answer.text(200), answer)
    for name in ("zzzz", "limit", "offset", "Status", "PAGE"):
        trial.refused(trial.call("GET", "/sequences", query={name: "1"}), f"for the unknown parameter {name}")


@rule("list.refuses.repeated.strict", "A repeated parameter is refused.", "list.strict_query")
def repeated(trial: Trial) -> None:
    pairs = (
        "page=1&page=1", "page=1&page=2", "size=5&size=6", "status=ACTIVE&status=FOUND", "sort_by=status&sort_by=status",
        "sort_order=asc&sort_order=desc", "created_at_after=2020-01-01T00:00:00Z&created_at_after=2021-01-01T00:00:00Z",
        "created_at_before=2020-01-01T00:00:00Z&created_at_before=2020-01-01T00:00:00Z",
        "sequence_template_id=00000000-0000-4000-8000-000000000000&sequence_template_id=00000000-0000-4000-8000-000000000000",
    )  # fmt: skip
    _each(trial, pairs, "for a repeated parameter")


@rule("list.refuses.empty.strict", "An empty value is refused.", "list.strict_query")
def empty(trial: Trial) -> None:
    names = (
        "status",
        "sequence_template_id",
        "created_at_after",
        "created_at_before",
        "sort_by",
        "sort_order",
        "page",
        "size",
    )
    _each(trial, tuple(f"{name}=" for name in names), "for an empty value")


@rule("list.refuses.numbers.strict", "page and size are plain decimal integers.", "list.strict_query")
def numbers(trial: Trial) -> None:
    texts = ("01", "%2B1", "+1", "1.0", "1e1", "0x1", "%EF%BC%91", "1_0", "1%20", "%201", "١")
    _each(trial, tuple(f"{name}={text}" for name in ("page", "size") for text in texts), "for no plain decimal integer")


@rule("list.refuses.ids.strict", "Braced and unhyphenated template ids are refused.", "run.uuids")
def ids(trial: Trial) -> None:
    plain = "9acd9de9-99f5-473b-9921-1defef72edb6"
    for text in ("{" + plain + "}", plain.replace("-", ""), f"urn:uuid:{plain}", plain + "0"):
        trial.refused(trial.call("GET", "/sequences", query={"sequence_template_id": text}), "for a malformed id")
