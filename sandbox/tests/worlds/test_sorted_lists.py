"""Pages from sorted lists equal what sorting and filtering everything gives, whatever was written in between."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sequences_sandbox.domain.query import ListQuery
from sequences_sandbox.resources.contacts import CONTACTS, Contact
from sequences_sandbox.resources.sequences.model import RUNS, Run
from sequences_sandbox.worlds import sorted_lists
from sequences_sandbox.worlds.sorted_lists import SortedLists

IDS = [f"{number:08d}-0000-4000-8000-000000000000" for number in range(12)]
OWNERS, TEMPLATES, STATUSES = ("one", "two"), ("t1", "t2"), ("ACTIVE", "FAILED", "FOUND")
TIMES = st.integers(-3, 3)
RUN = st.builds(
    Run,
    id=st.sampled_from(IDS),
    organization_id=st.sampled_from(OWNERS),
    contact_id=st.none(),
    sequence_template_id=st.sampled_from(TEMPLATES),
    status=st.sampled_from(STATUSES),
    variables=st.none(),
    source_contact_list_id=st.none(),
    last_step_executed_at=st.none(),
    created_at=TIMES,
    updated_at=TIMES,
    company=st.sampled_from((None, "a", "b")),
)
BOUNDS = st.tuples(st.none() | TIMES, st.none() | TIMES)
QUERIES = st.builds(
    ListQuery,
    organization_id=st.sampled_from(OWNERS),
    sort_by=st.sampled_from(RUNS.sorts),
    descending=st.booleans(),
    page=st.integers(1, 4),
    size=st.integers(1, 5),
    equal=st.fixed_dictionaries(
        {}, optional={"status": st.sampled_from(STATUSES), "sequence_template_id": st.sampled_from(TEMPLATES)}
    ),
    bounds=st.fixed_dictionaries({}, optional={"created_at": BOUNDS}),
)


def expected(documents, query):
    """The page and the total by sorting and filtering everything."""
    after, before = query.bounds.get("created_at", (None, None))
    found = [
        run
        for run in sorted(documents.values(), key=lambda run: run.id)
        if run.organization_id == query.organization_id
        and all(getattr(run, name) == value for name, value in query.equal.items())
        and (after is None or run.created_at > after)
        and (before is None or run.created_at < before)
    ]
    found.sort(key=lambda run: getattr(run, query.sort_by), reverse=query.descending)
    return found[query.offset : query.offset + query.size], len(found)


class Lists(RuleBasedStateMachine):
    @initialize(runs=st.lists(RUN, unique_by=lambda run: run.id))
    def start(self, runs):
        self.documents = {run.id: run for run in runs}
        self.lists = SortedLists()

    @rule(run=RUN)
    def write(self, run):
        self.lists.note(RUNS.kind, self.documents.get(run.id), run)
        self.documents[run.id] = run

    @rule(run_id=st.sampled_from(IDS))
    def remove(self, run_id):
        self.lists.note(RUNS.kind, self.documents.pop(run_id, None), None)

    @rule(query=QUERIES)
    def page(self, query):
        assert self.lists.page(RUNS, self.documents, query) == expected(self.documents, query)

    @rule(owner=st.sampled_from(OWNERS), company=st.sampled_from(("a", "b")))
    def select(self, owner, company):
        found = self.lists.select(RUNS, self.documents, {"organization_id": owner, "company": company})
        runs = sorted(self.documents.values(), key=lambda run: run.id)
        assert found == [run for run in runs if (run.organization_id, run.company) == (owner, company)]


TestLists = Lists.TestCase


@pytest.mark.parametrize(("noted", "few"), [(3, 64), (10_000, 1)])
def test_an_index_that_fell_far_behind_is_built_anew(monkeypatch, noted, few):
    monkeypatch.setattr(sorted_lists, "_MOST_NOTED", noted)
    monkeypatch.setattr(sorted_lists, "_FEW", few)
    lists, documents = SortedLists(), {}
    query = ListQuery("one", "created_at", size=100)
    for round_ in range(4):
        for number, run_id in enumerate(IDS):
            run = Run(run_id, "one", None, "t1", "ACTIVE", None, None, None, (number * 7 + round_) % 5, 0)
            lists.note(RUNS.kind, documents.get(run_id), run)
            documents[run_id] = run
        assert lists.page(RUNS, documents, query) == expected(documents, query)


def test_an_index_that_nobody_asked_for_long_gives_way(monkeypatch):
    monkeypatch.setattr(sorted_lists, "_MOST_INDEXES", 2)
    documents = {run_id: Run(run_id, "one", None, "t1", "ACTIVE", None, None, None, 0, 0) for run_id in IDS}
    lists = SortedLists()
    for _ in range(2):
        for sort_by in RUNS.sorts:
            query = ListQuery("one", sort_by)
            assert lists.page(RUNS, documents, query) == expected(documents, query)


@given(st.lists(st.tuples(st.none() | st.text(max_size=3), TIMES), max_size=8), st.booleans())
def test_contacts_without_an_email_sort_before_all_others(rows, descending):
    documents = {
        run_id: Contact(run_id, email=email, first_seen_at=seen, organization_id="one")
        for run_id, (email, seen) in zip(IDS, rows, strict=False)
    }
    found, total = SortedLists().page(CONTACTS, documents, ListQuery("one", "email", descending, size=100))
    ordered = sorted(documents.values(), key=lambda contact: contact.id)
    ordered.sort(key=lambda contact: (contact.email is not None, contact.email or ""), reverse=descending)
    assert (found, total) == (ordered, len(rows))


@pytest.mark.parametrize(
    "url",
    [
        "https://www.linkedin.com/in/Ada",
        "http://linkedin.com/in/Ada/",
        "HTTPS://WWW.LinkedIn.com/in/Ada",
        "www.linkedin.com/in/Ada",
        "linkedin.com/in/Ada",
    ],
)
def test_a_profile_is_found_by_every_form_of_its_address(url):
    contact = Contact(IDS[0], linkedin_url="https://www.linkedin.com/in/Ada", organization_id="one")
    other = replace(contact, id=IDS[1], linkedin_url="https://www.linkedin.com/in/ada")
    query = ListQuery("one", "first_seen_at", equal={"linkedin_url": url})
    documents = {contact.id: contact, other.id: other}
    assert SortedLists().page(CONTACTS, documents, query) == ([contact], 1)
