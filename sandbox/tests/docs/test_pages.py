"""Every page: linked from the README, with links that resolve, in the words of the glossary."""

import re
import tomllib

import pytest
import yaml
from sequences_sandbox.contract.files import shipped

ROOT = shipped("openapi.yaml").parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
#: Words of the first edition that mean nothing else on these pages. (A connection may still be refused, as TCP calls it.)
OLD_WORDS = re.compile(
    r"""\b(refusals?|(?<!connection\ )(?<!connection\ is\ )refus(e|es|ed|ing)|settl(e|es|ed|ing)|mend(s|ed|ing)?|strangers?
    |befall(s|en)?|befell|blotted|disfigur\w+|outworn|so-manieth|figures|(test\ )?bench(es)?\ of\ rules|the\ test\ bench
    |trials?|specimens?|bystanders?|ledger|happenings?|births?|anchored|struck|spared|freedoms?|in\ force|bites?|census
    |patrol)\b""",
    re.VERBOSE | re.IGNORECASE,
)


def prose(page):
    """A page without what is quoted: code, names in code, statuses and addresses."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]*`|\]\([^)]*\)", "", text)


def linked(page):
    """The targets of a page's links to other files, without their anchors."""
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
class TestPage:
    def test_it_can_be_reached_from_the_readme(self, page):
        reached = {(ROOT / target).resolve() for target in linked(ROOT / "README.md")}
        assert (page.name == "README.md" and page.parent == ROOT) or page in reached

    def test_its_links_lead_to_files(self, page):
        assert [target for target in linked(page) if not (page.parent / target).exists()] == []

    def test_its_anchors_are_headings(self, page):
        for target, anchor in re.findall(r"\]\(([^)#:\s]*)#([^)]+)\)", page.read_text("utf-8")):
            other = (page.parent / target) if target else page
            headings = re.findall(r"^#+ (.+)$", other.read_text("utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in slugs, f"{target}#{anchor}"

    def test_the_files_that_it_names_exist(self, page):
        names = re.findall(r"`((?:sandbox|contract_tests|fixtures|docs)/[\w./-]+)`", page.read_text("utf-8"))
        made = set(re.findall(r"Create\s`([^`]+)`", page.read_text("utf-8")))
        assert [name for name in names if not (ROOT / name).exists() and name not in made] == []

    def test_its_commands_find_the_sandbox_by_the_variable(self, page):
        commands = re.findall(r"^(?:curl|sequences-contract) .*", page.read_text("utf-8"), re.MULTILINE)
        assert [command for command in commands if "127.0.0.1:4010" in command] == []

    def test_it_uses_the_words_of_the_glossary(self, page):
        found = [match[0] for match in OLD_WORDS.finditer(prose(page)) if not match[0].isupper()]  # statuses are
        assert found == [], "docs/glossary.md has the words to use instead"


def test_the_layers_on_the_page_of_architecture_are_those_that_are_enforced():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (layers,) = (
        each["layers"] for each in contracts if each["type"] == "layers" and "sequences_sandbox" in each["containers"]
    )
    table = (ROOT / "ARCHITECTURE.md").read_text("utf-8").partition("| layer | what it holds |")[2].partition("\n\n")[0]
    rows = [re.findall(r"`(\w+)`", row.split("|")[1]) for row in table.strip().splitlines()[1:]]
    assert [set(row) for row in rows] == [set(re.findall(r"\w+", layer)) for layer in layers]


def test_the_contract_on_the_page_of_architecture_is_in_the_code():
    (shown,) = re.findall(r"```python\n(CONTACTS.*?)```", (ROOT / "ARCHITECTURE.md").read_text("utf-8"), re.DOTALL)
    assert shown in (ROOT / "sandbox/sequences_sandbox/resources/contacts.py").read_text("utf-8")


def test_the_hooks_before_a_commit_are_the_checks_of_make():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"][0]["hooks"]
    checks = re.search(r"^check:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)[1]
    for hook in hooks:
        program, *verb = hook["entry"].removeprefix(".venv/bin/").split()[:2]
        assert f"$(BIN)/{' '.join([program, *verb])}" in checks


def test_the_workflow_runs_what_the_project_promises():
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))
    versions = workflow["jobs"]["test"]["strategy"]["matrix"]["python"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["requires-python"] == f">={versions[0]}"
    steps = [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    made = [step.removeprefix("make ") for step in steps if step.startswith("make ")]
    assert {"test", "image"} <= set(made) <= set(targets)
