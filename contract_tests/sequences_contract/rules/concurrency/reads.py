"""Reads at the same time: each shows what it was asked for, to whom it belongs, under an id of its own."""

from functools import partial

from ...engine import ABSENT_ID, RuleContext
from ..registry import about
from .at_once import ROUNDS, Rounds

rule = about("Sequences", "getSequence", "listSequences")
_READERS = 6


@rule("race.reads", "Gets at the same time each show the run that was asked for.", "get.same_object")
def gets(context: RuleContext) -> None:
    rounds = Rounds(context)
    runs = context.collection(context.sequences, least=2).items
    for number in range(ROUNDS):
        asked = runs[number * _READERS :][:_READERS] or runs[:_READERS]
        responses = rounds.send(*(partial(context.get, run.id) for run in asked))
        for run, response in zip(asked, responses, strict=True):
            got = context.run_of(response).id
            context.check(got == run.id, f"the run {run.id}", f"the run {got}", *responses)


@rule("race.lists", "Lists at the same time each keep to what was asked for.", "list.filters", "list.size")
def lists(context: RuleContext) -> None:
    rounds = Rounds(context)
    collection = context.collection(context.sequences, least=2)
    statuses = sorted({run.status for run in collection.items})[:_READERS]
    for _ in range(ROUNDS):
        queries = [{"status": status, "size": size} for size, status in enumerate([*statuses, *statuses], 2)][:_READERS]
        responses = rounds.send(*(partial(context.search, **query) for query in queries))
        for query, response in zip(queries, responses, strict=True):
            page = context.page_of(response)
            foreign = [run.status for run in page.items if run.status != query["status"]]
            fits = not foreign and len(page.items) <= int(query["size"])
            shown = f"{len(page.items)} items, {foreign[:1]}"
            context.check(fits, f"{query['size']} items at most, all {query['status']}", shown, *responses)


@rule("race.keys", "Lists at the same time each show the organization of their own key.", "auth.one_organization",
      needs=("other",))  # fmt: skip
def keys(context: RuleContext) -> None:
    rounds = Rounds(context)
    query = {"size": 20}
    mine = set(context.collection(context.sequences, least=1).by_id)
    theirs = context.page_of(context.send(context.sequences, key="other", query=query)).items
    foreign = {"key": {run.id for run in theirs} - mine, "other": mine}
    for _ in range(ROUNDS):
        roles = ["key", "other"] * (_READERS // 2)
        responses = rounds.send(*(partial(context.send, context.sequences, key=role, query=query) for role in roles))
        for role, response in zip(roles, responses, strict=True):
            leaked = [run.id for run in context.page_of(response).items if run.id in foreign[role]]
            context.check(
                not leaked, f"no run of an organization other than that of the {role} key", f"{leaked[:2]}", *responses
            )


@rule("race.request_ids.strict", "Requests at the same time have ids of their own.", "issue.header")
def request_ids(context: RuleContext) -> None:
    rounds = Rounds(context)
    found = context.collection(context.sequences, least=1).items[0].id
    for _ in range(ROUNDS):
        responses = rounds.send(*(partial(context.get, run_id) for run_id in [found, ABSENT_ID] * _READERS))
        ids = [response.headers.get("x-request-id", "") for response in responses]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        context.check(not twice, f"{len(ids)} ids", f"{len(set(ids))}: {twice[:2]} more than once", *responses)
