"""The pages on how to test against the sandbox: what they show is run, and what they name exists."""

import re
import shutil
import subprocess
import sys
import zipfile

import pytest
from sequences_sandbox.contract.files import shipped
from sequences_sandbox_client import Sandbox, World, WorldClock, WorldFaults, WorldJournal, WorldSequences

pytest_plugins = ["pytester"]
ROOT = shipped("openapi.yaml").parent
RECIPES = (ROOT / "docs" / "recipes.md").read_text()
PAGE = (ROOT / "docs" / "pytest-and-client.md").read_text()
INTEGRATION = """
import httpx
import pytest

RUN = "88c23cea-f199-4cf0-964c-3f1e007417b7"

class Integration:
    def __init__(self, url, key):
        self.http = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"})

    def deal_won(self, run):
        for _ in range(2):
            self.http.post(f"/sequences/{run}/stop", json={"reason": "WIN", "scope": "COMPANY"})
        self.http.close()
"""


def blocks(page, language):
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    return [text for name, text in fenced if name == language]


def test_the_recipe_for_curl_works(shell, program):
    program("jq")
    lines = shell(blocks(RECIPES, "sh")[0]).splitlines()
    assert lines == ["The sandbox injected this fault: 503 Service Unavailable.", "WAITING_FOR_LEAD", "ACTIVE"]


def test_the_recipe_for_a_shell_works(shell, program):
    program("jq")
    lines = shell(blocks(RECIPES, "sh")[1]).splitlines()
    assert lines[-2:] == ["holds: 0 matched", "done"]


def test_the_examples_of_the_page_work(pytester, monkeypatch, sequences_sandbox):
    monkeypatch.setenv("SEQUENCES_SANDBOX_URL", sequences_sandbox.url)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    first, mark, alone, awaited, _ = blocks(PAGE, "python")
    pytester.makepyfile(f"{INTEGRATION}\n{first}\n{mark}")
    pytester.runpytest_subprocess("-p", "sequences_sandbox_client.pytest_plugin", timeout=120).assert_outcomes(passed=2)
    pytester.run(sys.executable, "-c", alone, timeout=120).stdout.re_match_lines(
        [r"http://127\.0\.0\.1:\d+/v1 topo_\S+"]
    )
    assert pytester.run(sys.executable, "-c", awaited, timeout=120).outlines == ["1"]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("`Sandbox`", Sandbox),
        ("`World`", World),
        ("`world.clock`", WorldClock),
        ("`world.faults`", WorldFaults),
        ("`world.journal`", WorldJournal),
        ("`world.sequences`", WorldSequences),
    ],
)
def test_what_the_page_lists_is_what_there_is(title, kind):
    table = re.search(rf"^\| {title} \| \|\n\|---\|---\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)[1]
    cells = [row.split(" | ")[0] for row in table.splitlines()]
    named = {name for cell in cells for name in re.findall(r"`(?:Sandbox)?\.(\w+)", cell)}
    parts = {"url", "clock", "faults", "journal", "sequences", "snapshots"}
    assert named - parts == {name for name in dir(kind) if not name.startswith("_")} - parts


def test_the_image_is_built_from_what_a_wheel_needs(tmp_path):
    copied = re.findall(r"^COPY (?!--from)(.+) (\S+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    for sources, target in copied:
        for source in sources.split():
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, tmp_path / target, ignore=shutil.ignore_patterns(".*", "__pycache__"))
            else:
                shutil.copy(ROOT / source, tmp_path / target)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path / "dist", tmp_path]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    names = zipfile.ZipFile(next((tmp_path / "dist").glob("*.whl"))).namelist()
    for name in ("data/openapi.yaml", "data/fixtures/demo.yaml", "control.yaml", "cli/main.py"):
        assert f"sequences_sandbox/{name}" in names
    assert "sequences_sandbox_client/world.py" in names
