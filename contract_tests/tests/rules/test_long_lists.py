"""Lists of more pages than are read: a sound one is never blamed, and a fault shows although pages are left out."""

import itertools
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import httpx
import pytest
from sequences_contract.contract.timestamps import parse
from sequences_contract.engine import RuleContext, Session
from sequences_contract.engine.settings import Settings
from sequences_contract.engine.trying import try_rule
from sequences_contract.rules.common.list_pages import _numbers
from sequences_contract.rules.registry import all_rules

STATUSES = ("ACTIVE", "ACTIVE", "WAITING_FOR_LEAD", "COMPLETED", "ACTIVE", "FOUND", "STOPPED_EARLY")
TEMPLATES = [str(uuid.UUID(int=number, version=4)) for number in (1, 2)]
BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
RULES = {
    rule.id: rule for rule in all_rules() if rule.id.startswith("list.listSequences") and rule.profile == "documented"
}


def sound(query, page):
    return page


@dataclass
class Target:
    """A server of `count` runs, most of them ACTIVE. A fault gets the query, and the page that should be, and gives a page;
    `altered` gets the query first."""

    count: int
    fault: object = sound
    altered: object = dict
    past_the_end: int = 200
    asked: list = field(default_factory=list)

    def __post_init__(self):
        self.runs = [_run(number) for number in range(self.count)]

    def __call__(self, request):
        query = dict(request.url.params)
        self.asked.append(query)
        query = self.altered(query)
        page, size = int(query.get("page", 1)), int(query.get("size", 10))
        items = [run for run in self.runs if _fits(run, query)]
        descending = query.get("sort_order") == "desc"
        items.sort(key=lambda run: run["id"])
        items.sort(key=lambda run: run[query.get("sort_by", "created_at")], reverse=descending)
        last = -(-len(items) // size)
        if page > max(1, last) and self.past_the_end != 200:
            return httpx.Response(self.past_the_end, json={"status_code": 400, "type": "ValidationIssue"})
        here = {
            "items": items[size * (page - 1) : size * page], "total_count": len(items), "total_pages": last,
            "has_more": page < last,
        }  # fmt: skip
        return httpx.Response(200, json=self.fault(query, here))


def _run(number):
    created = BEGIN + timedelta(minutes=7 * number)
    return {
        "id": str(uuid.UUID(int=Random(number).getrandbits(128), version=4)), "organization_id": TEMPLATES[0],
        "contact_id": None, "sequence_template_id": TEMPLATES[number % 3 // 2], "source_contact_list_id": None,
        "status": STATUSES[number % len(STATUSES)], "variables": {}, "last_step_executed_at": None,
        "created_at": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "updated_at": (created + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }  # fmt: skip


def _fits(run, query):
    equal = all(run[name] == query[name] for name in ("status", "sequence_template_id") if name in query)
    created = parse(run["created_at"])
    after = "created_at_after" not in query or created > parse(query["created_at_after"])
    return equal and after and ("created_at_before" not in query or created < parse(query["created_at_before"]))


@pytest.fixture
def judged():
    """Tries rules at a target, in one session; the names of the verdicts by the ends of the rules' ids."""
    sessions = []

    def judge(target, *names):
        session = Session(Settings("http://long.example/v1", {"key": "topo_k"}), transport=httpx.MockTransport(target))
        sessions.append(session)
        return {name: try_rule(RULES[f"list.listSequences.{name}"], session).name for name in names}

    yield judge
    for session in sessions:
        session.close()


NAMES = [name.removeprefix("list.listSequences.") for name in RULES]
TRIED = [name for name in NAMES if name.split(".")[0] in ("pages", "sort", "filter", "filters", "bound", "between")]


@pytest.mark.parametrize("past_the_end", [200, 400])
@pytest.mark.parametrize("count", [0, 1, 9, 90, 350])
def test_a_sound_list_of_any_length_is_not_blamed(judged, count, past_the_end):
    found = judged(Target(count, past_the_end=past_the_end), *TRIED)
    assert {name for name, verdict in found.items() if verdict == "violated"} == set()
    if count > 9:
        assert set(found.values()) == {"passed"}


def test_pages_of_an_empty_list_are_judged(judged):
    assert judged(Target(0), "sort.created_at", "pages.sorted", "pages.partition")["pages.sorted"] == "passed"
    more = Target(0, lambda query, page: {**page, "has_more": True})
    assert judged(more, "pages.partition") == {"pages.partition": "violated"}


def test_no_page_past_the_end_is_asked_for(judged):
    target = Target(90, past_the_end=400)
    judged(target, "pages.partition", "pages.exact", "pages.small")
    pages = [(int(query["page"]) - 1) * int(query["size"]) for query in target.asked if not _filtered(query)]
    assert max(pages) < 90


def _filtered(query):
    return query.keys() - {"page", "size", "sort_by", "sort_order"}


def _page_lost(query):
    return {**query, "page": "1"} if _filtered(query) and query["page"] == "2" else query


def _page_lost_under_two(query):
    return {**query, "page": "1"} if len(_filtered(query)) > 1 else query


def _ascending_under_a_rare_status(query):
    return {**query, "sort_order": "asc"} if query.get("status") == "STOPPED_EARLY" else query


def _middle_lost(query, page):
    """The third page at sizes other than 100 begins with the item that the second ended with."""
    if query.get("page") == "3" and query["size"] != "100":
        return {**page, "items": [*page["items"][1:], page["items"][0]]}
    return page


@pytest.mark.parametrize(
    ("altered", "fault", "rule"),
    [
        (_page_lost, sound, "filter.sequence_template_id"),
        (_page_lost, sound, "filter.status"),
        (_page_lost_under_two, sound, "filters.pairs"),
        (_ascending_under_a_rare_status, sound, "sort.created_at.filtered"),
        (_ascending_under_a_rare_status, sound, "sort.updated_at.filtered"),
        (dict, _middle_lost, "pages.partition"),
        (dict, lambda query, page: {**page, "total_count": page["total_count"] + 1}, "filter.status"),
    ],
)
def test_a_fault_shows_although_pages_are_left_out(judged, altered, fault, rule):
    assert judged(Target(350, fault, altered), rule) == {rule: "violated"}


def test_a_list_that_changes_between_two_rules_is_not_blamed(judged):
    target = Target(350)
    session = Session(Settings("http://long.example/v1", {"key": "topo_k"}), transport=httpx.MockTransport(target))
    for number, name in enumerate(TRIED, 350):
        assert try_rule(RULES[f"list.listSequences.{name}"], session).name == "passed", name
        target.runs.append(_run(number))  # somebody else enrols a contact
        del target.runs[7]
    session.close()


@pytest.mark.parametrize("last", [1, 2, 7, 8, 9, 400])
def test_the_pages_that_are_read_are_there_and_hold_both_ends(last):
    numbers = _numbers(last, Random(1))
    assert numbers == sorted(set(numbers))
    assert {1, min(2, last), max(1, last - 1), last} <= set(numbers) <= set(range(1, last + 1))
    assert len(numbers) == min(last, 8)


@pytest.fixture
def context():
    target = Target(350)
    session = Session(Settings("http://long.example/v1", {"key": "topo_k"}), transport=httpx.MockTransport(target))
    yield RuleContext(session), target
    session.close()


def test_a_list_is_read_once_for_all_rules_and_anew_when_that_is_asked_for(context):
    context, target = context
    listing, query = context.sequences, {"status": "ACTIVE"}
    first = context.whole_list(listing, query)
    requests = len(target.asked)
    assert context.whole_list(listing, query) == first
    assert len(target.asked) == requests
    context.whole_list(listing, query, fresh=True)
    assert len(target.asked) == 2 * requests
    context.session.forget_runs()
    context.whole_list(listing, query)
    assert len(target.asked) == 3 * requests


def test_a_list_that_is_too_long_to_be_kept_is_read_each_time(context):
    context, target = context
    target.runs += [_run(number) for number in range(350, 1001)]
    for times in (1, 2):
        assert len(context.whole_list(context.sequences, {})[1]) == 1001
        assert len(target.asked) == times * 11


def test_a_list_that_could_not_be_read_can_be_read_later(context):
    context, target = context
    broken = itertools.chain([{"items": "none"}], itertools.repeat(None))
    target.fault = lambda query, page: next(broken) or page
    with pytest.raises(Exception, match="items"):
        context.whole_list(context.sequences, {})
    assert len(context.whole_list(context.sequences, {})[1]) == 350
