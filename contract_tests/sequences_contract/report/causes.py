"""Violations grouped by cause: those that show the same response, or the same difference, are one finding.

Which they are is read from the evidence alone. Two causes that look alike may be taken for one; every rule is named all the
same.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import parse_qsl

from ..contract.document import load_contract
from ..engine.schedule import GENERATED
from ..engine.verdicts import Evidence, Verdict

_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_TIME = r"\d{4}-\d\d-\d\d[Tt][\d:.]+(?:[Zz]|[+-]\d\d:\d\d)?"
_VARYING = re.compile(rf"req_\w+|{_UUID}|{_TIME}|\d+")
_STATUSES = re.compile(r"\d{3}(?: or \d{3})*(?=$|[, ])")
_MESSAGE = re.compile(r'"message": ?"((?:[^"\\]|\\.)*)"')
_QUERY = re.compile(r"\?([^'\s]*)")
_NO_FILTERS = ("page", "size", "sort_by", "sort_order")

Sign = tuple[object, ...]


@dataclass(frozen=True)
class Cause:
    """What one difference violates: the rule with the shortest script, and the others."""

    first: Verdict
    others: tuple[Verdict, ...]


def causes(violated: Sequence[Verdict]) -> list[Cause]:
    """Violations by cause, in the order in which the causes first appear."""
    singles = {one for verdict in violated for one in _filters(verdict) if len(_filters(verdict)) == 1}
    groups: list[tuple[set[Sign], list[Verdict]]] = []
    for verdict in violated:
        signs, members = set(_signs(verdict, singles)), [verdict]
        for group in [group for group in groups if group[0] & signs]:
            groups.remove(group)
            signs, members = group[0] | signs, group[1] + members
        groups.append((signs, members))
    order = {verdict.rule.id: place for place, verdict in enumerate(violated)}
    found = [sorted(members, key=_length) for _, members in groups]
    found.sort(key=lambda members: min(order[one.rule.id] for one in members))
    return [Cause(members[0], tuple(sorted(members[1:], key=lambda one: order[one.rule.id]))) for members in found]


def _length(verdict: Verdict) -> tuple[bool, int, int]:
    """How long a script is; one that was generated is harder to read than any that was written."""
    script = verdict.evidence[0].curl if verdict.evidence else ()
    return verdict.rule.group in GENERATED, len(script) or 99, sum(map(len, script))


def _signs(verdict: Verdict, singles: set[str]) -> Iterator[Sign]:
    """What another violation must share with this one to be of the same cause."""
    if not verdict.evidence:
        yield ("rule", verdict.rule.id)
        return
    one = verdict.evidence[0]
    if one.curl:
        yield ("request", one.curl[-1], one.got[:3])
    got = one.got[:3] if re.match(r"[1-5]\d\d\b", one.got) else ""
    message = _MESSAGE.search(one.got)
    if got.startswith("5"):
        yield ("failure", _plain(message[1] if message else one.got))
    elif got.startswith("4") and message and not _STATUSES.match(one.expected):
        yield ("error", got, _plain(message[1]))
    elif _STATUSES.match(one.expected):
        wanted = _STATUSES.match(one.expected)
        yield ("status", verdict.rule.family, wanted and wanted[0], got)
        if message and one.expected.startswith("2"):
            yield ("error", got, _plain(message[1]))
    elif one.expected.startswith("variables "):
        yield ("variables",)
    elif "filters" in one.expected:
        named = _filters(verdict)
        yield ("filter", *(sorted(named & singles)[:1] or sorted(named)))
    else:
        yield ("difference", _plain(one.expected))


def _filters(verdict: Verdict) -> set[str]:
    """The filters of the last request."""
    one: Evidence | None = verdict.evidence[0] if verdict.evidence else None
    query = _QUERY.search(one.curl[-1]) if one and one.curl and "filters" in one.expected else None
    return {name for name, _ in parse_qsl(query[1]) if name not in _NO_FILTERS} if query else set()


def _plain(text: str) -> str:
    """A text without what differs from run to run, from field to field and from value to value."""
    return _names().sub("_", _VARYING.sub("_", text))


@cache
def _names() -> re.Pattern[str]:
    contract = load_contract()
    names: set[str] = set()
    for operation in contract.operations.values():
        names |= {*operation.item["properties"], *operation.parameters}
        names |= {value for parameter in operation.parameters.values() for value in parameter.values}
    words = sorted((re.escape(name) for name in names if len(name) > 2), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(words)})\b")
