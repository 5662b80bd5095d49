"""Worlds made up in any size, and values written back to the form of fixtures."""

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from sequences_sandbox.entities import ApiKey, Contact, ContactList, Organization, Sequence, Step, Template
from sequences_sandbox.fixtures import Fixture, Writer, generate, read
from sequences_sandbox.instants import DAY, parse_instant
from sequences_sandbox.lifecycle import Lifecycle, Transition
from sequences_sandbox.paths import shipped
from sequences_sandbox.spec import read_lifecycle, read_spec

LIFECYCLE = read_lifecycle(read_spec(shipped("openapi.yaml")))
SCOPES = ("sequences:read", "sequences:write")
CONTACT_TEXTS = (
    "email", "first_name", "last_name", "job_title", "linkedin_url", "phone_number", "city", "state", "country",
    "profile_picture_url",
)  # fmt: skip


def generated(sequences: int, seed: int = 0, lifecycle: Lifecycle = LIFECYCLE) -> str:
    out = io.StringIO()
    generate(sequences, seed, out, lifecycle)
    return out.getvalue()


def read_back(folder: Path, text: str, lifecycle: Lifecycle = LIFECYCLE) -> Fixture:
    file = folder / "generated.jsonl"
    file.write_text(text, encoding="utf-8")
    return read(file, lifecycle, SCOPES)


class Lines:
    """A text file that keeps nothing, and calls back with every line."""

    def __init__(self) -> None:
        self.count = 0
        self.longest_write = 0

    def write(self, text: str) -> int:
        self.count += text.count("\n")
        self.longest_write = max(self.longest_write, len(text)) if self.count > 1 else 0
        return len(text)


def test_the_same_seed_makes_the_same_file_and_another_another() -> None:
    assert generated(50, seed=3) == generated(50, seed=3)
    assert generated(50, seed=3) != generated(50, seed=4)


@pytest.mark.parametrize("sequences", [0, 1, 9, 500])
def test_a_generated_world_has_so_many_runs_and_loads(sequences: int, tmp_path: Path) -> None:
    fixture = read_back(tmp_path, generated(sequences))
    assert len(fixture.runs) == sequences
    assert fixture.is_relative
    assert len({run.id for run in fixture.runs}) == sequences


def test_a_generated_world_fits_the_schema() -> None:
    schema = json.loads((shipped("fixtures") / "schema.json").read_text("utf-8"))
    head, *lines = (json.loads(line) for line in generated(200).splitlines())
    for organization in head["organizations"]:
        organization["sequences"] = [
            {name: value for name, value in line.items() if name != "organization_id"}
            for line in lines
            if line["organization_id"] == organization["id"]
        ]
    assert list(Draft202012Validator(schema).iter_errors(head)) == []


def test_every_run_is_written_as_it_is_made() -> None:
    out: Any = Lines()
    generate(300, 0, out, LIFECYCLE)
    assert out.count == 301
    assert out.longest_write < 1_000


def test_a_generated_world_has_two_organizations_and_every_kind_of_key(tmp_path: Path) -> None:
    first, second = read_back(tmp_path, generated(10)).organizations
    assert [key.token for key in first.api_keys] == [
        f"topo_generated_{kind}" for kind in ("readwrite", "readonly", "writeonly", "noscope")
    ]
    assert second.api_keys[0].token == "topo_generated_other_readwrite"


def test_a_generated_world_is_plausible(tmp_path: Path) -> None:
    runs = read_back(tmp_path, generated(3_000)).runs
    counts = Counter(run.status for run in runs)
    assert set(counts) == set(LIFECYCLE.statuses)
    assert min(counts.values()) >= 30
    assert max(Counter(run.created_at for run in runs).values()) >= 2
    assert any(run.contact_id is None for run in runs)
    assert any(run.contact_id and run.company is None for run in runs)
    assert max(Counter((run.company, run.sequence_template_id) for run in runs if run.company).values()) >= 3
    assert {None, "{}"} <= {None if run.variables is None else json.dumps(run.variables) for run in runs}
    assert min(run.created_at for run in runs) < -100 * DAY


def test_statuses_come_from_the_lifecycle_whatever_their_names(tmp_path: Path) -> None:
    renamed = Lifecycle(
        (f"X_{status}" for status in LIFECYCLE.statuses),
        (Transition(row.event, row.by, f"X_{row.source}", f"X_{row.target}", row.basis) for row in LIFECYCLE.rows),
    )
    runs = read_back(tmp_path, generated(1_500, lifecycle=renamed), renamed).runs
    assert {run.status for run in runs} == set(renamed.statuses)


def test_an_event_that_the_lifecycle_lacks_never_happened(tmp_path: Path) -> None:
    tame = Lifecycle(LIFECYCLE.statuses, (row for row in LIFECYCLE.rows if row.event not in ("pause", "fail", "stop")))
    statuses = {run.status for run in read_back(tmp_path, generated(1_500, lifecycle=tame), tame).runs}
    assert statuses.isdisjoint({"WAITING_FOR_LEAD", "FAILED", "STOPPED_EARLY"})
    assert "SUCCEEDED" in statuses


ids = st.uuids(version=4).map(str)
times = st.integers(-400 * DAY, 400 * DAY)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@st.composite
def organizations(draw: st.DrawFn) -> Organization:
    """An organization with one of everything."""
    org, key, contact, listed, template = draw(st.lists(ids, min_size=5, max_size=5, unique=True))
    domain = draw(st.none() | st.just("one.example"))
    contact_details = {
        **dict.fromkeys(CONTACT_TEXTS),
        "company_name": draw(st.none() | texts),
        "first_seen_at": draw(st.none() | times),
        "last_seen_at": None,
    }
    made = draw(times)
    template_details = {
        "name": draw(st.none() | texts), "summary": None, "status": "ACTIVE", "language": None, "timezone": "UTC",
        "activated_at": draw(st.none() | times), "created_at": made, "updated_at": made,
    }  # fmt: skip
    steps = draw(st.lists(st.builds(Step, st.sampled_from(["email", "manual"]), st.integers(0, 30 * DAY)), max_size=3))
    return Organization(
        id=org,
        name=draw(texts.filter(bool)),
        api_keys=(
            ApiKey(key, "Key", draw(st.frozensets(st.sampled_from(SCOPES))), draw(st.none() | st.just("topo_a-b_1"))),
        ),
        contacts={contact: Contact(contact, domain, contact_details)},
        contact_lists={listed: ContactList(listed, "List")},
        templates={template: Template(template, tuple(steps), template_details)},
    )


@st.composite
def runs(draw: st.DrawFn, owner: Organization) -> Sequence:
    """Any run that a fixture can state, likely or not."""
    template = next(iter(owner.templates.values()))
    contact = draw(st.sampled_from([None, *owner.contacts.values()]))
    status = draw(st.sampled_from(LIFECYCLE.statuses))
    return Sequence(
        id=draw(ids.filter(lambda one: one not in (owner.id, owner.api_keys[0].id))),
        organization_id=owner.id,
        contact_id=None if contact is None else contact.id,
        sequence_template_id=template.id,
        status=status,
        variables=draw(st.none() | st.dictionaries(texts, texts, max_size=3)),
        source_contact_list_id=draw(st.sampled_from([None, *owner.contact_lists])),
        last_step_executed_at=draw(st.none() | times),
        created_at=draw(times),
        updated_at=draw(times),
        company=None if contact is None else contact.company_domain,
        paused_until=draw(times) if status in LIFECYCLE.sources("wake") else None,
        steps_done=draw(st.integers(0, len(template.steps))),
        next_step_at=draw(st.none() | times),
        step_skipped=draw(st.booleans()),
    )


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Organization, list[Sequence]]:
    owner = draw(organizations())
    return owner, draw(st.lists(runs(owner), max_size=4, unique_by=lambda run: run.id))


@settings(max_examples=60)
@given(worlds(), st.integers(0, 400 * DAY))
def test_what_is_written_is_read_to_equal_values(world: tuple[Organization, list[Sequence]], epoch: int) -> None:
    owner, all_runs = world
    written = Writer().document([owner], all_runs, static=True)
    fixture = read(json.loads(json.dumps(written)), LIFECYCLE, SCOPES)
    assert fixture.organizations == (owner,)
    assert list(fixture.runs) == all_runs
    later = read(Writer(epoch).document([owner], all_runs), LIFECYCLE, SCOPES)
    assert [run.created_at + epoch for run in later.runs] == [run.created_at for run in all_runs]


def test_a_world_is_written_with_its_clock_and_without_its_tokens() -> None:
    demo = read("demo", LIFECYCLE, SCOPES)
    now = parse_instant("2026-03-02T09:00:00Z")
    written = Writer(tokens=False).document(demo.organizations, demo.runs, now=now, frozen=True)
    again = read(written, LIFECYCLE, SCOPES)
    assert (again.now, again.frozen, again.static) == (now, True, False)
    assert {run.id: run for run in again.runs} == {run.id: run for run in demo.runs}
    assert {key.token for owner in again.organizations for key in owner.api_keys} == {None}
