"""Keys, scopes and organizations, for every operation."""

from collections.abc import Callable
from typing import Any

from ...contract.operations import Operation
from ...engine import Need, RuleContext
from ..registry import Select, for_each, tier_of
from . import calls
from .calls import expect_rejected, subject


def _malformed(context: RuleContext) -> list[dict[str, Any]]:
    key = context.target.keys.get("key", "")
    wrong = ["", "Bearer", "Bearer {key}x", *([] if key.upper() == key else ["Bearer {KEY}"])]
    return [{"authorizations": (header,)} for header in wrong]


_SCHEMES = [{"authorizations": (header,)} for header in ("Basic {key}", "{key}", "Token {key}")]
_TWICE = [{"authorizations": headers} for headers in (("Bearer {key}", "Bearer {key}"), ("Bearer {key} {key}",))]
#: Name, words, statements, and how the operation is called without access.
_ROWS: tuple[tuple[str, str, tuple[str, ...], Callable[[RuleContext], list[dict[str, Any]]]], ...] = (
    ("missing_key", "without a key", ("auth.401", "auth.every_endpoint"), lambda _: [{"key": None}]),
    ("unknown_key", "with an unknown key", ("auth.401", "auth.every_endpoint"), lambda _: [{"key": "unknown"}]),
    ("wrong_scheme", "with another scheme than Bearer", ("auth.bearer", "auth.401"), lambda _: _SCHEMES),
    ("malformed_key", "with a malformed header Authorization", ("auth.401", "auth.bearer"), _malformed),
    ("two_headers.strict", "with two keys, or two headers Authorization", ("auth.one_header",), lambda _: _TWICE),
)


def _declare(
    name: str, words: str, of: tuple[str, ...], attempts: Callable[[RuleContext], list[dict[str, Any]]]
) -> None:
    @for_each(calls.operations, f"access.{{operation}}.{name}", f"{{operation}} {words} is 401 and does nothing.", *of,
              reach="run")  # fmt: skip
    def rejects(context: RuleContext, operation: Operation) -> None:
        with subject(context, operation) as item:
            expect_rejected(context, operation, item, [(f"{words}: {how}", how) for how in attempts(context)], 401)


for row in _ROWS:
    _declare(*row)


@for_each(calls.lists, "access.{operation}.scheme_case.strict",
          "The scheme's name is read in any case, with one space or more.", "auth.scheme_form")  # fmt: skip
def scheme_case(context: RuleContext, listing: Operation) -> None:
    for header in ("bearer {key}", "BEARER {key}", "Bearer   {key}"):
        context.expect(context.send(listing, authorizations=(header,)), 200, why=f"with {header}")


_needs_read = calls.only(calls.operations, lambda one: one.scope == "sequences:read")
_needs_write = calls.only(calls.operations, lambda one: one.scope == "sequences:write")


#: The operations, name, words, statements, the key that is used, and what it gets.
_SCOPES: tuple[tuple[Select, str, str, tuple[str, ...], Need, int], ...] = (
    (calls.scoped, "no_scope", "is 403 for a key without any scope", ("auth.403",), "noscope", 403),
    (_needs_read, "write_is_not_read.strict", "is 403 for a key that only writes", ("auth.write_not_read",), "write", 403),
    (_needs_write, "read_is_not_write", "is 403 for a key that only reads", ("auth.write_scope", "auth.403"), "read", 403),
    (_needs_read, "read_suffices", "needs no other scope than sequences:read", ("auth.read_scope",), "read", 200),
    (_needs_write, "write_suffices", "needs no other scope than sequences:write", ("auth.write_scope",), "write", 200),
)  # fmt: skip


def _declare_scope(select: Select, name: str, words: str, of: tuple[str, ...], role: Need, status: int) -> None:
    @for_each(select, f"scope.{{operation}}.{name}", f"{{operation}} {words}.", *of, needs=(role,), reach="run")
    def holds(context: RuleContext, operation: Operation) -> None:
        with subject(context, operation) as item:
            if status == 403:
                expect_rejected(context, operation, item, [(f"with the {role} key", {"key": role})], 403)
                return
            if tier_of(context.contract, operation) == "stop":
                context.session.stops.spend()
            context.expect(calls.send(context, operation, item, key=role), 200, why=f"with the {role} key")


for scope_row in _SCOPES:
    _declare_scope(*scope_row)


def _require_scope(context: RuleContext, listing: Operation | None) -> None:
    """Leaves a rule out where the other organization's key, which only promises scopes of sequences, may not read a list."""
    if listing is None or (listing.scope or "").startswith("sequences:"):
        return
    if context.send(listing, query={"size": 1}, key="other").status == 403:
        context.skip(f"the key of --other-key lacks the scope {listing.scope}", excused=True)


@for_each(calls.of_one_item, "access.{operation}.other_organization",
          "{operation} of another organization's item is 404.", "auth.one_organization", needs=("other",),
          reach="run")  # fmt: skip
def other_organization(context: RuleContext, operation: Operation) -> None:
    _require_scope(context, context.contract.list_of(operation))
    with subject(context, operation) as item:
        expect_rejected(context, operation, item, [("with a key of another organization", {"key": "other"})], 404)


@for_each(calls.lists, "access.{operation}.other_organization",
          "{operation} shows the key's organization only, whatever is filtered or sorted.", "auth.one_organization",
          needs=("other",))  # fmt: skip
def list_of_other(context: RuleContext, listing: Operation) -> None:
    mine = context.collection(listing)
    queries: list[dict[str, Any]] = [{}, *({"sort_by": field, "sort_order": "desc"} for field in listing.sorts)]
    queries += [
        {one.name: "2100-01-01T00:00:00Z" if one.is_upper else "1990-01-01T00:00:00Z"} for one in listing.bounds
    ]
    for parameter in listing.equality_filters:
        queries += [{parameter.name: value} for value in parameter.values or mine.values(parameter)[:3]]
    _require_scope(context, listing)
    for query in queries:
        response = context.send(listing, query={**query, "size": 100}, key="other")
        foreign = [item.id for item in context.page_of(response, listing).items if item.id in mine.by_id]
        context.check(not foreign, "no item of the first organization", f"{foreign[:2]}", response)


_with_organization = calls.only(calls.lists, lambda one: "organization_id" in one.item["properties"])


@for_each(_with_organization, "access.{operation}.one_organization", "Every item of {operation} is of one organization.",
          "auth.one_organization")  # fmt: skip
def one_organization(context: RuleContext, listing: Operation) -> None:
    organizations = {item.fields["organization_id"] for item in context.collection(listing, least=1).items}
    response = context.send(listing, query={"size": 100})
    context.check(
        len(organizations) == 1, "items of one organization", f"organizations {sorted(organizations)}", response
    )
