"""What each shipped fixture promises to hold."""

from collections import Counter, defaultdict
from collections.abc import Mapping

import pytest
from sequences_sandbox.entities import Contact, Organization, Sequence, Step
from sequences_sandbox.fixtures import Fixture, read
from sequences_sandbox.instants import DAY, MINUTE
from sequences_sandbox.lifecycle import Lifecycle
from sequences_sandbox.paths import shipped
from sequences_sandbox.spec import read_lifecycle, read_spec

SPEC = read_spec(shipped("openapi.yaml"))
LIFECYCLE: Lifecycle = read_lifecycle(SPEC)
NAMES = ("contract", "demo", "empty", "every_status")
MAY_EXECUTE = {"email", "linkedin_invitation", "linkedin_message"}
TREES = ("alder", "beech", "cedar", "damson", "elm", "fir", "ginkgo", "hornbeam", "ilex", "juniper")


@pytest.fixture(scope="module")
def fixtures() -> Mapping[str, Fixture]:
    return {name: read(name, LIFECYCLE) for name in NAMES}


def runs_of(fixture: Fixture, organization: int = 0) -> list[Sequence]:
    owner = fixture.organizations[organization].id
    return [run for run in fixture.runs if run.organization_id == owner]


def steps_of(fixture: Fixture, run: Sequence) -> tuple[Step, ...]:
    owner = next(one for one in fixture.organizations if one.id == run.organization_id)
    return owner.templates[run.sequence_template_id].steps


def contact_of(organization: Organization, run: Sequence) -> Contact | None:
    return organization.contacts[run.contact_id] if run.contact_id else None


def by_company_and_template(runs: list[Sequence]) -> Mapping[tuple[str, str], list[Sequence]]:
    groups: dict[tuple[str, str], list[Sequence]] = defaultdict(list)
    for run in runs:
        if run.company is not None:
            groups[run.company, run.sequence_template_id].append(run)
    return groups


class TestDemo:
    def test_it_has_about_120_runs_in_all_nine_statuses_and_a_second_organization(
        self, fixtures: Mapping[str, Fixture]
    ) -> None:
        counts = Counter(run.status for run in runs_of(fixtures["demo"]))
        assert 110 <= counts.total() <= 130
        assert set(counts) == set(LIFECYCLE.statuses)
        assert min(counts.values()) >= 5
        assert len(runs_of(fixtures["demo"], 1)) >= 5

    def test_the_examples_of_the_contract_exist_with_their_statuses(self, fixtures: Mapping[str, Fixture]) -> None:
        runs = {run.id: run for run in runs_of(fixtures["demo"])}
        examples = [one["value"] for one in SPEC.document["components"]["examples"].values()]
        shown = [example for example in examples if "status" in example]
        assert len(shown) == 9
        for example in shown:
            run = runs[example["id"]]
            for field in ("organization_id", "contact_id", "sequence_template_id", "status", "variables"):
                assert getattr(run, field) == example[field], (run.id, field)
            assert run.source_contact_list_id == example["source_contact_list_id"]

    def test_the_run_in_the_path_example_stays_active_for_weeks(self, fixtures: Mapping[str, Fixture]) -> None:
        shown = SPEC.document["components"]["parameters"]["SequenceId"]["example"]
        run = next(run for run in fixtures["demo"].runs if run.id == shown)
        assert run.status == "ACTIVE"
        assert run.next_step_at is not None
        assert run.next_step_at > 14 * DAY
        assert steps_of(fixtures["demo"], run)[run.steps_done].type in MAY_EXECUTE

    def test_companies_have_several_contacts_in_one_template_and_across_templates(
        self, fixtures: Mapping[str, Fixture]
    ) -> None:
        groups = by_company_and_template(runs_of(fixtures["demo"]))
        crowded = {company for (company, _), runs in groups.items() if len({run.contact_id for run in runs}) >= 3}
        across = {company for company in crowded if len([1 for (other, _) in groups if other == company]) >= 2}
        assert len(across) >= 4

    def test_contacts_were_deleted_and_contacts_lack_a_company(self, fixtures: Mapping[str, Fixture]) -> None:
        demo = fixtures["demo"]
        runs = runs_of(demo)
        assert len([run for run in runs if run.contact_id is None]) >= 3
        without = [contact_of(demo.organizations[0], run) for run in runs if run.contact_id and run.company is None]
        assert len(without) >= 3
        assert any(contact and contact.details["company_name"] for contact in without)

    def test_variables_are_null_empty_and_beyond_ascii(self, fixtures: Mapping[str, Fixture]) -> None:
        variables = [run.variables for run in runs_of(fixtures["demo"])]
        assert None in variables
        assert {} in variables
        texts = [text for each in variables if each for pair in each.items() for text in pair]
        assert any(not text.isascii() for text in texts)
        assert "" in texts
        assert "no" in texts

    def test_several_runs_were_created_at_one_instant(self, fixtures: Mapping[str, Fixture]) -> None:
        assert max(Counter(run.created_at for run in runs_of(fixtures["demo"])).values()) >= 5

    def test_pauses_end_from_minutes_to_weeks_from_now_and_found_runs_activate_within_the_hour(
        self, fixtures: Mapping[str, Fixture]
    ) -> None:
        pauses = [run.paused_until for run in runs_of(fixtures["demo"]) if run.paused_until is not None]
        assert min(pauses) < 10 * MINUTE
        assert max(pauses) > 7 * DAY

    def test_templates_have_steps_automatic_and_manual(self, fixtures: Mapping[str, Fixture]) -> None:
        templates = fixtures["demo"].organizations[0].templates.values()
        with_steps = [template for template in templates if template.steps]
        assert len(with_steps) >= 3
        assert {step.type for template in with_steps for step in template.steps} == MAY_EXECUTE | {"manual"}


class TestEveryStatus:
    def test_it_has_one_run_a_status_in_the_contracts_order(self, fixtures: Mapping[str, Fixture]) -> None:
        assert [run.status for run in fixtures["every_status"].runs] == list(LIFECYCLE.statuses)

    def test_its_ids_begin_with_the_number_of_the_status(self, fixtures: Mapping[str, Fixture]) -> None:
        assert [run.id[:8] for run in fixtures["every_status"].runs] == [f"{number:08}" for number in range(1, 10)]


def test_the_empty_world_has_no_run_but_all_that_one_needs_to_enrol(fixtures: Mapping[str, Fixture]) -> None:
    empty = fixtures["empty"]
    assert empty.runs == ()
    assert empty.organizations[0].contacts
    assert any(template.steps for template in empty.organizations[0].templates.values())


class TestContract:
    def test_it_is_static_and_large(self, fixtures: Mapping[str, Fixture]) -> None:
        contract = fixtures["contract"]
        counts = Counter(run.status for run in runs_of(contract))
        assert contract.static
        assert counts.total() >= 400
        assert counts["ACTIVE"] >= 160
        assert set(counts) == set(LIFECYCLE.statuses)
        assert len(runs_of(contract, 1)) == 60

    def test_its_pauses_outlast_any_run_of_the_suite(self, fixtures: Mapping[str, Fixture]) -> None:
        pauses = [run.paused_until for run in fixtures["contract"].runs if run.paused_until is not None]
        assert min(pauses) >= 30 * DAY

    def test_ten_companies_have_3_to_8_runs_in_one_template_whose_statuses_mix_and_runs_in_others(
        self, fixtures: Mapping[str, Fixture]
    ) -> None:
        groups = by_company_and_template(runs_of(fixtures["contract"]))
        mixed = {
            company
            for (company, _), runs in groups.items()
            if 3 <= len(runs) <= 8
            and len({run.status for run in runs}) >= 2
            and [run.status for run in runs].count("ACTIVE") >= 2
            and len([1 for other, _ in groups if other == company]) >= 2
        }
        trees = {f"{tree}.example" for tree in TREES}
        assert trees <= mixed

    def test_companies_that_only_look_the_same_have_active_runs_in_the_template(
        self, fixtures: Mapping[str, Fixture]
    ) -> None:
        contract = fixtures["contract"]
        owner = contract.organizations[0]
        alder = [run for run in runs_of(contract) if run.company == "alder.example"]
        template = Counter(run.sequence_template_id for run in alder).most_common(1)[0][0]
        beside = [
            run
            for run in runs_of(contract)
            if run.sequence_template_id == template and run.status == "ACTIVE" and run.company != "alder.example"
        ]
        domains = {run.company for run in beside}
        assert {"alder.example.org", "alder.example.com", "eu.alder.example", "alder-works.example"} <= domains
        namesakes = [contact_of(owner, run) for run in beside if run.company is None]
        assert len([1 for contact in namesakes if contact and contact.details["company_name"] == "Alder Works"]) == 2
        assert [run for run in beside if run.contact_id is None]

    def test_the_second_organization_writes_to_a_company_of_the_first(self, fixtures: Mapping[str, Fixture]) -> None:
        south = [run for run in runs_of(fixtures["contract"], 1) if run.company == "alder.example"]
        assert [run.status for run in south].count("ACTIVE") >= 3

    def test_a_contact_has_two_runs_in_one_template(self, fixtures: Mapping[str, Fixture]) -> None:
        elm = [run for run in runs_of(fixtures["contract"]) if run.company == "elm.example"]
        assert max(Counter((run.contact_id, run.sequence_template_id) for run in elm).values()) == 2

    def test_creation_spreads_over_a_year_with_equal_instants_and_fractions_of_a_second(
        self, fixtures: Mapping[str, Fixture]
    ) -> None:
        created = Counter(run.created_at for run in runs_of(fixtures["contract"]))
        assert min(created) < -300 * DAY
        assert sorted(created.values())[-2:] == [6, 16]
        assert len([at for at in created if at % 1_000_000]) >= 50
        assert [at for at in created if at + 1 in created]
