"""Single items: the same as in the list, unknown and malformed ids, for every operation on one item."""

from ...contract.operations import Operation
from ...engine import ABSENT_ID, Item, RuleContext
from ..registry import for_each
from . import calls

_UNKNOWN = (ABSENT_ID, "00000000-0000-4000-8000-000000000000")
_NIL = "00000000-0000-0000-0000-000000000000"
_MALFORMED = ("abc", "1", f"{ABSENT_ID}0")
#: What a UUID library or the edge of a server may take for an id, or reject in a form of its own.
_DISPUTED = (f"{{{ABSENT_ID}}}", ABSENT_ID.replace("-", ""), "%00", "%C3%28")


@for_each(calls.gets, "get.{operation}.same_as_list", "{operation} shows the same item as the list.", "get.same_object", covers=True)  # fmt: skip
def same_as_list(context: RuleContext, operation: Operation) -> None:
    listing = context.contract.list_of(operation)
    assert listing is not None  # noqa: S101 - a test sees that every operation on one item has a list
    items = context.collection(listing, least=1).items
    chosen = {item.id: item for item in items[:: max(1, len(items) // 20)]}
    for parameter in listing.equality_filters:  # some of each status, so that none is left out
        for value in parameter.values:
            chosen |= {item.id: item for item in context.collection(listing).select({parameter.name: value})[:2]}
    for item in chosen.values():
        response = context.send(operation, item.id)
        if (
            context.item_of(response, operation) != item
        ):  # somebody may have changed it meanwhile: the list is read again
            listed = context.collection(listing, fresh=True).by_id
            response = context.send(operation, item.id)
            differences = listed.get(item.id, item).differences(context.item_of(response, operation))
            context.check(not differences, "the item as the list shows it", f"{differences}", response)


@for_each(
    calls.of_one_item, "id.{operation}.unknown", "{operation} of an unknown id is 404.", "get.unknown", reach="run"
)
def unknown(context: RuleContext, operation: Operation) -> None:
    for item_id in _UNKNOWN if operation.reads else _UNKNOWN[:1]:
        context.expect(calls.send(context, operation, Item({"id": item_id})), 404, why="for an unknown id")


@for_each(calls.of_one_item, "id.{operation}.malformed", "{operation} of an id that is no UUID is rejected.",
          "get.malformed_id", "run.uuids", basis="ref", reach="run")  # fmt: skip
def malformed(context: RuleContext, operation: Operation) -> None:
    statuses = (400,) if context.strict else (400, 404, 422)
    for item_id in _MALFORMED:
        response = calls.send(context, operation, Item({"id": item_id}))
        context.expect(response, *statuses, why=f"for the malformed id {item_id}")


@for_each(calls.of_one_item, "id.{operation}.malformed.strict",
          "{operation} of an id in braces, without hyphens or of bytes that are no text is 400, and of the nil UUID 404.",
          "get.malformed_id", "run.uuids", reach="run")  # fmt: skip
def disputed(context: RuleContext, operation: Operation) -> None:
    for item_id in _DISPUTED:
        response = calls.send(context, operation, Item({"id": item_id}))
        context.expect(response, 400, why=f"for the malformed id {item_id}")
    context.expect(calls.send(context, operation, Item({"id": _NIL})), 404, why="for the nil UUID")


@for_each(calls.gets, "id.{operation}.upper_case.strict", "{operation} accepts an id in upper case and writes it in lower case.", "run.uuids")  # fmt: skip
def upper_case(context: RuleContext, operation: Operation) -> None:
    item_id = context.some_item(operation).id
    response = context.send(operation, item_id.upper())
    context.check(
        context.item_of(response, operation).id == item_id.lower(), item_id.lower(), response.summary, response
    )


@for_each(calls.single_reads, "query.{operation}.unknown.strict", "{operation} takes no query parameters.", "list.strict_query")  # fmt: skip
def no_parameters(context: RuleContext, operation: Operation) -> None:
    with calls.subject(context, operation) as item:
        response = calls.send(context, operation, item, query={"expand": "all"})
        context.expect_rejected(response, "for an unknown parameter")
