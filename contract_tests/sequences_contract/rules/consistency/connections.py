"""What is written on one connection shows on all others, those that were open and those that are opened later."""

from ...engine import RuleContext, Run
from ...http.messages import Response
from ..registry import about
from .views import around

rule = about("Sequences", "updateSequence", tier="write")


def _expect(context: RuleContext, wanted: Run, which: str, *responses: Response) -> None:
    """The last response, of get or of a list, must show the run as it was written."""
    last = responses[-1]
    page = context.page_of(last) if context.contract.find("GET", last.request.bare_path) is context.sequences else None
    found = [context.run_of(last)] if page is None else page.items
    got = next((run for run in found if run.id == wanted.id), None)
    if got is None and page is not None and page.has_more:
        return  # many others were created with it
    shown = "it is not there" if got is None else f"{wanted.differences(got)}"
    context.check(got == wanted, f"the run as it was written, on {which}", shown, *responses)


@rule("connection.sees_writes", "What was written on one connection shows on every other, and stays when it ends.",
      "update.response", "get.same_object")  # fmt: skip
def sees_writes(context: RuleContext) -> None:
    with context.lease() as run:
        query: dict[str, str | int] = {**around(context, run), "size": 100}
        with context.connected_anew() as other:
            for warm in (context.get, other.get):
                warm(run.id)
            other.search(**query)
            written = context.update(run.id, {"suite_here": "1"})
            here = context.run_of(written)
            for response in (other.get(run.id), other.search(**query)):
                _expect(context, here, "a connection that was open", written, response)
            with context.connected_anew() as third:
                _expect(context, here, "a new connection", written, third.get(run.id))
            written = other.update(run.id, {"suite_there": "2"})
            there = context.run_of(written)
            _expect(context, there, "the first connection", written, context.get(run.id))
        _expect(context, there, "another connection, after its own has ended", written, context.get(run.id))
