"""What a target was loaded with is in its lists."""

from typing import Any

from ...contract.operations import Operation
from ...engine import RuleContext
from ..registry import for_each
from . import calls

_listed = calls.only(calls.lists, lambda one: "id" in one.item["properties"])
_MOST = 5


@for_each(_listed, "list.{operation}.holds_the_fixture",
          "{operation} holds every item that the target was loaded with and that can be got.", "list.envelope",
          "get.same_object", needs=("fixture",))  # fmt: skip
def holds_the_fixture(context: RuleContext, listing: Operation) -> None:
    fixture = context.session.fixture
    if fixture is None:
        context.skip("it needs what the target was loaded with; pass --fixture", excused=True)
    listed = {item_id.lower() for item_id in context.collection(listing).by_id}
    wanted = max(_ids(fixture, listing), key=lambda ids: len(ids & listed), default=set())
    if not wanted & listed:
        context.skip("the fixture names no item that the key sees, by its id", excused=True)
    get = next(one for (one,) in calls.gets(context.contract) if context.contract.list_of(one) is listing)
    context.judged += len(wanted & listed)
    for item_id in sorted(wanted - listed)[:_MOST]:
        response = context.send(get, item_id)
        # In a world that was made for this nothing has gone; elsewhere an item may have, if get does not find it either.
        gone = response.status == 404 and context.session.control is None
        shown = f"it is in none of its pages, and get gives {response.status}"
        if item_id not in map(str.lower, context.collection(listing, fresh=True).by_id):
            context.check(gone, f"{item_id} in the list", shown, response, context.send(listing, query={"size": 100}))


def _ids(document: dict[str, Any], listing: Operation) -> list[set[str]]:
    """The ids that a fixture states for the items of a list, organization by organization."""
    section = listing.path.strip("/").replace("-", "_")
    organizations = document["organizations"]
    return [{row["id"].lower() for row in one.get(section) or [] if "id" in row} for one in organizations]
