"""Fixtures from files: YAML, JSON and JSON Lines, with the lines that errors name, and what becomes of times."""

import json
from pathlib import Path
from typing import Any

import pytest
from sequences_sandbox.fixtures import Fixture, FixtureError, read
from sequences_sandbox.instants import DAY, HOUR, MINUTE, parse_instant
from sequences_sandbox.paths import shipped
from sequences_sandbox.spec import read_lifecycle, read_spec

LIFECYCLE = read_lifecycle(read_spec(shipped("openapi.yaml")))
ORG, CONTACT, TEMPLATE, RUN = (f"0000000{n}-0000-4000-8000-00000000000a" for n in range(1, 5))
FORMS = ".yaml, .yml, .json, .jsonl"
HEAD = f"""\
organizations:
  - id: {ORG}
    name: no
    contacts: [{{id: {CONTACT}, company_name: "null", company_domain: one.example}}]
    sequence_templates:
      - id: {TEMPLATE}
        created_at: 2026-01-01T00:00:00Z
        name:
        steps: [{{type: manual, delay: P1D}}]
    sequences:
"""
YAML = f"{HEAD}      - {{id: {RUN}, sequence_template_id: {TEMPLATE}, status: FOUND, created_at: -PT5M}}\n"


def written(folder: Path, name: str, text: str | bytes) -> Path:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def run(**fields: Any) -> dict[str, Any]:
    return {"id": RUN, "sequence_template_id": TEMPLATE, "status": "FOUND", "created_at": "-PT5M", **fields}


def document(*runs: dict[str, Any], **fields: Any) -> dict[str, Any]:
    template = {"id": TEMPLATE, "steps": [{"type": "manual", "delay": "P1D"}]}
    organization = {"id": ORG, "name": "One", "contacts": [{"id": CONTACT}], "sequence_templates": [template]}
    return {**fields, "organizations": [{**organization, "sequences": list(runs)}]}


def json_lines(*lines: Any) -> str:
    return "".join(f"{json.dumps(line)}\n" for line in lines)


def refusal(source: Any) -> str:
    with pytest.raises(FixtureError) as caught:
        read(source, LIFECYCLE)
    return str(caught.value)


def test_yaml_json_and_json_lines_say_the_same(tmp_path: Path) -> None:
    whole = document(run())
    head = document()
    head["organizations"][0].pop("sequences")
    lines = json_lines(head, {"organization_id": ORG.upper(), **run()})
    files = [
        written(tmp_path, "a.json", json.dumps(whole)),
        written(tmp_path, "a.yaml", json.dumps(whole)),
        written(tmp_path, "a.jsonl", f"{lines}\n \n"),
    ]
    first, *others = (read(file, LIFECYCLE) for file in files)
    assert [run.id for run in first.runs] == [RUN]
    assert all((other.runs, other.organizations) == (first.runs, first.organizations) for other in others)


def test_a_file_is_named_by_itself_and_a_shipped_fixture_by_its_name(tmp_path: Path) -> None:
    assert read(written(tmp_path, "mine.yaml", YAML), LIFECYCLE).name == "mine.yaml"
    assert read(str(written(tmp_path, "mine.yaml", YAML)), LIFECYCLE).name == "mine.yaml"
    assert read("demo", LIFECYCLE).name == "demo"


def test_what_a_row_leaves_out_has_its_default() -> None:
    fixture = read(document(run(created_at="-P1D", last_step_executed_at="-PT1H", steps_done=1)), LIFECYCLE)
    only = fixture.runs[0]
    assert (only.contact_id, only.company, only.variables, only.source_contact_list_id) == (None, None, None, None)
    assert (only.updated_at, only.next_step_at, only.step_skipped) == (-HOUR, None, False)
    assert (fixture.now, fixture.frozen, fixture.static) == (None, False, False)
    template = fixture.organizations[0].templates[TEMPLATE]
    assert template.details == {
        "name": None,
        "summary": None,
        "status": "ACTIVE",
        "language": None,
        "timezone": "UTC",
        "activated_at": None,
        "created_at": 0,
        "updated_at": 0,
    }


def test_ids_are_kept_in_lower_case_and_refer_to_each_other_in_any() -> None:
    upper = run(id=RUN.upper(), sequence_template_id=TEMPLATE.upper(), contact_id=CONTACT.upper())
    only = read(document(upper), LIFECYCLE).runs[0]
    assert (only.id, only.sequence_template_id, only.contact_id) == (RUN, TEMPLATE, CONTACT)


def test_a_run_works_at_the_company_of_its_contact() -> None:
    made = document(run(contact_id=CONTACT))
    made["organizations"][0]["contacts"][0]["company_domain"] = "one.example"
    assert read(made, LIFECYCLE).runs[0].company == "one.example"


class TestTimes:
    BIRTH = parse_instant("2026-03-02T09:00:00Z")

    def test_a_duration_counts_from_the_birth_whenever_that_is(self) -> None:
        fixture = read(document(run(created_at="-P1DT2H")), LIFECYCLE)
        assert fixture.is_relative
        assert [run.created_at for run in fixture.sequences(self.BIRTH)] == [-DAY - 2 * HOUR]
        assert next(fixture.sequences(0)) is next(fixture.sequences(self.BIRTH))

    def test_an_instant_becomes_world_time_once_the_birth_is_known(self) -> None:
        mixed = run(created_at="2026-03-02T09:50:00+01:00", updated_at="-PT5M")
        fixture = read(document(mixed, run(id=CONTACT[:-1] + "b")), LIFECYCLE)
        assert not fixture.is_relative
        first, second = fixture.sequences(self.BIRTH)
        assert (first.created_at, first.updated_at) == (-10 * MINUTE, -5 * MINUTE)
        assert second is fixture.runs[1]
        assert [run.created_at for run in fixture.sequences(self.BIRTH + HOUR)] == [-70 * MINUTE, -5 * MINUTE]

    def test_a_missing_updated_at_follows_an_instant_too(self) -> None:
        fixture = read(document(run(created_at="2026-03-02T08:50:00Z")), LIFECYCLE)
        assert [run.updated_at for run in fixture.sequences(self.BIRTH)] == [-10 * MINUTE]

    def test_instants_of_templates_and_contacts_wait_for_the_birth_as_well(self, tmp_path: Path) -> None:
        fixture: Fixture = read(written(tmp_path, "a.yaml", YAML), LIFECYCLE)
        assert not fixture.is_relative
        template = fixture.organizations_at(parse_instant("2026-01-02T00:00:00Z"))[0].templates[TEMPLATE]
        assert (template.details["created_at"], template.details["updated_at"]) == (-DAY, -DAY)
        assert fixture.organizations_at(0)[0].contacts == fixture.organizations[0].contacts

    def test_organizations_without_an_instant_are_the_same_at_every_birth(self) -> None:
        fixture = read(document(run()), LIFECYCLE)
        assert fixture.organizations_at(self.BIRTH)[0] is fixture.organizations[0]

    def test_now_is_the_instant_of_birth(self) -> None:
        fixture = read(document(now="2026-03-02T09:00:00Z", frozen=True), LIFECYCLE)
        assert (fixture.now, fixture.frozen, fixture.static) == (self.BIRTH, True, False)


class TestPlaces:
    def test_an_error_names_the_line_in_yaml(self, tmp_path: Path) -> None:
        file = written(tmp_path, "mine.yaml", YAML.replace("FOUND", "FOND"))
        place = "mine.yaml: line 11, /organizations/0/sequences/0/status"
        assert refusal(file) == f"{place}: 'FOND' is not a status; did you mean 'FOUND'?"

    def test_an_error_about_what_is_missing_names_the_line_of_what_lacks_it(self, tmp_path: Path) -> None:
        file = written(tmp_path, "mine.yaml", YAML.replace("status: FOUND, ", ""))
        assert refusal(file) == "mine.yaml: line 11, /organizations/0/sequences/0: lacks 'status'; add it"

    def test_an_error_names_the_line_in_json(self, tmp_path: Path) -> None:
        file = written(tmp_path, "mine.json", json.dumps(document(run(status="FOND")), indent=1))
        assert refusal(file).startswith(
            "mine.json: line 26, /organizations/0/sequences/0/status: 'FOND' is not a status;"
        )

    def test_an_error_names_the_line_in_json_lines(self, tmp_path: Path) -> None:
        file = written(tmp_path, "mine.jsonl", json_lines(document(), {"organization_id": ORG, **run(status="FOND")}))
        assert refusal(file) == "mine.jsonl: line 2, /status: 'FOND' is not a status; did you mean 'FOUND'?"

    def test_json_that_no_yaml_reader_reads_is_told_without_a_line(self, tmp_path: Path) -> None:
        text = json.dumps(document(run(status="FOND", variables={"escaped": "🚀"})))
        assert refusal(written(tmp_path, "mine.json", text)).startswith(
            "mine.json: /organizations/0/sequences/0/status:"
        )


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.yaml", "", "a.yaml: the file is empty; a fixture holds at least 'organizations'"),
        ("a.yaml", b"a: \xff", "a.yaml: not UTF-8; save the file in that encoding"),
        ("a.yaml", "just words", "a.yaml: 'just words' is not of the type object"),
        ("a.json", '{"a": 1, "a": 2}', "a.json: the key 'a' occurs twice; keep one"),
        ("a.json", '{"a": NaN}', "a.json: not JSON: 'NaN' is not a number there"),
        ("a.json", "[" * 100_000, "a.json: nested too deeply"),
        ("a.json", "9" * 5_000, "a.json: holds a number with too many digits"),
        ("a.jsonl", "", "a.jsonl: the file is empty; its first line holds at least 'organizations'"),
        ("a.jsonl", json_lines(document(), [1]), "a.jsonl: line 2: a line holds one run, a JSON object"),
        (
            "a.jsonl",
            json_lines(document(), run()),
            "a.jsonl: line 2: lacks 'organization_id', a string that says whose run it is; add it",
        ),
        (
            "a.jsonl",
            json_lines(document(), {"organization_id": RUN, **run()}),
            f"a.jsonl: line 2, /organization_id: '{RUN}' is no organization of the first line; did you mean '{ORG}'?",
        ),
        (
            "a.jsonl",
            json_lines(document()).encode() + b'"\xff"',
            "a.jsonl: line 2: not UTF-8; save the file in that encoding",
        ),
        ("a.jsonl", json_lines({}), "a.jsonl: line 1: lacks 'organizations'; add it"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_why(name: str, text: str | bytes, message: str, tmp_path: Path) -> None:
    assert refusal(written(tmp_path, name, text)) == message


@pytest.mark.parametrize(
    ("name", "text", "beginning"),
    [
        ("a.yaml", "a:\n  b: : c", "a.yaml: line 2: not YAML: "),
        ("a.json", '{"a": 1,\n 2: 3}', "a.json: line 2: not JSON: "),
        ("a.jsonl", f"{json_lines(document())}\n{{", "a.jsonl: line 3: not JSON: "),
    ],
)
def test_a_syntax_error_names_its_line(name: str, text: str, beginning: str, tmp_path: Path) -> None:
    assert refusal(written(tmp_path, name, text)).startswith(beginning)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("dmo", f"dmo: no fixture has this name, and a path ends in one of {FORMS}; did you mean 'demo'?"),
        ("x.txt", f"x.txt: the name of a fixture file ends in one of {FORMS}; rename it"),
        (Path("demo"), f"demo: the name of a fixture file ends in one of {FORMS}; rename it"),
        ("no/such.yaml", "no/such.yaml: cannot be read: No such file or directory"),
    ],
)
def test_a_source_that_is_not_there_is_named(source: str | Path, message: str) -> None:
    assert refusal(source) == message
