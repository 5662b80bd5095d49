"""docs/javascript.md and the client for JavaScript: its tests, its types, and what the page shows."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sequences_sandbox.contract.files import shipped

FOLDER = shipped("openapi.yaml").parent / "docs" / "js"
CLIENT = "sequences-sandbox.mjs"


@pytest.fixture
def page(page_named):
    return page_named("javascript.md")


@pytest.fixture
def project(page, tmp_path):
    """A folder with the client, its tests, and every file of the page; its node_modules are those of `make pytest`."""
    for file in FOLDER.iterdir():
        if file.is_file():
            shutil.copy(file, tmp_path)
    page.create_files(tmp_path)
    (tmp_path / "node_modules").symlink_to(Path(sys.prefix, "node_modules"))
    return tmp_path


@pytest.fixture
def run(project, sequences_sandbox):
    """Runs a line of the page in that folder, with the URL of a sandbox in the environment; returns what it prints."""

    def call(line):
        path = os.pathsep.join([str(Path(sys.executable).parent), "node_modules/.bin", os.environ["PATH"]])
        environment = {**os.environ, "SEQUENCES_SANDBOX_URL": sequences_sandbox.url, "PATH": path, "NO_COLOR": "1"}
        done = subprocess.run(
            ["bash", "-euc", line],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return call


@pytest.fixture
def tools(project):
    """Skips where npm is missing, which Debian splits into hundreds of packages; else `make pytest` has used it."""
    if not (project / "node_modules" / ".bin" / "tsc").exists():
        assert not (os.environ.get("CI") and shutil.which("npm")), "run: make pytest"
        pytest.skip("TypeScript and Vitest were not installed here")


def test_the_tests_of_the_client_and_those_of_the_page_pass(run, needs, project, page):
    needs("node")
    (command,) = [block for block in page.blocks("sh") if block.startswith("node")]
    printed = run(command)
    written = sum(len(re.findall(r"^test\(", file.read_text(), re.MULTILINE)) for file in project.glob("*.test.mjs"))
    assert re.search(rf"^\S+ pass {written}$", printed, re.MULTILINE), printed


def test_the_types_of_the_client_and_those_from_the_contract_hold(run, tools, project, page):
    (install,) = [block for block in page.blocks("sh") if block.startswith("npm")]
    run(install.splitlines()[-1].removeprefix("npx "))
    settings = json.loads((project / "tsconfig.json").read_text())
    (project / "tsconfig.json").write_text(json.dumps({**settings, "files": [CLIENT, "typed.ts"]}))
    run("tsc --project .")


def test_the_set_up_for_vitest_works(run, tools):
    assert re.search(r"Tests +1 passed", run("vitest run"))


def test_every_method_is_on_the_page(page):
    methods = re.findall(r"^  (?:static )?(?:async |get )?(\w+)\(.*\{$", (FOLDER / CLIENT).read_text(), re.MULTILINE)
    listed = page.text.partition("## What there is")[2].partition("## Vitest")[0]
    assert [name for name in methods if name != "constructor" and not re.search(rf"\.{name}\b", listed)] == []
